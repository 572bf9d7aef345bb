/** A checkpoint opened on a machine: its nets become sessions when they are first asked, and stay while there is room. */
import { DrobeError } from '../errors';
import type { Graph, Target } from '../graph/graph';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../nets/graphs';
import { roomFor } from '../nets/memory';
import type { Model, Prediction } from '../nets/model';
import { TAESD_FACTOR, taesdGraph } from '../nets/taesd';
import type { Machine } from '../runtime/device';
import type { Latent } from '../sampling/latent';
import type { Net, Value, Weights } from '../runtime/session';
import type { UNetValues } from './denoise';
import type { NetName, Progress } from './job';
import { patchesOf, type Lora } from './lora';
import { scaled } from './scales';

/** Height and width in latents. */
export interface LatentSize {
  readonly h: number;
  readonly w: number;
}

export type Report = (progress: Progress) => void;

/** A net from another file, and what tells it from others. */
interface Other {
  readonly key: string;
  readonly weights: Weights;
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

  constructor(model: Model, weights: Weights, machine: Machine) {
    this.model = model;
    this.#weights = scaled(weights);
    this.#machine = machine;
    const slot = (name: NetName, float32 = false): Slot =>
      new Slot(name, float32 ? 'f32' : machine.target().dtype, this.#open.bind(this));
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

  /** One UNet run on a batch; see `unetGraph`. */
  predict(values: UNetValues, report: Report): Promise<Float32Array> {
    const [batch, , h, w] = values.latents.shape as [number, number, number, number];
    const author: Author = (target) => unetGraph(this.#authored, target, { batch, h, w });
    return this.#slots.UNet.run(`${batch} ${h} ${w}`, author, { ...values }, report);
  }

  /** Scaled latents [1, 4, h, w], as the UNet has them → picture [3, f·h, f·w] in −1…1. */
  decode(latents: Float32Array, { h, w }: LatentSize, report: Report): Promise<Float32Array> {
    const { scale, latentChannels } = this.model.vae;
    const author: Author = (target) => decoderGraph(this.#authoredVae, target, { batch: 1, h, w });
    const unscaled = latents.map((x) => x / scale);
    return this.#slots['VAE decoder'].run(
      `${h} ${w}`,
      author,
      { latents: { data: unscaled, shape: [1, latentChannels, h, w] } },
      report,
    );
  }

  /**
   * A picture [3, f·h, f·w] in −1…1 → what the VAE takes it for: mean and log-variance of its latents, unscaled and
   * side by side in the channels [8, h, w].
   */
  moments(image: Float32Array, { h, w }: LatentSize, report: Report): Promise<Float32Array> {
    const { factor } = this.model.vae;
    const author: Author = (target) => encoderGraph(this.#authoredVae, target, { batch: 1, h, w });
    const shape = [1, 3, h * factor, w * factor];
    return this.#slots['VAE encoder'].run(`${h} ${w}`, author, { image: { data: image, shape } }, report);
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
  async sketch(latents: Latent, { h, w }: LatentSize, report: Report): Promise<Float32Array | null> {
    const weights = this.#taesd?.weights;
    if (!weights || this.model.vae.factor !== TAESD_FACTOR) return null;
    const author: Author = (target) => taesdGraph(weights.tensors, target, { batch: 1, h, w });
    const shape = [1, this.model.vae.latentChannels, h, w];
    return this.#slots.TAESD.run(`${h} ${w}`, author, { latents: { data: latents, shape } }, report);
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

  /** Whether all nets fit on the device together. */
  get resident(): boolean {
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

  async #open(name: NetName, author: Author, dtype: 'f32' | 'f16', report: Report): Promise<Net> {
    if (!this.resident) {
      for (const [other, slot] of Object.entries(this.#slots)) if (other !== name) await slot.release();
    }
    let told = -Infinity;
    const graph = author(this.#machine.target(dtype));
    const net = await this.#machine.sessions.open(
      graph,
      this.#weightsOf(name),
      this.#machine.openDevice,
      (doneBytes, totalBytes) => {
        if (doneBytes - told < REPORT_BYTES && doneBytes < totalBytes) return;
        told = doneBytes;
        report({ kind: 'reading', net: name, doneBytes, totalBytes });
      },
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

type Author = (target: Target) => Graph;
type Open = (name: NetName, author: Author, dtype: 'f32' | 'f16', report: Report) => Promise<Net>;

/** One net's session, for one size at a time. */
class Slot {
  readonly #name: NetName;
  readonly #open: Open;
  #dtype: 'f32' | 'f16';
  #net: Net | null = null;
  #size = '';

  constructor(name: NetName, dtype: 'f32' | 'f16', open: Open) {
    this.#name = name;
    this.#dtype = dtype;
    this.#open = open;
  }

  /** Runs the net; where f16 overflows it is run again in f32, and in f32 from then on. */
  async run(
    size: string,
    author: Author,
    values: Readonly<Record<string, Value>>,
    report: Report,
  ): Promise<Float32Array<ArrayBuffer>> {
    const output = await (await this.#ready(size, author, report)).run(values);
    if (output.every(Number.isFinite)) return output;
    if (this.#dtype === 'f32') throw new DrobeError('not-a-number', { stage: this.#name });
    await this.release();
    this.#dtype = 'f32';
    report({ kind: 'notice', notice: { code: 'retried-in-f32', net: this.#name } });
    return this.run(size, author, values, report);
  }

  async release(): Promise<void> {
    const net = this.#net;
    this.#net = null;
    await net?.release();
  }

  async #ready(size: string, author: Author, report: Report): Promise<Net> {
    if (this.#net && this.#size === size) return this.#net;
    await this.release();
    this.#size = size;
    return (this.#net = await this.#open(this.#name, author, this.#dtype, report));
  }
}
