import { tuple } from '../../checked';
import type { Size } from '../../canvas/crop';
import { aboutWeights, DrobeError } from '../../errors';
import { sizeOf, type Graph, type Target } from '../../graph/graph';
import {
  controlGraph,
  featureShapes,
  HINT_FACTOR,
  residualShapes,
  t2iGraph,
} from '../../nets/control-graphs';
import type { UNetSize } from '../../nets/graphs';
import { weightBytes } from '../../nets/memory';
import type { Model } from '../../nets/model';
import type { DeviceValue } from '../../runtime/device-value';
import type { Kept, Value } from '../../runtime/session';
import type { Weights } from '../../runtime/tensor-bytes';
import { firstChannels, oneByOne, type DenoiserValues } from '../batch';
import type { OpenFile } from '../memory/opening';
import type { LatentSize } from '../size';
import type { Author, Report, Slot } from '../memory/slot';
import {
  authored,
  openControl,
  slotsOf,
  type OpenAdapter,
  type OpenControl,
  type OpenControlNet,
  type SlotFor,
} from './open-control';

/** The nets of files that guide by pictures, ControlNets and T2I-Adapters, beside the checkpoint that they guide. */
export class Controls {
  readonly #model: Model;
  readonly #unet: () => Weights;
  readonly #target: () => Target;
  readonly #slotFor: SlotFor;
  /** By the ids of their files. */
  #open: ReadonlyMap<string, OpenControl> = new Map();
  #sizes: { readonly size: string; readonly numbers: readonly number[] } | null = null;
  /** Hints that are on the device, by their numbers: told from others by being the very same. */
  readonly #hints = new WeakMap<Float32Array, Kept>();
  /** ControlNets are asked one question at a time. */
  single = false;
  /** What ControlNets give the UNet can stay on a device that they share. */
  there = false;

  /**
   * @param unet weights of the checkpoint, in normal form, with what LoRAs add.
   * @param target what the UNet's graphs are like.
   */
  constructor(model: Model, unet: () => Weights, target: () => Target, slotFor: SlotFor) {
    this.#model = model;
    this.#unet = unet;
    this.#target = target;
    this.#slotFor = slotFor;
  }

  /**
   * From now on these files guide; nets of others are closed.
   * @param open asked for those that did not before.
   * @throws DrobeError 'control-mismatch' for one that was made for other models, and what `recogniseControl` throws.
   */
  async use(ids: readonly string[], open: (id: string) => Promise<OpenFile>): Promise<void> {
    for (const [id, gone] of this.#open)
      if (!ids.includes(id)) for (const slot of slotsOf(gone)) await slot.release();
    const before = this.#open;
    this.#open = new Map([...before].filter(([id]) => ids.includes(id)));
    for (const id of new Set(ids)) {
      if (!this.#open.has(id)) this.#open = new Map(this.#open).set(id, this.#opened(await open(id)));
    }
  }

  /** From now on the checkpoint's weights are others: nets that borrow of them are closed, to be opened with those. */
  async lend(): Promise<void> {
    for (const [id, open] of this.#open) {
      if (open.kind !== 'ControlNet' || open.guide.borrows === 'nothing') continue;
      for (const slot of slotsOf(open)) await slot.release();
      this.#open = new Map(this.#open).set(id, this.#opened(open.file));
    }
  }

  #opened(file: OpenFile): OpenControl {
    return openControl(file, this.#model, this.#unet(), this.#slotFor);
  }

  /** What they are to be told of prompts: see `Checkpoint`. */
  async prepare(contexts: readonly Float32Array[], report: Report): Promise<void> {
    for (const open of this.#open.values())
      if (open.kind === 'ControlNet') await open.texts?.attention.prepare(contexts, report);
  }

  /** The net of a file that is in use. */
  of(id: string): OpenControl {
    const open = this.#open.get(id);
    if (!open) throw new DrobeError('bug', { reason: `control ${id} is not open` });
    return open;
  }

  /** Places of all of them, and of those that run in every step. */
  get slots(): readonly Slot[] {
    return [...this.#open.values()].flatMap(slotsOf);
  }
  get stepping(): readonly Slot[] {
    return [...this.#open.values()].filter(({ kind }) => kind === 'ControlNet').map(({ slot }) => slot);
  }

  /** What tells those in use from others. */
  get key(): string {
    return [...this.#open.keys()].join();
  }

  /** What the UNet is told to take. */
  get additions(): Pick<UNetSize, 'residuals' | 'features'> {
    const open = [...this.#open.values()];
    const adapter = open.find((one) => one.kind === 'T2I-Adapter');
    return {
      ...(open.some(({ kind }) => kind === 'ControlNet') && { residuals: true }),
      ...(adapter && { features: adapter.guide.model.pixels }),
    };
  }

  /** What their weights take on the device. */
  get bytes(): number {
    return [...this.#open.values()].reduce(
      (sum, { guide, slot }) => sum + weightBytes(guide.tensors, slot.target.dtype),
      0,
    );
  }

  /** The graphs of those that run in every step, for so many questions at a time. */
  graphs(size: LatentSize & { readonly batch: number; readonly tokens: number }): Graph[] {
    return [...this.#open.values()].flatMap((open) =>
      open.kind === 'ControlNet'
        ? controlGraph(authored(open), open.slot.target, { ...size, text: textOf(open) })
        : [],
    );
  }

  /**
   * What a ControlNet makes of latents and a hint, for each member of the batch: as many numbers as `residualSizes` come to.
   * @param scale [batch, residuals], what each is multiplied by.
   * @param hint planes as `hintPlanes` gives them, the very same in every step.
   * @param kind what it shows, by its name among the kinds that the net knows, where it knows several.
   */
  residuals(
    net: OpenControlNet,
    values: DenoiserValues,
    scale: Value,
    hint: Float32Array,
    kind: string | undefined,
    report: Report,
  ): Promise<Float32Array> {
    const run = async (told: DenoiserValues): Promise<Float32Array> => {
      const { size, author, kept } = await this.#asked(net, told, hint, report);
      return net.slot.run(size, author, { ...told, kind: kindOf(net, kind) }, report, kept);
    };
    const told = { ...shownTo(net, values), scale };
    return this.single ? oneByOne(run, told) : run(told);
  }

  /** The same of all members in one run, left on the device. Where one is to be asked at a time, others do so. */
  async residualsThere(
    net: OpenControlNet,
    values: DenoiserValues,
    scale: Value,
    hint: Float32Array,
    kind: string | undefined,
    report: Report,
  ): Promise<DeviceValue> {
    const { size, author, kept } = await this.#asked(net, values, hint, report);
    const [batch, , h, w] = tuple(values.latents.shape, 4);
    const shape = [batch, this.residualSizes({ h, w }).reduce((sum, own) => sum + own, 0)];
    const told = { ...shownTo(net, values), scale, kind: kindOf(net, kind) };
    return net.slot.runThere(size, author, told, shape, report, kept);
  }

  /** What a ControlNet's session is made for, and what it is fed all the time. */
  async #asked(
    net: OpenControlNet,
    { latents, context }: DenoiserValues,
    hint: Float32Array,
    report: Report,
  ): Promise<{ size: string; author: Author; kept: (dtype: Target['dtype']) => Kept[] }> {
    const [batch, , h, w] = tuple(latents.shape, 4);
    const [, tokens] = tuple(context.shape, 3);
    const size = { batch, h, w, tokens, text: textOf(net) };
    const author: Author = (target) =>
      aboutWeights({ name: net.weights.name }, () =>
        controlGraph(authored(net), target, { ...size, levelled: isLevelled(net.weights.name) }),
      );
    const texts = await net.texts?.attention.of(context, report);
    return {
      ...{ size: `${batch} ${h} ${w} ${tokens}`, author },
      kept: (dtype) => [this.#kept(net, hint, { h, w }), ...(texts ? [texts(dtype)] : [])],
    };
  }

  #kept({ guide }: OpenControlNet, hint: Float32Array, { h, w }: LatentSize): Kept {
    const known = this.#hints.get(hint);
    if (known) return known;
    const shape = [1, guide.model.hintChannels, h * HINT_FACTOR, w * HINT_FACTOR];
    const kept = { hint: { parts: [hint], shape } };
    this.#hints.set(hint, kept);
    return kept;
  }

  /** What a T2I-Adapter makes of a hint: as many numbers as `featureSizes` come to. */
  features(
    net: OpenAdapter,
    hint: Float32Array,
    { width, height }: Size,
    report: Report,
  ): Promise<Float32Array> {
    const author: Author = (target) =>
      aboutWeights({ name: net.weights.name }, () => t2iGraph(authored(net), target, { width, height }));
    const shape = [1, net.guide.model.hintChannels, height, width];
    return net.slot.run(`${width} ${height}`, author, { hint: { data: hint, shape } }, report);
  }

  /** Numbers of each residual that the UNet takes: one for each skip connection, then the middle's. */
  residualSizes(size: LatentSize): readonly number[] {
    const key = `${size.h} ${size.w}`;
    if (this.#sizes?.size !== key) {
      const shapes = residualShapes(this.#authored, this.#target(), { batch: 1, ...size });
      this.#sizes = { size: key, numbers: shapes.map(sizeOf) };
    }
    return this.#sizes.numbers;
  }

  /** Numbers of each feature that the UNet takes of a T2I-Adapter. */
  featureSizes({ guide }: OpenAdapter, size: LatentSize): readonly number[] {
    return featureShapes(this.#authored, this.#target(), { batch: 1, ...size }, guide.model).map(sizeOf);
  }

  /** What the UNet is fed where nothing guides: zeros for each member of the batch. */
  nothing(batch: number, size: LatentSize): Pick<DenoiserValues, 'residuals' | 'features'> {
    const { residuals, features } = this.additions;
    const zeros = (sizes: readonly number[]): Value => {
      const numbers = sizes.reduce((sum, own) => sum + own, 0);
      return { data: new Float32Array(batch * numbers), shape: [batch, numbers] };
    };
    const adapter = [...this.#open.values()].find((open) => open.kind === 'T2I-Adapter');
    return {
      ...(residuals && { residuals: zeros(this.residualSizes(size)) }),
      ...(features && adapter && { features: zeros(this.featureSizes(adapter, size)) }),
    };
  }

  get #authored(): { model: Model; tensors: Weights['tensors'] } {
    return { model: this.#model, tensors: this.#unet().tensors };
  }
}

/** How a ControlNet's graph is fed texts. */
const textOf = ({ texts }: OpenControlNet): 'context' | 'keys' => (texts ? 'keys' : 'context');

/** What a ControlNet is told of what a UNet is asked. */
function shownTo(
  { guide }: OpenControlNet,
  { latents, timestep, context, label }: DenoiserValues,
): DenoiserValues {
  const own = firstChannels(latents, guide.model.unet.inChannels);
  return { latents: own, timestep, context, ...(label && { label }) };
}

/** 1 for the kind of picture that it is shown, among those that it knows. */
function kindOf({ guide }: OpenControlNet, kind: string | undefined): Value {
  const { kinds } = guide.model;
  return { data: Float32Array.from(kinds, (one) => Number(one === kind)), shape: [1, kinds.length] };
}

/** "Shuffle" was trained to tell colours and no places; nothing else than its name says so. */
const isLevelled = (name = ''): boolean => /shuffle/i.test(name);
