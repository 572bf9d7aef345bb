import { DrobeError, type Facts } from '../../errors';
import type { Bits, Graph, Shape, Target } from '../../graph/graph';
import { bytesOf } from '../../nets/memory';
import type { Machine } from '../../runtime/device';
import { Unusable, type DeviceValue } from '../../runtime/device-value';
import type { Fed, Kept, Net } from '../../runtime/session';
import type { NetName, Progress } from '../job';

/** Told what goes on. */
export type Report = (progress: Progress) => void;
/** Writes a net's graph for a target. */
export type Author = (target: Target) => Graph;
/** A net's inputs by name, from memory or from the device. */
export type Values = Readonly<Record<string, Fed>>;
/** Brings a net onto the device. */
export type Open = (graph: Graph, report: Report) => Promise<Net>;

/** One net's place on the device: its session, for one size at a time. */
export class Slot {
  readonly #name: NetName;
  readonly #machine: Machine;
  readonly #open: Open;
  #dtype: 'f32' | 'f16';
  #net: Net | null = null;
  /** What it was opened for. */
  #opened = '';
  #graph: Graph | null = null;
  #loadedBytes = 0;
  /** Weights of its linear layers are packed into so many bits a number from the next run on; null: they are not. */
  bits: Bits | null = null;

  constructor(name: NetName, dtype: 'f32' | 'f16', machine: Machine, open: Open) {
    this.#name = name;
    this.#dtype = dtype;
    this.#machine = machine;
    this.#open = open;
  }

  /** What the net's graphs must be like. */
  get target(): Target {
    const target = this.#machine.target(this.#dtype);
    return this.bits === null ? target : { ...target, bits: this.bits };
  }

  /**
   * Runs the net; where f16 overflows it is run again in f32, and in f32 from then on.
   * @param kept inputs that stay the same for many runs, of the type that the graph has them in.
   * @throws DrobeError 'out-of-memory' with what the net needs, 'device-lost', 'not-a-number', and those of a session;
   * Unusable where it may be what lies on the device that is not finite.
   */
  async run(
    size: string,
    author: Author,
    values: Values,
    report: Report,
    kept?: (dtype: Target['dtype']) => readonly Kept[],
  ): Promise<Float32Array<ArrayBuffer>> {
    const output = await this.#attempt(async () => {
      const net = await this.#ready(size, author, report);
      return net.run(values, ...(kept?.(this.#dtype) ?? []));
    });
    if (allFinite(output)) return output;
    if (!Object.values(values).every((value) => 'data' in value)) throw new Unusable();
    if (this.#dtype === 'f32') throw new DrobeError('not-a-number', { stage: this.#name });
    await this.release();
    this.#dtype = 'f32';
    report({ kind: 'notice', notice: { code: 'retried-in-f32', net: this.#name } });
    return this.run(size, author, values, report, kept);
  }

  /** As `run`, and the numbers stay on the device: whether they are finite nobody has seen. @param shape of them. */
  runThere(
    size: string,
    author: Author,
    values: Values,
    shape: Shape,
    report: Report,
    kept?: (dtype: Target['dtype']) => readonly Kept[],
  ): Promise<DeviceValue> {
    return this.#attempt(async () => {
      const net = await this.#ready(size, author, report);
      return net.runThere(values, shape, ...(kept?.(this.#dtype) ?? []));
    });
  }

  async release(): Promise<void> {
    const net = this.#net;
    this.#net = null;
    await net?.release();
  }

  async #ready(size: string, author: Author, report: Report): Promise<Net> {
    const asked = `${size} ${this.bits}`;
    if (this.#net?.isOpen && this.#opened === asked) return this.#net;
    await this.release();
    this.#opened = asked;
    this.#graph = author(this.target);
    this.#loadedBytes = 0;
    this.#net = await this.#open(this.#graph, (progress) => {
      if (progress.kind === 'reading') this.#loadedBytes = progress.doneBytes;
      report(progress);
    });
    return this.#net;
  }

  /** Says of a machine's failures where they happened, and how much memory was asked for. */
  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DrobeError) || (error.code !== 'out-of-memory' && error.code !== 'device-lost'))
        throw error;
      // It holds what memory there was, and is of no more use.
      if (error.code === 'out-of-memory') await this.release();
      throw new DrobeError(error.code, { ...error.facts, ...this.#need }, { cause: error });
    }
  }

  get #need(): Facts {
    const graph = this.#graph;
    if (!graph) return { stage: this.#name };
    const need = { stage: this.#name, neededBytes: bytesOf(graph), loadedBytes: this.#loadedBytes };
    const { tensor, net } = this.#machine.limits;
    if (graph.footprint.largest > tensor)
      return { ...need, neededBytes: graph.footprint.largest, limitBytes: tensor };
    return Number.isFinite(net) ? { ...need, limitBytes: net } : need;
  }
}

/** A plain loop: what adapters add comes to millions of numbers in each step. */
function allFinite(numbers: Float32Array): boolean {
  for (const x of numbers) if (!Number.isFinite(x)) return false;
  return true;
}
