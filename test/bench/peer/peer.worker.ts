/** One net on one backend: ours, opened and run by the app's own checkpoint, or an exported graph. */
import type { Target } from '../../../src/graph/graph';
import { Checkpoint } from '../../../src/pipeline/checkpoint';
import { inspect } from '../../../src/pipeline/files/inspect';
import { findMachine, wasmMachine, type Machine } from '../../../src/runtime/device';
import { loadOrt, type OrtModule } from '../../../src/runtime/ort';
import { Sessions } from '../../../src/runtime/session';
import { readHeader } from '../../../src/weights/safetensors';
import { blobSource } from '../../../src/weights/source';
import { limitGpuBytes, peakBytes } from '../../gpu-bytes';
import type { Levers, NetKind, Numbers, Opened, Opening, Order, Reply } from './ask';
import { countDispatches, dispatches } from './dispatches';
import { profileKernels, type Profiler } from './profile';

/** A net that was opened and has run once. */
interface Ready {
  readonly create: number;
  readonly first: number;
  readonly output: Float32Array;
  readonly run: () => Promise<Float32Array>;
}

let ready: Ready | null = null;
let profiler: Profiler | null = null;

onmessage = ({ data }: MessageEvent<Order>) => {
  const answer = 'open' in data ? open(data.open, data.files) : 'run' in data ? run() : shares();
  void answer
    .catch((error: unknown): Reply => {
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    })
    .then((reply) => postMessage(reply));
};

function shares(): Promise<Reply> {
  if (!profiler) return Promise.reject(new Error('nothing is profiled'));
  return Promise.resolve({ shares: profiler.shares() });
}

async function run(): Promise<Reply> {
  if (!ready) throw new Error('nothing is open');
  const begun = performance.now();
  await ready.run();
  return { milliseconds: performance.now() - begun };
}

async function open(opening: Opening, files: readonly File[]): Promise<Reply> {
  limitGpuBytes();
  countDispatches();
  const profile = opening.profiled ? profileKernels() : null;
  const loaded = await loadOrt();
  profiler = profile && profile(loaded);
  const ort = profiler?.ort ?? loaded;
  if (opening.threads !== undefined) ort.env.wasm.numThreads = opening.threads;
  const machine = await machineFor(opening, ort);
  peakBytes();
  ready = await (opening.by === 'ours' ? openOurs : openExported)(opening, files, machine, ort);
  const before = dispatches();
  await ready.run();
  const { create, first, output } = ready;
  const opened: Opened = {
    create,
    first,
    output: [...output],
    dispatches: dispatches() - before,
    bufferBytes: peakBytes(),
    device: `${machine.name}, ${machine.target().dtype}`,
    threads: ort.env.wasm.numThreads ?? 1,
  };
  return { opened };
}

async function machineFor({ backend, levers }: Opening, ort: OrtModule): Promise<Machine> {
  const sessions = new Sessions(ort);
  const found = backend === 'wasm' ? wasmMachine(sessions) : await findMachine(sessions, 'webgpu');
  if (found.backend !== backend) throw new Error('This browser gave no WebGPU adapter.');
  return { ...found, target: (dtype) => pulled(found.target(dtype), levers) };
}

/** @throws where the target knows no such lever: a name with a slip would measure the same thing twice. */
function pulled(target: Target, levers: Levers): Target {
  const unknown = Object.keys(levers).filter((name) => !(name in target));
  if (unknown.length > 0)
    throw new Error(`no ${unknown.join(', ')} in a target, which has ${Object.keys(target).join(', ')}`);
  return { ...target, ...levers };
}

type Open = (opening: Opening, files: readonly File[], machine: Machine, ort: OrtModule) => Promise<Ready>;

/** As the app does it, whatever nets that takes. */
const openOurs: Open = async ({ net, inputs }, files, machine) => {
  const file = fileNamed(files, 'peer.safetensors');
  const { model, tensors } = inspect(await readHeader(file));
  const runs: number[] = [];
  const weights = { tensors, source: blobSource([file]) };
  const checkpoint = new Checkpoint(model, weights, { ...machine, sessions: timed(machine.sessions, runs) });
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, numbers]) => [name, valueOf(numbers)]),
  );
  const given = (name: string): { data: Float32Array<ArrayBuffer>; shape: readonly number[] } => {
    const value = values[name];
    if (!value) throw new Error(`${name} is not given`);
    return value;
  };
  const ignored = (): void => undefined;
  const run: Record<NetKind, () => Promise<Float32Array>> = {
    unet: () =>
      checkpoint.predict(
        { latents: given('latents'), timestep: given('timestep'), context: given('context') },
        ignored,
      ),
    vae: () => {
      const { data, shape } = given('latents');
      const scaled = data.map((value) => value * model.vae.scale);
      return checkpoint.decode(scaled, { h: shape[2]!, w: shape[3]! }, ignored);
    },
    text: () => Promise.reject(new Error('the text encoder is not measured yet')),
  };
  const begun = performance.now();
  const output = await run[net]();
  const whole = performance.now() - begun;
  const first = runs.reduce((sum, milliseconds) => sum + milliseconds, 0);
  return { create: whole - first, first, output, run: run[net] };
};

/** The same sessions, whose nets note how long each run takes. */
function timed(sessions: Sessions, runs: number[]): Sessions {
  const open: Sessions['open'] = async (...asked) => {
    const net = await sessions.open(...asked);
    const run = net.run.bind(net);
    net.run = async (...asked) => {
      const begun = performance.now();
      const output = await run(...asked);
      runs.push(performance.now() - begun);
      return output;
    };
    return net;
  };
  return Object.assign(Object.create(sessions) as Sessions, { open });
}

const openExported: Open = async ({ net, inputs, backend }, files, machine, ort) => {
  const name = `sd1-${net}.onnx`;
  const graph = new Uint8Array(await fileNamed(files, name).arrayBuffer());
  const data = fileNamed(files, `${name}.data`);
  const device = await machine.openDevice();
  const begun = performance.now();
  const session = await ort.InferenceSession.create(graph, {
    executionProviders: [backend === 'webgpu' && device ? { name: 'webgpu', device } : 'wasm'],
    externalData: [{ path: data.name, data: lazyFile(data) }],
  });
  const create = performance.now() - begun;
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, numbers]) => {
      const { data, shape } = valueOf(numbers);
      return [name, new ort.Tensor('float32', data, shape)];
    }),
  );
  const run = async (): Promise<Float32Array> => {
    const outputs = await session.run(feeds);
    return outputs[session.outputNames[0]!]!.data as Float32Array; // an exported graph has an output, in f32
  };
  const started = performance.now();
  const output = await run();
  return { create, first: performance.now() - started, output, run };
};

/** As `lazyBytes` of the feeder: ONNX Runtime asks for one tensor after the other. */
function lazyFile(file: File): Uint8Array {
  const source = blobSource([file]);
  return Object.defineProperties(new Uint8Array(0), {
    byteLength: { value: file.size },
    subarray: { value: (begin: number, end: number) => source.read(begin, end) },
  });
}

function fileNamed(files: readonly File[], name: string): File {
  const file = files.find((file) => file.name === name);
  if (!file) throw new Error(`${name} was not chosen`);
  return file;
}

const valueOf = ({
  data,
  shape,
}: Numbers): { data: Float32Array<ArrayBuffer>; shape: readonly number[] } => ({
  data: Float32Array.from(data),
  shape,
});
