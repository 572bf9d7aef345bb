/** Graphs become sessions, and sessions run: one at a time, whoever asks. */
import type { InferenceSession } from 'onnxruntime-web';
import { DrobeError, isAbort } from '../errors';
import { sizeOf, type Graph, type Shape } from '../graph/graph';
import type { TensorInfo } from '../weights/safetensors';
import type { ByteSource, OnBytes } from '../weights/source';
import { feed, type Patch } from './feeder';
import type { OrtModule } from './ort';

export interface Value {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** Inputs that stay as they are for many runs: they go to the device once. They are told from others by being the very same object. */
export type Kept = Readonly<Record<string, KeptValue>>;

export interface KeptValue {
  /** One after the other; codes of f16 where they are of 16 bits. */
  readonly parts: readonly (Float32Array | Uint16Array)[];
  readonly shape: Shape;
}

/** As many are kept at a time: of one prompt and its negative one, one by one or together. */
const MOST_KEPT = 3;

/** Where the weights of a graph are. */
export interface Weights {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly source: ByteSource;
  /** What is added to weights on their way to the device, by their names. */
  readonly patches?: ReadonlyMap<string, Patch>;
  /** What is read together with a weight, by its name: what it is divided by. */
  readonly beside?: ReadonlyMap<string, TensorInfo>;
  /** What people call the file, where it is not the checkpoint's. */
  readonly name?: string;
}

const NONE: ReadonlyMap<string, Patch> = new Map();

/** Opens a GPU device of its own for a net, or nothing on the wasm backend. */
export type OpenDevice = () => Promise<GPUDevice | null>;

/** ONNX Runtime allows one create and one run at a time over all sessions: make one of these for each copy of it. */
export class Sessions {
  readonly #ort: OrtModule;
  #last: Promise<unknown> = Promise.resolve();

  constructor(ort: OrtModule) {
    this.#ort = ort;
  }

  /**
   * A session on a device of its own: releasing a session frees its memory only with the last one of its device. Its
   * weights are compared with what was stored, where that can be, while they are loaded.
   * @param onBytes told how many of the graph's bytes are loaded.
   * @param onChecked told how many stored bytes are compared, as far as that takes longer.
   * @throws DrobeError of the feeder, 'model-damaged', 'out-of-memory', 'device-lost', or 'bug' with what ONNX Runtime said.
   */
  async open(
    graph: Graph,
    weights: Weights,
    openDevice: OpenDevice,
    onBytes: OnBytes = () => undefined,
    onChecked: OnBytes = () => undefined,
  ): Promise<Net> {
    return this.#inTurn(async () => {
      const device = await openDevice();
      const watch = device && watched(device);
      let session: InferenceSession | undefined;
      const sound = weights.source.check?.(rangesIn(graph, weights), (done, total) => {
        if (session) onChecked(done, total);
      });
      sound?.catch(() => undefined); // told when it is waited for
      const { externalData, failed, close } = feed(
        graph.placements,
        weights.tensors,
        weights.source,
        weights.patches ?? NONE,
        onBytes,
        weights.name,
        device,
      );
      const create = (): Promise<InferenceSession> =>
        this.#ort.InferenceSession.create(graph.model, {
          executionProviders: [device ? { name: 'webgpu', device } : 'wasm'],
          externalData,
        });
      try {
        session = await (watch ? watch(create) : create());
        await sound;
        return new Net(this.#ort, session, device, watch, (work) => this.#inTurn(work));
      } catch (error) {
        await session?.release();
        device?.destroy();
        if (failed()) await sound; // bytes that are not what they were explain whatever is wrong with their numbers
        throw explained(failed() ?? error);
      } finally {
        close();
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
  const keys = new Set(placements.map(({ key }) => key)); // a packed weight is in two placements
  return [...keys].flatMap((key) => [tensors.get(key) ?? [], beside?.get(key) ?? []].flat());
}

/** A graph ready to run, with its weights on the device. */
export class Net {
  readonly #ort: OrtModule;
  readonly #session: InferenceSession;
  readonly #device: GPUDevice | null;
  readonly #watch: Watch | null;
  readonly #inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** The last used come last. */
  readonly #kept = new Map<Kept, OnDevice>();

  constructor(
    ort: OrtModule,
    session: InferenceSession,
    device: GPUDevice | null,
    watch: Watch | null,
    inTurn: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.#ort = ort;
    this.#session = session;
    this.#device = device;
    this.#watch = watch;
    this.#inTurn = inTurn;
  }

  /** Feeds the graph's inputs by name, leaving out what it does not ask for; gives the numbers of its one output. */
  run(values: Readonly<Record<string, Value>>, kept: Kept = {}): Promise<Float32Array<ArrayBuffer>> {
    return this.#inTurn(async () => {
      const asked = Object.entries(values).filter(([name]) => this.#session.inputNames.includes(name));
      const given = Object.fromEntries(
        asked.map(([name, { data, shape }]) => {
          if (data.length !== sizeOf(shape))
            throw new DrobeError('bug', { reason: `${name} has ${data.length} numbers` });
          return [name, new this.#ort.Tensor('float32', data, shape)];
        }),
      );
      const run = (): ReturnType<InferenceSession['run']> =>
        this.#session.run({ ...given, ...this.#onDevice(kept).tensors });
      try {
        const outputs = await (this.#watch ? this.#watch(run) : run());
        const output = outputs[this.#session.outputNames[0]!]; // a graph has an output
        if (!(output?.data instanceof Float32Array))
          throw new DrobeError('bug', { reason: 'output is not f32' });
        return output.data as Float32Array<ArrayBuffer>;
      } catch (error) {
        throw explained(error);
      }
    });
  }

  #onDevice(kept: Kept): OnDevice {
    const there = this.#kept.get(kept) ?? this.#bring(kept);
    this.#kept.delete(kept);
    this.#kept.set(kept, there);
    return there;
  }

  #bring(kept: Kept): OnDevice {
    const [oldest] = this.#kept;
    if (oldest && this.#kept.size >= MOST_KEPT) {
      for (const buffer of oldest[1].buffers) buffer.destroy();
      this.#kept.delete(oldest[0]);
    }
    const buffers: GPUBuffer[] = [];
    const wanted = Object.entries(kept).filter(([name]) => this.#session.inputNames.includes(name));
    const tensors = wanted.map(([name, value]) => {
      const dataType = value.parts[0] instanceof Uint16Array ? ('float16' as const) : ('float32' as const);
      if (!this.#device) return [name, new this.#ort.Tensor(dataType, joined(value.parts), value.shape)];
      const buffer = uploaded(this.#device, value.parts);
      buffers.push(buffer);
      return [name, this.#ort.Tensor.fromGpuBuffer(buffer, { dataType, dims: value.shape })];
    });
    return { tensors: Object.fromEntries(tensors) as OnDevice['tensors'], buffers };
  }

  /** Frees the weights and everything else on the device. */
  release(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#session.release();
      } finally {
        this.#device?.destroy();
      }
    });
  }
}

interface OnDevice {
  readonly tensors: InferenceSession.FeedsType;
  readonly buffers: readonly GPUBuffer[];
}

/** ONNX Runtime binds buffers in multiples of 16 bytes. */
const ALIGNMENT = 16;

function uploaded(device: GPUDevice, parts: KeptValue['parts']): GPUBuffer {
  const bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const buffer = device.createBuffer({
    size: Math.ceil(bytes / ALIGNMENT) * ALIGNMENT,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  let at = 0;
  for (const part of parts) {
    device.queue.writeBuffer(buffer, at, part as GPUAllowSharedBufferSource);
    at += part.byteLength;
  }
  return buffer;
}

function joined(parts: KeptValue['parts']): Float32Array | Uint16Array {
  const [first] = parts as [KeptValue['parts'][0]]; // there is one at least
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

/** Runs GPU work and turns what the device says about it into errors. */
type Watch = <T>(work: () => Promise<T>) => Promise<T>;

/** Where the process behind a device is killed, whatever was asked of it fails before the loss is told. */
function gone(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new DrobeError('device-lost', { reason }, { cause });
}

function watched(device: GPUDevice): Watch {
  // Once lost, ONNX Runtime may wait for ever.
  const lost = device.lost.then(({ reason }) => {
    throw new DrobeError('device-lost', { reason });
  });
  lost.catch(() => undefined); // also settles when nobody runs anything
  return async (work) => {
    device.pushErrorScope('out-of-memory');
    const [outcome] = await Promise.allSettled([Promise.race([work(), lost])]);
    // Asked first: it says more than what it led to.
    const error = await Promise.race([device.popErrorScope().catch(gone), lost]);
    if (error) throw new DrobeError('out-of-memory', { reason: error.message });
    // What a lost device cuts off fails as if it had been aborted; nobody else aborts.
    if (outcome.status === 'rejected') throw isAbort(outcome.reason) ? gone(outcome.reason) : outcome.reason;
    return outcome.value;
  };
}

/**
 * As ONNX Runtime, WebGPU and browsers say it. WebAssembly may go out of its memory's bounds where it got none, and counts
 * bytes in 32 bits.
 */
const NO_MEMORY =
  /out of memory|allocat|bad_alloc|memory access out of bounds|out of bounds memory access|aborted\(OOM\)|SafeIntOnOverflow/i;

function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DrobeError || error.name === 'AbortError') return error;
  if (NO_MEMORY.test(error.message)) {
    return new DrobeError('out-of-memory', { reason: error.message }, { cause: error });
  }
  return error;
}
