/** A checkpoint opened on a machine: its nets become sessions when they are first asked, and stay while there is room. */
import type { Graph, Target } from '../graph/graph';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../nets/graphs';
import { fits, roomFor } from '../nets/memory';
import type { Model, Prediction } from '../nets/model';
import { TAESD_FACTOR, taesdGraph } from '../nets/taesd';
import type { Machine } from '../runtime/device';
import type { Latent } from '../sampling/latent';
import type { Net, Weights } from '../runtime/session';
import type { OnBytes } from '../weights/source';
import { oneByOne, type UNetValues } from './denoise';
import type { NetName, Thrift } from './job';
import { patchesOf, type Lora } from './lora';
import { scaled } from './scales';
import { Slot, type Author, type Report } from './slot';
import { lavish, smallerTile } from './thrift';
import { inTiles, tileOf } from './tiles';

/** Height and width in latents. */
export interface LatentSize {
  readonly h: number;
  readonly w: number;
}

export type { Report };

/** A net from another file, and what tells it from others. */
interface Other {
  readonly key: string;
  readonly weights: Weights;
}

/** A net with a picture on one side and latents on the other. */
interface PictureNet {
  readonly name: NetName;
  readonly input: 'latents' | 'image';
  /** Numbers for each latent, along either side: of what goes in, and of what comes out. */
  readonly before: number;
  readonly after: number;
  readonly author: (target: Target, size: LatentSize & { readonly batch: 1 }) => Graph;
}

/** What text encoders make of one prompt. */
export interface Encoded {
  /** [length, width], the encoders' own side by side. */
  readonly context: Float32Array;
  /** The prompt as a whole; empty where no encoder gives it. */
  readonly pooled: Float32Array;
}

const TEXT_ENCODERS = ['text encoder', 'second text encoder'] as const;

/** A token's vectors, one for each text encoder. They are told from others by being the very same objects. */
export type Rows = ReadonlyMap<number, readonly Float32Array[]>;

/** How often reading is reported, in bytes. */
const REPORT_BYTES = 8 * 2 ** 20;

export class Checkpoint {
  readonly model: Model;
  readonly #machine: Machine;
  readonly #weights: Weights;
  #patches: NonNullable<Weights['patches']> = new Map();
  #loras = '';
  #rows: Rows = new Map();
  #vae: Other | null = null;
  #taesd: Other | null = null;
  readonly #slots: Record<NetName, Slot>;
  /** The last prompts: drawn again with another seed, they need no text encoder. */
  #encoded: { readonly key: string; readonly prompts: Encoded[] } | null = null;
  #prediction: Prediction | null = null;
  #thrift: Thrift = lavish;
  /** What that was decided for. */
  #saved = '';

  constructor(model: Model, weights: Weights, machine: Machine) {
    this.model = model;
    this.#weights = scaled(weights);
    this.#machine = machine;
    const slot = (name: NetName, float32 = false): Slot =>
      new Slot(name, float32 ? 'f32' : machine.target().dtype, machine, this.#open.bind(this));
    this.#slots = {
      'text encoder': slot('text encoder'),
      'second text encoder': slot('second text encoder'),
      UNet: slot('UNet'),
      TAESD: slot('TAESD'),
      'VAE encoder': slot('VAE encoder', model.vae.float32),
      'VAE decoder': slot('VAE decoder', model.vae.float32),
    };
  }

  /**
   * What all text encoders make of prompts.
   * @param ids for each text encoder, of so many prompts one after the other.
   * @param rows vectors in the place of some tokens' own.
   */
  async encode(
    ids: readonly Int32Array[],
    batch: number,
    report: Report,
    rows: Rows = new Map(),
  ): Promise<Encoded[]> {
    await this.#useRows(rows);
    const key = ids.map(String).join(';');
    if (this.#encoded?.key === key) return this.#encoded.prompts;
    const parts: Encoded[][] = [];
    for (const [i, text] of this.model.texts.entries()) {
      const numbers = ids[i]!; // one for each text encoder
      const shape = [batch, text.length];
      // The end mark is the first of its id: padding may have the same.
      const end = Float32Array.from(numbers, (id, at) => {
        const start = at - (at % text.length);
        return Number(id === text.eos && numbers.indexOf(text.eos, start) === at);
      });
      const values = { ids: { data: numbers, shape }, ...(text.pooled && { end: { data: end, shape } }) };
      const author: Author = (target) => textGraph(this.#authored, target, { batch, encoder: i });
      const slot = this.#slots[i === 0 ? 'text encoder' : 'second text encoder'];
      const data = await slot.run(`${batch}`, author, values, report);
      const each = data.length / batch;
      parts.push(
        Array.from({ length: batch }, (_, n) => {
          const context = data.slice(n * each, n * each + text.length * text.width);
          return { context, pooled: data.slice(n * each + context.length, (n + 1) * each) };
        }),
      );
    }
    const prompts = Array.from({ length: batch }, (_, n) =>
      sideBySide(
        parts.map((part) => part[n]!),
        this.model,
      ),
    );
    this.#encoded = { key, prompts };
    return prompts;
  }

  /** What the UNet predicts: as the checkpoint says, or as one trial shows, which is not made again. */
  async prediction(trial: () => Promise<Prediction>): Promise<Prediction> {
    return (this.#prediction ??= this.model.prediction ?? (await trial()));
  }

  /**
   * From now on pictures of this size are drawn with so little memory, or less where it is plain that it would not fit.
   * @param questions that the UNet is asked in each step.
   * @returns what is done without.
   */
  save(thrift: Thrift, size: LatentSize, questions: number): Thrift {
    const key = JSON.stringify([thrift, size, questions, this.#vae?.key]);
    if (key === this.#saved) return this.#thrift;
    const { limits } = this.#machine;
    const unet = unetGraph(this.#authored, this.#slots.UNet.target, { batch: questions, ...size });
    const single = thrift.single || (questions > 1 && !fits(unet, limits));
    let { tile } = thrift;
    for (;;) {
      const part = { batch: 1, ...(tile === null ? size : tileOf(tile, size)) };
      const decoder = decoderGraph(this.#authoredVae, this.#slots['VAE decoder'].target, part);
      const smaller = smallerTile(tile, { size, native: this.native });
      if (smaller === null || fits(decoder, limits)) break;
      tile = smaller;
    }
    this.#saved = key;
    return (this.#thrift = { ...thrift, single, tile });
  }

  /** One UNet run on a batch; see `unetGraph`. */
  predict(values: UNetValues, report: Report): Promise<Float32Array> {
    const run = (asked: UNetValues): Promise<Float32Array> => {
      const [batch, , h, w] = asked.latents.shape as [number, number, number, number];
      const author: Author = (target) => unetGraph(this.#authored, target, { batch, h, w });
      return this.#slots.UNet.run(`${batch} ${h} ${w}`, author, { ...asked }, report);
    };
    return this.#thrift.single ? oneByOne(run, values) : run(values);
  }

  /** Scaled latents [1, 4, h, w], as the UNet has them → picture [3, f·h, f·w] in −1…1. */
  decode(latents: Float32Array, size: LatentSize, report: Report): Promise<Float32Array> {
    const { scale, factor } = this.model.vae;
    const unscaled = latents.map((x) => x / scale);
    const author: PictureNet['author'] = (target, part) => decoderGraph(this.#authoredVae, target, part);
    const net = { name: 'VAE decoder', input: 'latents', before: 1, after: factor, author } as const;
    return this.#inParts(net, unscaled, size, report);
  }

  /**
   * A picture [3, f·h, f·w] in −1…1 → what the VAE takes it for: mean and log-variance of its latents, unscaled and
   * side by side in the channels [8, h, w].
   */
  moments(image: Float32Array, size: LatentSize, report: Report): Promise<Float32Array> {
    const { factor } = this.model.vae;
    const author: PictureNet['author'] = (target, part) => encoderGraph(this.#authoredVae, target, part);
    const net = { name: 'VAE encoder', input: 'image', before: factor, after: 1, author } as const;
    return this.#inParts(net, image, size, report);
  }

  /**
   * From now on weights have these added on their way to the device. Nets that were opened without are closed.
   * @param key what tells these LoRAs and weights from others; empty for none.
   * @param open asked only where they are others than before.
   */
  async useLoras(key: string, open: () => Promise<readonly Lora[]>): Promise<void> {
    if (key === this.#loras) return;
    const patches = patchesOf(this.model, this.#weights.tensors, await open());
    for (const name of [...TEXT_ENCODERS, 'UNet'] as const) await this.#slots[name].release();
    this.#loras = key;
    this.#encoded = null;
    this.#patches = patches;
  }

  /**
   * From now on pictures go through this VAE.
   * @param key what tells it from others; empty for the checkpoint's own.
   * @param open gives its weights; asked only where it is another than before.
   */
  async useVae(key: string, open: () => Promise<Weights>): Promise<void> {
    if (key === (this.#vae?.key ?? '')) return;
    const vae = key === '' ? null : { key, weights: await open() };
    for (const name of ['VAE encoder', 'VAE decoder'] as const) await this.#slots[name].release();
    this.#vae = vae;
  }

  /** From now on this decoder makes previews, and pictures where a job says so; parameters as for `useVae`. */
  async useTaesd(key: string, open: () => Promise<Weights>): Promise<void> {
    if (key === (this.#taesd?.key ?? '')) return;
    const taesd = key === '' ? null : { key, weights: await open() };
    await this.#slots.TAESD.release();
    this.#taesd = taesd;
  }

  /**
   * What scaled latents [1, 4, h, w] look like, as a TAESD sees it: [3, 8h, 8w] in −1…1. Null without a TAESD, and where
   * its pictures would have another size than the VAE's.
   */
  async sketch(latents: Latent, size: LatentSize, report: Report): Promise<Float32Array | null> {
    const weights = this.#taesd?.weights;
    const { factor } = this.model.vae;
    if (!weights || factor !== TAESD_FACTOR) return null;
    const author: PictureNet['author'] = (target, part) => taesdGraph(weights.tensors, target, part);
    const net = { name: 'TAESD', input: 'latents', before: 1, after: factor, author } as const;
    return this.#inParts(net, latents, size, report);
  }

  /** Runs a net on a picture, or on its tiles. */
  #inParts(
    { name, input, before, after, author }: PictureNet,
    whole: Float32Array,
    size: LatentSize,
    report: Report,
  ): Promise<Float32Array> {
    const { tile: side } = this.#thrift;
    const tile = side === null ? size : tileOf(side, size);
    const { h, w } = tile;
    const channels = whole.length / (size.h * size.w * before ** 2);
    const shape = [1, channels, h * before, w * before];
    return inTiles(whole, { size, tile, before, after }, (data) =>
      this.#slots[name].run(
        `${h} ${w}`,
        (target) => author(target, { batch: 1, h, w }),
        { [input]: { data, shape } },
        report,
      ),
    );
  }

  /** Text encoders are opened anew where other vectors stand in their tables than before. */
  async #useRows(rows: Rows): Promise<void> {
    const same = rows.size === this.#rows.size && [...rows].every(([id, row]) => this.#rows.get(id) === row);
    if (same) return;
    for (const name of TEXT_ENCODERS) await this.#slots[name].release();
    this.#rows = rows;
    this.#encoded = null;
  }

  #weightsOf(name: NetName): Weights {
    switch (name) {
      case 'TAESD':
        return this.#taesd?.weights ?? this.#weights;
      case 'VAE encoder':
      case 'VAE decoder':
        return this.#vae?.weights ?? this.#weights;
      default:
        return this.#patched;
    }
  }

  /** The weights, and what changes them on their way to the device. */
  get #patched(): Weights {
    const patches = new Map(this.#weights.patches);
    for (const [key, patch] of this.#patches) {
      const before = patches.get(key);
      patches.set(key, (weights) => {
        before?.(weights);
        patch(weights);
      });
    }
    for (const [i, { prefix, naming, width }] of this.model.texts.entries()) {
      if (this.#rows.size === 0) break;
      const key = `${prefix}.${naming === 'transformers' ? 'embeddings.' : ''}token_embedding.weight`;
      const before = patches.get(key);
      patches.set(key, (table) => {
        before?.(table);
        for (const [id, row] of this.#rows) table.set(row[i]!, id * width); // one for each text encoder
      });
    }
    return { ...this.#weights, patches };
  }

  /** Whether the GPU is imitated by a CPU, which is slower than the CPU by itself. */
  get imitated(): boolean {
    return this.#machine.imitated;
  }

  /** The side at which the model draws best, in latents. */
  get native(): number {
    const { recommended, vae } = this.model;
    return Math.max(recommended.width, recommended.height) / vae.factor;
  }

  /** Whether all nets stay on the device together. */
  get resident(): boolean {
    return this.together && !this.#thrift.apart;
  }

  /** Whether the weights of all nets are few enough for that. */
  get together(): boolean {
    return roomFor(this.model, this.#weights.tensors, this.#machine.target().dtype).together;
  }

  /** Frees everything on the device. The checkpoint can still be used: nets open again. */
  async release(): Promise<void> {
    for (const slot of Object.values(this.#slots)) await slot.release();
  }

  /** The model with the VAE that is used. */
  get #authoredVae(): { model: Model; tensors: Weights['tensors'] } {
    return { model: this.model, tensors: (this.#vae?.weights ?? this.#weights).tensors };
  }

  get #authored(): { model: Model; tensors: Weights['tensors'] } {
    return { model: this.model, tensors: this.#weights.tensors };
  }

  async #open(name: NetName, graph: Graph, report: Report): Promise<Net> {
    if (!this.resident) {
      for (const [other, slot] of Object.entries(this.#slots)) if (other !== name) await slot.release();
    }
    const telling = (kind: 'reading' | 'checking'): OnBytes => {
      let told = -Infinity;
      return (doneBytes, totalBytes) => {
        if (doneBytes - told < REPORT_BYTES && doneBytes < totalBytes) return;
        told = doneBytes;
        report({ kind, net: name, doneBytes, totalBytes });
      };
    };
    const net = await this.#machine.sessions.open(
      graph,
      this.#weightsOf(name),
      this.#machine.openDevice,
      telling('reading'),
      telling('checking'),
    );
    report({ kind: 'compiling', net: name }); // shaders are compiled by the first run
    return net;
  }
}

/** Encodings of one prompt by several encoders, token by token. */
function sideBySide(parts: readonly Encoded[], { texts, unet }: Model): Encoded {
  const context = new Float32Array(texts[0].length * unet.contextWidth);
  let from = 0;
  for (const [i, { width, length }] of texts.entries()) {
    for (let token = 0; token < length; token++) {
      const row = parts[i]!.context.subarray(token * width, (token + 1) * width); // one part for each encoder
      context.set(row, token * unet.contextWidth + from);
    }
    from += width;
  }
  return { context, pooled: parts.find(({ pooled }) => pooled.length > 0)?.pooled ?? new Float32Array() };
}
