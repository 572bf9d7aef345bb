import { mustGet } from '../../checked';
import { clipView } from '../../canvas/clip-view';
import { aboutWeights, DrobeError } from '../../errors';
import { scope, type Scope } from '../../graph/scope';
import type { Target } from '../../graph/graph';
import {
  adapterBase,
  fitsUNet,
  imageKeysGraph,
  imageParts,
  ipAdapter,
  readsBy,
  tokensBy,
  type IpAdapter,
} from '../../nets/ip-adapter';
import type { UNetSize } from '../../nets/graphs';
import { weightBytes } from '../../nets/memory';
import type { Model } from '../../nets/model';
import { ipAdapterForm } from '../../nets/names/ip-adapter';
import { visionForm } from '../../nets/names/vision';
import { visionGraph, visionTower, type VisionTower } from '../../nets/vision';
import type { Kept, KeptValue, Value } from '../../runtime/session';
import type { Weights } from '../../runtime/tensor-bytes';
import type { Pixels, Reference } from '../job';
import type { OpenFile } from '../memory/opening';
import { scaled } from '../scales';
import { sharesOf, type Shares } from './shares';
import type { LatentSize } from '../size';
import type { Report, Slot } from '../memory/slot';
import { inType } from '../prompt/text-attention';

/** The ids of the files of an adapter, and of what looks at pictures for it. */
export interface ReferenceFiles {
  readonly adapter: string;
  readonly encoder: string;
}

interface Adapter {
  readonly weights: Weights;
  readonly facts: IpAdapter;
}
interface Encoder {
  readonly weights: Weights;
  readonly tower: VisionTower;
}

/** An adapter and an encoder that are used together. */
interface Pair extends ReferenceFiles {
  readonly by: Adapter;
  readonly eyes: Encoder;
}

/** What attentions look at, keys and values one after the other: in a picture, and where there is nothing to see. */
interface Made {
  readonly pair: Pair;
  readonly pixels: Pixels;
  readonly picture: Float32Array;
  readonly nothing: Float32Array;
}

/** So many pictures are remembered beside those in use. */
const OTHERS = 4;

type SlotFor = (name: 'image encoder' | 'IP-Adapter', weights: () => Weights) => Slot;

/**
 * Pictures that are part of the prompt, by IP-Adapters. What the UNet's attentions look at in them is the same in every
 * step: it is made once, before the UNet takes the room, and fed to it as that of texts is.
 */
export class References {
  readonly #model: Model;
  readonly #unet: Scope;
  readonly #encoder: Slot;
  readonly #adapter: Slot;
  #adapters: ReadonlyMap<string, Adapter> = new Map();
  #encoders: ReadonlyMap<string, Encoder> = new Map();
  #pairs: readonly Pair[] = [];
  /** What the slots are to be opened with. */
  #now: Pair | null = null;
  #made: readonly Made[] = [];
  /** Those of the pictures in use. */
  #used: readonly Made[] = [];
  #shares: Shares = sharesOf([]);
  /** What was last fed: a net has it on the device. */
  #kept: readonly { readonly key: string; readonly text: Kept; readonly kept: Kept }[] = [];

  /** @param tensors of the checkpoint, in normal form. */
  constructor(model: Model, tensors: Weights['tensors'], target: Target, slotFor: SlotFor) {
    this.#model = model;
    this.#unet = scope(tensors, target)('unet');
    this.#encoder = slotFor('image encoder', () => this.#current.eyes.weights);
    this.#adapter = slotFor('IP-Adapter', () => this.#current.by.weights);
  }

  /**
   * From now on so many pictures are told, each by these files.
   * @param open asked for files that were not in use before.
   * @throws DrobeError 'adapter-mismatch' for an adapter of other models, 'encoder-missing' where the encoder is not its own.
   */
  async use(files: readonly ReferenceFiles[], open: (id: string) => Promise<OpenFile>): Promise<void> {
    const adapters = new Map<string, Adapter>();
    const encoders = new Map<string, Encoder>();
    for (const { adapter, encoder } of files) {
      const by = this.#adapters.get(adapter) ?? adapters.get(adapter) ?? this.#adapterIn(await open(adapter));
      const eyes = this.#encoders.get(encoder) ?? encoders.get(encoder) ?? encoderIn(await open(encoder));
      const { seen, wants } = by.facts;
      if (!readsBy(by.facts, eyes.tower))
        throw new DrobeError('encoder-missing', { name: by.weights.name ?? '', seen, width: wants });
      adapters.set(adapter, by);
      encoders.set(encoder, eyes);
    }
    this.#adapters = adapters;
    this.#encoders = encoders;
    this.#pairs = files.map((own) => ({
      ...own,
      by: mustGet(adapters, own.adapter),
      eyes: mustGet(encoders, own.encoder),
    }));
    this.#used = [];
    this.#kept = [];
  }

  #adapterIn({ name, header, source }: OpenFile): Adapter {
    const tensors = ipAdapterForm(header.tensors);
    const facts = aboutWeights({ name }, () => ipAdapter(tensors));
    if (!fitsUNet(tensors, this.#unet))
      throw new DrobeError('adapter-mismatch', {
        name,
        base: adapterBase(facts),
        family: this.#model.family,
      });
    return { facts, weights: scaled({ tensors, source, name }) };
  }

  /** What the UNet is told to take: how many tokens each picture has. */
  get additions(): Pick<UNetSize, 'pictures'> {
    const pictures = this.#pairs.map(({ by, eyes }) => tokensBy(by.facts, eyes.tower));
    return pictures.length > 0 ? { pictures } : {};
  }

  /** What tells the files in use from others. */
  get key(): string {
    return this.#pairs.map(({ adapter, encoder }) => `${adapter} ${encoder}`).join();
  }

  /** What the largest of them takes on the device, while it is there. */
  get bytes(): number {
    const all = [...this.#encoders.values(), ...this.#adapters.values()];
    return Math.max(0, ...all.map(({ weights }) => weightBytes(weights.tensors, this.#encoder.target.dtype)));
  }

  get slots(): readonly Slot[] {
    return [this.#encoder, this.#adapter];
  }

  /** Makes all that is needed of these pictures, one for each of the files in use; then the nets are closed. */
  async prepare(references: readonly Reference[], report: Report): Promise<void> {
    this.#shares = sharesOf(references.map(({ mask }) => mask));
    const wanted = this.#pairs.map((pair, n) => ({ pair, pixels: references[n]!.pixels })); // as many
    const known = wanted.map((one) => this.#made.find(({ pair, pixels }) => isSame({ pair, pixels }, one)));
    this.#used = known.flatMap((made) => made ?? []);
    if (known.every((made) => made !== undefined)) return;
    try {
      const made: Made[] = [];
      for (const [n, { pair, pixels }] of wanted.entries())
        made.push(known[n] ?? { pair, pixels, ...(await this.#make(pair, pixels, report)) });
      this.#used = made;
      this.#made = [...made, ...this.#made.filter((one) => !made.includes(one))].slice(
        0,
        made.length + OTHERS,
      );
      this.#kept = [];
    } finally {
      for (const slot of this.slots) await slot.release();
    }
  }

  async #make(pair: Pair, pixels: Pixels, report: Report): Promise<Pick<Made, 'picture' | 'nothing'>> {
    if (this.#now !== pair) for (const slot of this.slots) await slot.release();
    this.#now = pair;
    const { facts, weights } = pair.by;
    const { tower } = pair.eyes;
    const look = (image: Float32Array): Promise<Float32Array> => {
      const shape = [1, 3, tower.side, tower.side];
      return this.#encoder.run(
        facts.seen,
        (target) => visionGraph(pair.eyes.weights.tensors, target, { seen: facts.seen, tower }),
        { image: { data: image, shape } },
        report,
      );
    };
    const image = clipView(pixels, tower.side);
    const seen = await look(image);
    // Plain adapters were trained to take zeros for nothing, the others what is seen where all is of CLIP's mean colour.
    const unseen =
      facts.seen === 'embedding' ? new Float32Array(seen.length) : await look(new Float32Array(image.length));
    await this.#encoder.release();
    const shape = facts.seen === 'embedding' ? [1, facts.wants] : [1, tower.tokens, facts.wants];
    const told = (data: Float32Array): Promise<Float32Array> =>
      this.#adapter.run(
        '',
        (target) =>
          aboutWeights({ name: weights.name }, () => imageKeysGraph(weights.tensors, target, tower)),
        { seen: { data, shape } },
        report,
      );
    return { picture: await told(seen), nothing: await told(unseen) };
  }

  get #current(): Pair {
    if (!this.#now) throw new DrobeError('bug', { reason: 'no picture is looked at' });
    return this.#now;
  }

  /**
   * What the UNet's graph is fed of the pictures in use, beside what it is fed of texts.
   * @param told whether each member of the batch is shown them, and how much they count; absent: not at all.
   */
  beside(
    texts: (dtype: Target['dtype']) => Kept,
    told: Value | undefined,
    { batch, ...size }: LatentSize & { readonly batch: number },
  ): { kept: (dtype: Target['dtype']) => Kept; shares: Record<string, Value> } {
    const count = this.#pairs.length;
    if (count === 0) return { kept: texts, shares: {} };
    const rows = told?.data ?? new Float32Array(batch * (1 + count));
    const shown = Array.from({ length: batch }, (_, n) => rows[n * (1 + count)] === 1);
    const kept = (dtype: Target['dtype']): Kept => {
      const text = texts(dtype);
      const key = `${dtype} ${shown.join()}`;
      const known = this.#kept.find((one) => one.text === text && one.key === key);
      if (known) return known.kept;
      const kept = { ...text, ...this.#keptOf(shown, dtype) };
      this.#kept = [...this.#kept.slice(1 - OTHERS), { key, text, kept }];
      return kept;
    };
    return { kept, shares: this.#shares([...rows.subarray(1, 1 + count)], size) };
  }

  #keptOf(shown: readonly boolean[], dtype: Target['dtype']): Kept {
    const kept: Record<string, KeptValue> = {};
    for (const [n, { pair, picture, nothing }] of this.#used.entries()) {
      const tokens = tokensBy(pair.by.facts, pair.eyes.tower);
      let at = 0;
      for (const { name, channels } of imageParts(this.#unet, n)) {
        const [from, to] = [at, at + tokens * channels];
        at = to;
        const numbers = [picture, nothing].map((all) => inType(all.subarray(from, to), dtype));
        const parts = shown.map((is) => (is ? numbers[0]! : numbers[1]!)); // there are two
        kept[name] = { parts, shape: [shown.length, tokens, channels] };
      }
    }
    return kept;
  }
}

function encoderIn({ name, header, source }: OpenFile): Encoder {
  const tensors = visionForm(header.tensors);
  const tower = aboutWeights({ name }, () => visionTower(tensors));
  return { tower, weights: scaled({ tensors, source, name }) };
}

function isSame(a: Pick<Made, 'pair' | 'pixels'>, b: Pick<Made, 'pair' | 'pixels'>): boolean {
  if (a.pair.adapter !== b.pair.adapter || a.pair.encoder !== b.pair.encoder) return false;
  const [x, y] = [a.pixels, b.pixels];
  return x === y || (x.width === y.width && x.height === y.height && x.rgba.every((v, i) => v === y.rgba[i]));
}
