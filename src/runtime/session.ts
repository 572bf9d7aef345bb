/** Creates sessions from graphs, and runs them: one at a time, over all callers. */
import { defined } from '../checked';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { DrobeError } from '../errors';
import { sizeOf, type Graph, type Shape } from '../graph/graph';
import type { TensorInfo } from '../weights/safetensors';
import type { OnBytes } from '../weights/source';
import { DeviceValue, storage, Unusable } from './device-value';
import { explained } from './failures';
import { feed, type Feed } from './feeder';
import { partsOf, type Weights } from './tensor-bytes';
import type { OrtModule } from './ort';
import { Place, type OpenDevice, type SharedDevice } from './place';

/** Numbers in full precision, row by row. */
export interface Value {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** What a graph is fed: numbers, a value that another net left on the same device, or some members of one. */
export type Fed = Value | DeviceValue | DeviceMembers;

/** Some rows of a value on the device, in this order. */
export interface DeviceMembers {
  readonly of: DeviceValue;
  readonly rows: readonly number[];
}

/** Inputs that stay the same for many runs: they are uploaded once. Identity counts: the same object is the same input. */
export type Kept = Readonly<Record<string, KeptValue>>;

/** An input that stays on the device. */
export interface KeptValue {
  /** Concatenated; Uint16Array for f16. */
  readonly parts: readonly (Float32Array | Uint16Array)[];
  readonly shape: Shape;
}

/** How many of a kind stay on the device: a prompt, its negative, and both together. */
const MOST_KEPT = 3;

/** Of ONNX Runtime's levels. It warns of weights that are computed with in every run, a line each, and browsers show these as errors. */
const ERRORS_ALONE = 3;

/** ONNX Runtime allows one create and one run at a time over all sessions: make one of these for each instance of it. */
export class Sessions {
  readonly #ort: OrtModule;
  #last: Promise<unknown> = Promise.resolve();

  constructor(ort: OrtModule) {
    this.#ort = ort;
  }

  /**
   * A session on a device of its own, or on one that it shares. Its weights are compared with what was stored, where that
   * can be, while they are loaded.
   * @param onBytes told how many of the graph's bytes are loaded.
   * @param onChecked told how many stored bytes are compared, as far as that takes longer.
   * @throws DrobeError of the feeder, 'model-damaged', 'out-of-memory', 'device-lost', or 'bug' with what ONNX Runtime said.
   */
  async open(
    graph: Graph,
    weights: Weights,
    where: OpenDevice | SharedDevice,
    onBytes: OnBytes = () => undefined,
    onChecked: OnBytes = () => undefined,
  ): Promise<Net> {
    return this.#inTurn(async () => {
      const place = typeof where === 'function' ? new Place(await where()) : await where.place();
      const { device, watch } = place;
      let session: InferenceSession | undefined;
      const sound = weights.source.check?.(rangesIn(graph, weights), (done, total) => {
        if (session) onChecked(done, total);
      });
      sound?.catch(() => undefined); // told when it is waited for
      let fed: Feed | undefined;
      try {
        const { externalData } = (fed = feed(graph.placements, weights, { onBytes, device }));
        const create = (): Promise<InferenceSession> =>
          this.#ort.InferenceSession.create(graph.model, {
            executionProviders: [device ? { name: 'webgpu', device } : 'wasm'],
            externalData,
            logSeverityLevel: ERRORS_ALONE,
          });
        session = await watch(create);
        place.add(session);
        await sound;
        return new Net(this.#ort, session, place, (work) => this.#inTurn(work));
      } catch (error) {
        await place.close();
        const failure = fed?.failed();
        if (failure) await sound; // bytes that are not what they were explain whatever is wrong with their numbers
        throw explained(failure ?? error);
      } finally {
        fed?.close();
      }
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Where the weights of a graph lie, and what is read with them. */
function rangesIn({ placements }: Graph, { tensors, beside }: Weights): TensorInfo[] {
  const all = new Map(placements.map(({ key, ranges }) => [key, ranges])); // a packed weight is in two placements
  return [...all].flatMap(([key, ranges]) => {
    const info = tensors.get(key);
    const read = info && ranges ? partsOf(info, ranges) : (info ?? []);
    return [read, beside?.get(key) ?? []].flat();
  });
}

/** A graph ready to run, with its weights on the device. */
export class Net {
  readonly #ort: OrtModule;
  readonly #session: InferenceSession;
  readonly #place: Place;
  readonly #inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** For each kind, in the order of `kept`; the most recently used last. */
  readonly #kept: Map<Kept, OnDevice>[] = [];

  constructor(
    ort: OrtModule,
    session: InferenceSession,
    place: Place,
    inTurn: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.#ort = ort;
    this.#session = session;
    this.#place = place;
    this.#inTurn = inTurn;
  }

  /** Feeds the graph's inputs by name, leaving out what it does not ask for; gives the numbers of its one output. */
  run(values: Readonly<Record<string, Fed>>, ...kept: Kept[]): Promise<Float32Array<ArrayBuffer>> {
    return this.#running(values, kept, async (feeds) => {
      const outputs = await this.#session.run(feeds);
      const output = outputs[this.#session.outputNames[0]!]; // a graph has an output
      if (!(output?.data instanceof Float32Array))
        throw new DrobeError('bug', { reason: 'output is not f32' });
      return output.data as Float32Array<ArrayBuffer>;
    });
  }

  /** As `run`; the numbers stay on the device. @param shape of the output. Not for the wasm backend, which has no device. */
  runThere(values: Readonly<Record<string, Fed>>, shape: Shape, ...kept: Kept[]): Promise<DeviceValue> {
    return this.#running(values, kept, async (feeds) => {
      const place = this.#place;
      if (!place.device) throw new DrobeError('bug', { reason: 'no device to leave numbers on' });
      const given = new DeviceValue(place, place.device, shape);
      try {
        const name = this.#session.outputNames[0]!; // see above
        await this.#session.run(feeds, { [name]: this.#there(given) });
        return given;
      } catch (error) {
        given.release();
        throw error;
      }
    });
  }

  #running<T>(
    values: Readonly<Record<string, Fed>>,
    kept: readonly Kept[],
    work: (feeds: InferenceSession.FeedsType) => Promise<T>,
  ): Promise<T> {
    return this.#inTurn(async () => {
      const copies: DeviceValue[] = [];
      const fed = (name: string, value: Fed): Tensor => {
        if ('data' in value) return this.#tensorOf(name, value);
        if (value instanceof DeviceValue) return this.#there(value);
        if (!value.of.isAt(this.#place)) throw new Unusable();
        const copy = value.of.copied(value.rows);
        copies.push(copy);
        return this.#there(copy);
      };
      try {
        return await this.#place.watch(async () => {
          const asked = Object.entries(values).filter(([name]) => this.#session.inputNames.includes(name));
          const given = asked.map(([name, value]) => [name, fed(name, value)] as const);
          const there = kept.map((one, kind) => this.#onDevice(one, kind).tensors);
          return work(Object.assign(Object.fromEntries(given), ...there) as InferenceSession.FeedsType);
        });
      } catch (error) {
        throw explained(error);
      } finally {
        for (const copy of copies) copy.release();
      }
    });
  }

  #tensorOf(name: string, { data, shape }: Value): Tensor {
    if (data.length !== sizeOf(shape))
      throw new DrobeError('bug', { reason: `${name} has ${data.length} numbers` });
    return new this.#ort.Tensor('float32', data, shape);
  }

  #there(value: DeviceValue): Tensor {
    if (!value.isAt(this.#place)) throw new Unusable();
    return this.#ort.Tensor.fromGpuBuffer(value.buffer, { dataType: 'float32', dims: value.shape });
  }

  #onDevice(kept: Kept, kind: number): OnDevice {
    const ofKind = (this.#kept[kind] ??= new Map<Kept, OnDevice>());
    const there = ofKind.get(kept) ?? this.#upload(kept, ofKind);
    ofKind.delete(kept);
    ofKind.set(kept, there);
    return there;
  }

  /** @param others of its kind that are there. */
  #upload(kept: Kept, others: Map<Kept, OnDevice>): OnDevice {
    const [oldest] = others;
    if (oldest && others.size >= MOST_KEPT) {
      for (const buffer of oldest[1].buffers) buffer.destroy();
      others.delete(oldest[0]);
    }
    const buffers: GPUBuffer[] = [];
    const read = Object.entries(kept).filter(([name]) => this.#session.inputNames.includes(name));
    const tensors = read.map(([name, value]) => {
      const dataType = value.parts[0] instanceof Uint16Array ? ('float16' as const) : ('float32' as const);
      const { device } = this.#place;
      if (!device) return [name, new this.#ort.Tensor(dataType, joined(value.parts), value.shape)];
      const buffer = uploaded(device, value.parts);
      buffers.push(buffer);
      return [name, this.#ort.Tensor.fromGpuBuffer(buffer, { dataType, dims: value.shape })];
    });
    return { tensors: Object.fromEntries(tensors) as OnDevice['tensors'], buffers };
  }

  /** Whether it was neither released nor closed with others. */
  get isOpen(): boolean {
    return this.#place.isOpen;
  }

  /** Frees the weights and everything else on the device, including other nets there. */
  release(): Promise<void> {
    return this.#inTurn(() => this.#place.close());
  }
}

interface OnDevice {
  readonly tensors: InferenceSession.FeedsType;
  readonly buffers: readonly GPUBuffer[];
}

function uploaded(device: GPUDevice, parts: KeptValue['parts']): GPUBuffer {
  const bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const buffer = storage(device, bytes);
  let at = 0;
  for (const part of parts) {
    device.queue.writeBuffer(buffer, at, part as GPUAllowSharedBufferSource);
    at += part.byteLength;
  }
  return buffer;
}

function joined(parts: KeptValue['parts']): Float32Array | Uint16Array {
  const first = defined(parts[0]);
  if (parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = first instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
