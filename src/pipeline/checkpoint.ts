/** A checkpoint opened on a machine: its nets become sessions when they are first asked, and stay while there is room. */
import { DrobeError } from '../errors';
import { bytesPer, type Graph, type Target } from '../graph/graph';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../nets/graphs';
import type { Model } from '../nets/model';
import type { Machine } from '../runtime/device';
import type { Net, Value, Weights } from '../runtime/session';
import type { NetName, Progress } from './job';

/** Height and width in latents. */
export interface LatentSize {
  readonly h: number;
  readonly w: number;
}

export type Report = (progress: Progress) => void;

/** More weights than this do not stay on the device together: each net is released before the next is opened. */
const RESIDENT_BYTES = 3 * 2 ** 30;

/** How often reading is reported, in bytes. */
const REPORT_BYTES = 8 * 2 ** 20;

export class Checkpoint {
  readonly model: Model;
  readonly #machine: Machine;
  readonly #weights: Weights;
  readonly #slots: Record<NetName, Slot>;
  /** The last prompts: drawn again with another seed, they need no text encoder. */
  #encoded: { readonly key: string; readonly context: Float32Array } | null = null;

  constructor(model: Model, weights: Weights, machine: Machine) {
    this.model = model;
    this.#weights = weights;
    this.#machine = machine;
    const slot = (name: NetName): Slot => new Slot(name, machine.target().dtype, this.#open.bind(this));
    this.#slots = {
      'text encoder': slot('text encoder'),
      UNet: slot('UNet'),
      'VAE encoder': slot('VAE encoder'),
      'VAE decoder': slot('VAE decoder'),
    };
  }

  /** Token ids [batch, length] → text encodings [batch, length, width]. */
  async encode(ids: Int32Array, report: Report): Promise<Float32Array> {
    const key = ids.join();
    if (this.#encoded?.key === key) return this.#encoded.context;
    const { length } = this.model.text;
    const batch = ids.length / length;
    const author: Author = (target) => textGraph(this.#authored, target, { batch });
    const data = await this.#slots['text encoder'].run(
      `${batch}`,
      author,
      { ids: { data: ids, shape: [batch, length] } },
      report,
    );
    this.#encoded = { key, context: data };
    return data;
  }

  /** One UNet run on a batch; see `unetGraph`. */
  predict(
    values: Readonly<Record<'latents' | 'timestep' | 'context', Value>>,
    report: Report,
  ): Promise<Float32Array> {
    const [batch, , h, w] = values.latents.shape as [number, number, number, number];
    const author: Author = (target) => unetGraph(this.#authored, target, { batch, h, w });
    return this.#slots.UNet.run(`${batch} ${h} ${w}`, author, values, report);
  }

  /** Scaled latents [1, 4, h, w], as the UNet has them → picture [3, f·h, f·w] in −1…1. */
  decode(latents: Float32Array, { h, w }: LatentSize, report: Report): Promise<Float32Array> {
    const { scale, latentChannels } = this.model.vae;
    const author: Author = (target) => decoderGraph(this.#authored, target, { batch: 1, h, w });
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
    const author: Author = (target) => encoderGraph(this.#authored, target, { batch: 1, h, w });
    const shape = [1, 3, h * factor, w * factor];
    return this.#slots['VAE encoder'].run(`${h} ${w}`, author, { image: { data: image, shape } }, report);
  }

  /** Whether the GPU is imitated by a CPU, which is slower than the CPU by itself. */
  get imitated(): boolean {
    return this.#machine.imitated;
  }

  /** Whether all nets fit on the device together. */
  get resident(): boolean {
    const { unet, vae, text } = this.model.prefix;
    const prefixes = [unet, vae, text].map((prefix) => `${prefix}.`);
    let numbers = 0;
    for (const [name, { shape }] of this.#weights.tensors) {
      if (prefixes.some((prefix) => name.startsWith(prefix))) numbers += shape.reduce((n, d) => n * d, 1);
    }
    return numbers * bytesPer[this.#machine.target().dtype] <= RESIDENT_BYTES;
  }

  /** Frees everything on the device. The checkpoint can still be used: nets open again. */
  async release(): Promise<void> {
    for (const slot of Object.values(this.#slots)) await slot.release();
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
      this.#weights,
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
