/** How long nets take, and how much memory; beside them, what PyTorch takes for the same. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../src/graph/graph';
import type { Bits } from '../../src/graph/var';
import { worstDifference } from '../golden/tensors';
import { watchMemory, type Bench, type Scale } from './bench';
import { graphOf, inputsOf, shapesOf, sideOf, synthetic, type Family, type NetKind } from './full-size';
import { targetOf } from './modules';
import { Missing, type Facts, type Measured, type Row } from './row';

/** Runs after the first: so many, or as many as go into so many seconds, but no fewer than three. */
const RUNS = 20;
const SECONDS = 8;

/** What a row may ask for beside what nets are like on this machine. */
interface Levers {
  readonly dtype: Target['dtype'];
  readonly attention?: 'fused' | 'written out';
  /** Of linear layers' weights. */
  readonly bits?: Bits;
  /** Of convolutions in single precision, which nets have by themselves. */
  readonly winograd?: false;
}

const namesOf = ({ dtype, attention, bits, winograd }: Levers): string =>
  [
    dtype,
    attention && `attention ${attention}`,
    bits && `linear layers in ${bits} bits`,
    winograd === false && 'without Winograd’s filtering',
  ]
    .filter(Boolean)
    .join(', ');

function targetWith(bench: Bench, { dtype, attention, bits, winograd }: Levers): Target {
  const { winograd: filtering, ...target } = targetOf(bench, dtype);
  return {
    ...target,
    ...(filtering && winograd !== false && { winograd: filtering }),
    ...(attention && { fusedAttention: attention === 'fused' }),
    ...(bits && { bits }),
  };
}

interface Net {
  readonly family: Family;
  readonly kind: NetKind;
}

const sd1: Net = { family: 'sd1', kind: 'unet' };
const vae: Net = { family: 'sd1', kind: 'vae' };
const text: Net = { family: 'sd1', kind: 'text' };
const sdxl: Net = { family: 'sdxl', kind: 'unet' };
const openClip: Net = { family: 'sdxl', kind: 'larger text' };

const names: Readonly<Record<Family, string>> = { sd1: 'SD 1.5', sdxl: 'SDXL' };
const kinds: Readonly<Record<NetKind, string>> = {
  unet: 'UNet',
  vae: 'VAE decoder',
  text: 'text encoder',
  'larger text': 'larger text encoder',
};

export function nameOf({ family, kind }: Net, scale: Scale): string {
  if (scale === 'small') return `miniature of ${names[family]}’s ${kinds[kind]}`;
  return `${names[family]}’s ${kinds[kind]}${kind.endsWith('text') ? '' : `, ${8 * sideOf(family, scale)}²`}`;
}

/** Where the processes find each other's numbers. */
const outputAt = (work: string, { family, kind }: Net, dtype: string): string =>
  join(work, `${family}-${kind}-${dtype}.f32`);

const MB = 1e6;

function ours(net: Net, worth: number, levers: Levers, scale: Scale, seconds = 90): Row {
  const plain = Object.keys(levers).length === 1; // but for the dtype
  return {
    name: `${nameOf(net, scale)}: ${namesOf(levers)}`,
    part: 'time',
    worth,
    seconds,
    by: 'webgpu',
    alone: true,
    async run(bench) {
      const target = targetWith(bench, levers);
      const checkpoint = synthetic(shapesOf(bench.kit, net.family, scale));
      const side = sideOf(net.family, scale);
      const graph = graphOf(checkpoint, net.kind, target, side);
      const inputs = await inputsOf(checkpoint, net.kind, side);
      const { sessions, openDevice } = bench.machine;
      const weights = { tensors: checkpoint.tensors, source: checkpoint.source };
      const path = outputAt(bench.work, net, levers.dtype);
      return timed(
        graph.placements.reduce((sum, { length }) => sum + length, 0),
        {
          open: () => sessions.open(graph, weights, openDevice),
          run: (net) => net.run(inputs),
          release: (net) => net.release(),
          told(output) {
            if (plain) writeFileSync(path, output);
            const facts = { nodes: graph.nodes };
            if (plain || !existsSync(path)) return facts;
            const other = new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
            return { ...facts, 'apart from that without': worstDifference(output, other).toExponential(1) };
          },
        },
      );
    },
  };
}

interface Timed<T> {
  readonly open: () => Promise<T>;
  readonly run: (opened: T) => Promise<Float32Array>;
  readonly release: (opened: T) => Promise<void>;
  /** What the first output tells. */
  readonly told?: (output: Float32Array) => Facts;
}

async function timed<T>(weightBytes: number, { open, run, release, told }: Timed<T>): Promise<Measured> {
  const clock = async <R>(work: () => Promise<R>): Promise<[number, R]> => {
    const begun = performance.now();
    const result = await work();
    return [performance.now() - begun, result];
  };
  const { result, buffers, driver } = await watchMemory(async () => {
    const [create, opened] = await clock(open);
    const [first, output] = await clock(() => run(opened));
    const facts = told?.(output);
    const steps: number[] = [];
    const end = performance.now() + 1000 * SECONDS;
    while (steps.length < RUNS && (steps.length < 3 || performance.now() < end)) {
      steps.push((await clock(() => run(opened)))[0]);
    }
    await release(opened);
    return { create, first, steps, facts, sound: output.every(Number.isFinite) };
  });
  const { create, first, steps, facts, sound } = result;
  if (!sound) throw new Error('it gives numbers that are none');
  return {
    facts: {
      'create ms': create.toFixed(0),
      'first run ms': first.toFixed(0),
      ...spread(steps),
      'weights MB': (weightBytes / MB).toFixed(0),
      'buffers MB at most': (buffers / MB).toFixed(0),
      ...(driver !== null && { 'driver MB at most': (driver / MB).toFixed(0) }),
      ...facts,
    },
  };
}

/** Median, least and most of some times in milliseconds. */
export function spread(times: readonly number[]): Facts {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.round(part * (sorted.length - 1))] ?? NaN).toFixed(1);
  return { 'ms a run': at(0.5), least: at(0), most: at(1), runs: times.length };
}

function torch(
  what: string,
  call: string,
  net: Net,
  worth: number,
  scale: Scale,
  { seconds = 90, bound, ...given }: Facts & { seconds?: number; bound?: number } = {},
): Row {
  return {
    name: `${nameOf(net, scale)}: ${what}`,
    part: call === 'compare' ? 'truth' : 'time',
    worth,
    seconds,
    ...(bound !== undefined && { bound }),
    by: 'torch',
    call,
    given: { ...net, side: sideOf(net.family, scale), ...given },
  };
}

/** For a CPU PyTorch compiles a UNet for longer than all else takes: there it compiles the smallest net. */
const compiledRows = (scale: Scale): Row[] =>
  scale === 'full'
    ? [compiled(sd1, 312, scale, 120), compiled(sdxl, 240, scale, 180)]
    : [compiled(text, 2, scale, 60)];

const compiled = (net: Net, worth: number, scale: Scale, seconds: number): Row =>
  torch('PyTorch, compiled', 'compiled', net, worth, scale, { seconds });

/** The graph that torch.onnx made of the same modules and weights, on the same provider. */
function exported(net: Net, worth: number, scale: Scale): Row {
  return {
    name: `${nameOf(net, scale)}: exported by torch.onnx, on the same provider`,
    part: 'time',
    worth,
    seconds: 90,
    by: 'webgpu',
    alone: true,
    async run(bench) {
      const path = join(bench.work, `${net.family}-${net.kind}.onnx`);
      if (!existsSync(path)) throw new Missing('PyTorch has not exported it');
      const checkpoint = synthetic(shapesOf(bench.kit, net.family, scale));
      const feeds = Object.entries(await inputsOf(checkpoint, net.kind, sideOf(net.family, scale)));
      const { ort, machine } = bench;
      const inputs = Object.fromEntries(
        feeds.map(([name, { data, shape }]) => [name, new ort.Tensor('float32', data, shape)]),
      );
      const file = openSync(`${path}.data`, 'r');
      try {
        const { size } = fstatSync(file);
        return await timed(size, {
          async open() {
            const device = await machine.openDevice();
            if (!device) throw new Missing('no WebGPU device');
            const session = await ort.InferenceSession.create(Uint8Array.from(readFileSync(path)), {
              executionProviders: [{ name: 'webgpu', device }],
              externalData: [{ path: `${net.family}-${net.kind}.onnx.data`, data: lazyFile(file, size) }],
            });
            return { session, device };
          },
          async run({ session }) {
            const outputs = await session.run(inputs);
            return outputs[session.outputNames[0]!]!.data as Float32Array; // an exported graph has an output, in f32
          },
          async release({ session, device }) {
            await session.release();
            device.destroy();
          },
        });
      } finally {
        closeSync(file);
      }
    },
  };
}

/** As `lazyBytes` of the feeder, of a file: ONNX Runtime asks for one tensor after the other. */
function lazyFile(file: number, size: number): Uint8Array {
  return Object.defineProperties(new Uint8Array(0), {
    byteLength: { value: size },
    subarray: {
      value(begin: number, end: number) {
        const bytes = new Uint8Array(end - begin);
        for (let at = 0; at < bytes.length;) at += readSync(file, bytes, at, bytes.length - at, begin + at);
        return bytes;
      },
    },
  });
}

/** What half precision may differ by at full size, from PyTorch's single precision. */
export const HALF = 3e-2;

export function timeRows(scale: Scale): Row[] {
  const f16 = { dtype: 'f16' } as const;
  const f32 = { dtype: 'f32' } as const;
  return [
    ours(sd1, 330, f16, scale),
    torch('PyTorch, eager', 'eager', sd1, 329, scale),
    torch('f16 here and in PyTorch', 'compare', sd1, 328, scale, { dtype: 'f16', bound: HALF }),
    ours(sdxl, 319, f16, scale, 120),
    torch('PyTorch, eager', 'eager', sdxl, 318, scale),
    torch('f16 here and in PyTorch', 'compare', sdxl, 317, scale, { dtype: 'f16', bound: HALF }),
    ours(vae, 316, f16, scale),
    ours(text, 315, f16, scale),
    torch('PyTorch, eager', 'eager', vae, 314, scale),
    torch('PyTorch, eager', 'eager', text, 313, scale),
    ours(sd1, 299, { ...f16, attention: 'written out' }, scale),
    // A CPU that imitates a card compiles that for longer than all else takes.
    ...(scale === 'full' ? [ours(sd1, 298, { ...f16, attention: 'fused' }, scale)] : []),
    ours(sd1, 293, { ...f16, bits: 8 }, scale),
    ours(sd1, 292, { ...f16, bits: 4 }, scale),
    ours(sd1, 297, f32, scale),
    torch('f32 here and in PyTorch', 'compare', sd1, 296, scale, { dtype: 'f32', bound: 1e-3 }),
    torch('exporting by torch.onnx', 'export', sd1, 295, scale, { seconds: 120 }),
    exported(sd1, 294, scale),
    ours(sd1, 291, { ...f32, winograd: false }, scale),
    ...compiledRows(scale),
    ours(sdxl, 239, { ...f16, attention: 'written out' }, scale, 120),
    ours(sdxl, 235, { ...f16, bits: 8 }, scale, 120),
    ours(sdxl, 234, { ...f16, bits: 4 }, scale, 120),
    ours(openClip, 233, f16, scale),
    ours(openClip, 232, { ...f16, bits: 8 }, scale),
    ours(vae, 238, f32, scale),
    torch('f16 here and in PyTorch', 'compare', vae, 237, scale, { dtype: 'f16', bound: HALF }),
    torch('f16 here and in PyTorch', 'compare', text, 236, scale, { dtype: 'f16', bound: HALF }),
  ];
}
