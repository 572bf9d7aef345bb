/**
 * ONNX Runtime for golden tests, which does nothing twice: a net of the same graph and the same weights is opened once for all
 * tests, and what it gave for the same numbers it gives again. Both are told by all their bytes, once ours have been through
 * everything that comes before, so that whatever differs in the last bit is a net of its own, and is asked.
 */
import { createXXHash128 } from 'hash-wasm';
import * as ort from 'onnxruntime-web';
import type { OrtModule } from '../../src/runtime/ort';

ort.env.wasm.numThreads = 1;

type Session = ort.InferenceSession;
type Feeds = ort.InferenceSession.FeedsType;
type Create = typeof ort.InferenceSession.create;
type Options = ort.InferenceSession.SessionOptions;
type Level = NonNullable<Options['graphOptimizationLevel']>;
type Answer = Readonly<Record<string, ort.TypedTensor<'float32'>>>;

/** A file of weights, as ONNX Runtime is given it: it asks for one tensor after the other. */
interface Weights {
  readonly path: string;
  readonly data: Uint8Array;
}

/** Where a tensor lies among a graph's weights. */
interface Place {
  readonly path: string;
  readonly begin: number;
  readonly end: number;
}

interface OpenNet {
  readonly key: string;
  readonly session: Session;
  /** Of its weights. */
  readonly bytes: number;
  /** Sessions on it that were not released. */
  readonly users: Set<Session>;
}

/** So many bytes of weights stay open for whoever may want them next. */
const MOST_IDLE = 600 * 2 ** 20;
/** An answer of more bytes is given, but not kept. */
const MOST_KEPT = 8 * 2 ** 20;

/**
 * What tensors are read into, where nobody else reads. Room that is made anew for each net, tens of megabytes every time, has
 * all garbage collected again and again.
 */
let room = new Uint8Array();

/** The tensors of each graph that was ever opened, in the order in which they are asked for. */
const known = new Map<string, readonly Place[]>();
/** By their keys; those last asked for come last. */
const nets = new Map<string, OpenNet>();
const answers = new Map<string, Answer>();

/** For what is at hand. It is no hash to withstand anybody, and takes half as long as SHA-1. */
const hasher = await createXXHash128();

const keyOf = (...parts: readonly (string | Uint8Array)[]): string =>
  parts.reduce((hash, part) => hash.update(part), hasher.init()).digest();

/** A runtime whose nets are made so much faster before they run. */
const remembering = (level: Level): OrtModule => ({
  ...ort,
  InferenceSession: {
    create: (async (model: Uint8Array, options: Options) => {
      const net = await netOf(model, { ...options, graphOptimizationLevel: level });
      nets.delete(net.key);
      nets.set(net.key, net);
      return sessionOn(net);
    }) as Create,
  },
});

/** As it is: for nets that take much memory, which is given back with them. */
export const plain: OrtModule = ort;
/** As in the app. */
export const tuned = remembering('all');
/**
 * With nets as they are: making them faster takes a third of opening one, and no run is faster for it on one thread. For
 * whole pictures, and for nets that are compared with each other alone.
 */
export const untuned = remembering('disabled');

/** What a file of tests left open is nobody's once it is through. */
export async function leaveAll(): Promise<void> {
  for (const { users } of nets.values()) users.clear();
  await closeIdle();
}

async function netOf(model: Uint8Array, options: Options): Promise<OpenNet> {
  const files = (options.externalData ?? []) as readonly Weights[];
  const graph = keyOf(options.graphOptimizationLevel!, model);
  const places = known.get(graph);
  if (!places) return firstOf(graph, model, options, files);
  const tensors = read(files, places);
  const key = keyOf(graph, tensors.whole);
  const net = nets.get(key) ?? kept(key, await opened(model, options, tensors.files), tensors.whole.length);
  room = tensors.room;
  return net;
}

/** Opens a graph that was not met before, and notes what is asked for on the way. */
async function firstOf(
  graph: string,
  model: Uint8Array,
  options: Options,
  files: readonly Weights[],
): Promise<OpenNet> {
  const places: Place[] = [];
  const hash = (await createXXHash128()).init().update(graph);
  let bytes = 0;
  const noting = files.map(({ path, data }) =>
    weights(path, data.byteLength, (begin, end) => {
      const tensor = data.subarray(begin, end);
      places.push({ path, begin, end });
      hash.update(tensor);
      bytes += tensor.length;
      return tensor;
    }),
  );
  const session = await opened(model, options, noting);
  known.set(graph, places);
  return kept(hash.digest(), session, bytes);
}

/** Reads what will be asked for: all of it in one piece, and as files of which ONNX Runtime may ask it. */
function read(
  files: readonly Weights[],
  places: readonly Place[],
): { readonly whole: Uint8Array; readonly files: readonly Weights[]; readonly room: typeof room } {
  const bytes = places.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const taken = room.length < bytes ? new Uint8Array(bytes) : room;
  room = new Uint8Array();
  const whole = taken.subarray(0, bytes);
  const tensors = new Map<string, Uint8Array>();
  let at = 0;
  for (const { path, begin, end } of places) {
    const tensor = whole.subarray(at, (at += end - begin));
    tensor.set(files.find((file) => file.path === path)!.data.subarray(begin, end)); // as it was asked for before
    tensors.set(`${path} ${begin}`, tensor);
  }
  const again = files.map(({ path, data }) =>
    weights(path, data.byteLength, (begin) => tensors.get(`${path} ${begin}`)!),
  );
  return { whole, files: again, room: taken };
}

/** Bytes as the app hands them over; see `feed`. */
const weights = (
  path: string,
  byteLength: number,
  subarray: (begin: number, end: number) => Uint8Array,
): Weights => ({
  path,
  data: Object.defineProperties(new Uint8Array(), {
    byteLength: { value: byteLength },
    subarray: { value: subarray },
  }),
});

const opened = (model: Uint8Array, options: Options, externalData: readonly Weights[]): Promise<Session> =>
  ort.InferenceSession.create(model, { ...options, externalData });

function kept(key: string, session: Session, bytes: number): OpenNet {
  const net = nets.get(key) ?? { key, session, bytes, users: new Set() };
  nets.set(key, net);
  return net;
}

/** All of a session that the app asks for. */
function sessionOn(net: OpenNet): Session {
  const { inputNames, outputNames } = net.session;
  const run = async (feeds: Feeds): Promise<Answer> => answerOf(net, feeds as Answer);
  const release = async (): Promise<void> => {
    net.users.delete(session);
    await closeIdle();
  };
  const session = { inputNames, outputNames, run, release } as Partial<Session> as Session;
  net.users.add(session);
  return session;
}

async function answerOf({ key, session }: OpenNet, feeds: Answer): Promise<Answer> {
  const told = Object.entries(feeds).flatMap(([name, { type, dims, data }]) => [
    `${name} ${type} ${dims.join()} `,
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
  const asked = keyOf(key, ...told);
  const before = answers.get(asked);
  if (before) return copied(before);
  const answer = (await session.run(feeds)) as Answer;
  const bytes = Object.values(answer).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= MOST_KEPT) answers.set(asked, copied(answer));
  return answer;
}

/** Whoever asks may change what is given. */
const copied = (answer: Answer): Answer =>
  Object.fromEntries(
    Object.entries(answer).map(([name, { data, dims }]) => [
      name,
      new ort.Tensor('float32', data.slice(), dims),
    ]),
  );

/** Closes nets that nobody uses, those first that were asked for longest ago, until few enough are left. */
async function closeIdle(): Promise<void> {
  const idle = [...nets.values()].filter(({ users }) => users.size === 0);
  let bytes = idle.reduce((sum, net) => sum + net.bytes, 0);
  for (const net of idle) {
    if (bytes <= MOST_IDLE) return;
    bytes -= net.bytes;
    nets.delete(net.key);
    await net.session.release();
  }
}
