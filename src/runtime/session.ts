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
  run(values: Readonly<Record<string, Value>>): Promise<Float32Array<ArrayBuffer>> {
    return this.#inTurn(async () => {
      const asked = Object.entries(values).filter(([name]) => this.#session.inputNames.includes(name));
      const feeds = Object.fromEntries(
        asked.map(([name, { data, shape }]) => {
          if (data.length !== sizeOf(shape))
            throw new DrobeError('bug', { reason: `${name} has ${data.length} numbers` });
          return [name, new this.#ort.Tensor('float32', data, shape)];
        }),
      );
      const run = (): ReturnType<InferenceSession['run']> => this.#session.run(feeds);
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
