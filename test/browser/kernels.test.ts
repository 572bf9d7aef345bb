/** Single modules on WebGPU against the wasm backend: shapes and options that no golden net has. */
import { beforeAll, describe, expect, it } from 'vitest';
import { build, input, op, type Shape, type Target, type Var } from '../../src/graph/graph';
import {
  attention,
  averagePool2x,
  conv,
  crop,
  fromImage,
  fromTokens,
  geglu,
  levelled,
  leakyRelu,
  linear,
  pixelShuffle,
  prelu,
  relu,
  scaled,
  shifted,
  tanh,
  toImage,
  toTokens,
  upsample,
  upsample2x,
} from '../../src/graph/nn';
import { scope } from '../../src/graph/scope';
import { filterFor } from '../../src/graph/winograd/conv';
import { t2iAdapter } from '../../src/nets/t2i-adapter';
import { findMachine, wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { loadOrt } from '../../src/runtime/ort';
import type { TensorInfo } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { worstDifference } from '../golden/tensors';
import { withOneDevice } from './one-device';

let machines: { webgpu: Machine; wasm: Machine };
/** All modules on one device of it. */
let webgpu: Machine;
beforeAll(async () => {
  const sessions = new Sessions(await loadOrt());
  machines = { webgpu: await findMachine(sessions, 'webgpu'), wasm: wasmMachine(sessions) };
  webgpu = await withOneDevice(machines.webgpu);
});

const numbers = (count: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + 4.1));
const count = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/** Runs one module on both backends, with weights of these shapes. */
async function differ(
  module: (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target) => Var,
  shape: Shape,
  weights: Record<string, Shape> = {},
  wishes: Pick<Target, 'bits' | 'winograd'> = {},
): Promise<number> {
  const tensors = new Map<string, TensorInfo>();
  let begin = 0;
  for (const [name, weight] of Object.entries(weights)) {
    const end = begin + 4 * count(weight);
    tensors.set(name, { name, dtype: 'F32', shape: weight, begin, end });
    begin = end;
  }
  const source = memorySource(new Uint8Array(numbers(begin / 4).buffer));
  const outputs: Float32Array[] = [];
  const { winograd: _, ...both } = wishes;
  for (const machine of [webgpu, machines.wasm]) {
    const target = { ...machine.target('f32'), ...(machine === webgpu ? wishes : both) };
    const x = fromImage(input('x', shape, target));
    const graph = build({ y: toImage(module(x, tensors, target)) });
    const net = await machine.sessions.open(graph, { tensors, source }, machine.openDevice);
    outputs.push(await net.run({ x: { data: numbers(count(shape)), shape } }));
    await net.release();
  }
  return worstDifference(outputs[0]!, outputs[1]!);
}

it('proves something: this browser has WebGPU', () => {
  expect(machines.webgpu.backend).toBe('webgpu');
  // Convolutions by squares are for single precision alone.
  expect(machines.webgpu.target('f32').winograd).toBeDefined();
  expect(machines.webgpu.target('f16').winograd).toBeUndefined();
});

it.each([64, 2560, 5120, 10240])(
  'a linear layer of %i, the first half let through by gelu of the second',
  async (outer) => {
    const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var =>
      fromTokens(geglu(toTokens(x), scope(weights, target)('g')), x);
    const weights = { 'g.weight': [outer, 8], 'g.bias': [outer] };
    expect(await differ(module, [2, 8, 3, 5], weights)).toBeLessThan(1e-5);
  },
);

// What one window of a prompt has, what two have, and what no block of a kernel divides.
it.each([77, 154, 155])('attention to %i tokens', async (tokens) => {
  const module = (x: Var): Var => {
    const all = toTokens(x);
    return fromTokens(attention(all, all, all, 2), x);
  };
  expect(await differ(module, [2, 64, 1, tokens])).toBeLessThan(1e-5);
});

it('a convolution without a bias', async () => {
  const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var =>
    conv(x, scope(weights, target)('c'));
  expect(await differ(module, [1, 4, 5, 6], { 'c.weight': [8, 4, 3, 3] })).toBeLessThan(1e-5);
});

it.each([
  { side: 4, once: true },
  { side: 4, once: false },
  { side: 2, once: true },
  { side: 2, once: false },
])('a convolution by squares of $side, its kernels transformed once: $once', async ({ side, once }) => {
  const winograd = { tiles: { 2: 48, 4: side === 4 ? 12 : Infinity }, channels: 1, once };
  const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var => {
    if (target.layout === 'nhwc') expect(filterFor(x, 24)?.side).toBe(side);
    return conv(x, scope(weights, target)('c'));
  };
  const weights = { 'c.weight': [24, 16, 3, 3], 'c.bias': [24] };
  expect(await differ(module, [2, 16, 8, 12], weights, { winograd })).toBeLessThan(2e-6);
});

it('a convolution with a stride that is padded to the right and below only', async () => {
  const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var =>
    conv(x, scope(weights, target)('c'), { stride: 2, pad: [0, 0, 1, 1] });
  const weights = { 'c.weight': [8, 4, 3, 3], 'c.bias': [8] };
  expect(await differ(module, [2, 4, 8, 10], weights)).toBeLessThan(1e-5);
});

it.each([6, 9, 15])('a convolution of %i channels, as an inpainting UNet begins with', async (channels) => {
  const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var =>
    conv(x, scope(weights, target)('c'));
  const weights = { 'c.weight': [8, channels, 3, 3], 'c.bias': [8] };
  expect(await differ(module, [2, channels, 5, 6], weights)).toBeLessThan(1e-5);
});

it('such a convolution without added zeros is still wrong: once it is right, `conv` needs no padAxis', async () => {
  const attributes = { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] };
  const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var => {
    const weight = scope(weights, target)('c').tensor('weight');
    return fromImage(op('Conv', [toImage(x), weight], [2, 8, 5, 6], attributes));
  };
  expect(await differ(module, [2, 9, 5, 6], { 'c.weight': [8, 9, 3, 3] })).toBeGreaterThan(0.1);
});

it('the arithmetic of a TAESD: a clamp by tanh, and a rectified line', async () => {
  const module = (x: Var): Var => relu(shifted(scaled(tanh(scaled(x, 1 / 3)), 3), -0.25));
  expect(await differ(module, [1, 4, 5, 6])).toBeLessThan(1e-5);
});

it('the mean of each four pixels, at an odd edge of two, and in its corner of one', async () => {
  expect(await differ(averagePool2x, [2, 3, 5, 7])).toBeLessThan(1e-6);
});

it('the mean of all pixels in each', async () => {
  expect(await differ(levelled, [2, 4, 5, 6])).toBeLessThan(1e-5);
});

it('a T2I-Adapter of two levels, from squares of pixels to half their number', async () => {
  const weights: Record<string, Shape> = {
    'adapter.conv_in.weight': [8, 12, 3, 3],
    'adapter.conv_in.bias': [8],
  };
  for (const level of [0, 1]) {
    for (const [name, kernel] of [
      ['block1', 3],
      ['block2', 1],
    ] as const) {
      weights[`adapter.body.${level}.resnets.0.${name}.weight`] = [8, 8, kernel, kernel];
      weights[`adapter.body.${level}.resnets.0.${name}.bias`] = [8];
    }
  }
  const module = (x: Var, tensors: ReadonlyMap<string, TensorInfo>, target: Target): Var =>
    t2iAdapter(toImage(x), scope(tensors, target)('adapter'), { pixels: 2, halving: [1] }).at(-1)!; // of two
  expect(await differ(module, [1, 3, 10, 14], weights)).toBeLessThan(1e-5);
});

it('what upscalers are made of: slopes below zero, one for all and one for each channel, and channels that become pixels', async () => {
  const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var =>
    pixelShuffle(prelu(leakyRelu(shifted(x, -0.25), 0.2), scope(weights, target)('a')), 2);
  expect(await differ(module, [1, 12, 5, 6], { 'a.weight': [12] })).toBeLessThan(1e-5);
});

it('pixels repeated three times', async () => {
  expect(await differ((x) => upsample(x, 3), [1, 3, 4, 5])).toBe(0);
});

it('an enlargement cut to an odd size', async () => {
  expect(await differ((x) => crop(upsample2x(x), 7, 9), [2, 3, 4, 5])).toBe(0);
});

describe.each([8, 4] as const)('weights in %i bits', (bits) => {
  it('are computed right on this adapter, by the test that comes before they are used', async () => {
    expect(await machines.webgpu.packs(bits)).toBe(true);
  });

  // One row, as for a timestep; few, and many as of a picture's tokens, each with a kernel of its own.
  it.each([1, 2, 77, 256])('a linear layer of %i rows', async (rows) => {
    const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var =>
      fromTokens(linear(toTokens(x), scope(weights, target)('l')), x);
    const weights = { 'l.weight': [80, 96], 'l.bias': [80] };
    expect(await differ(module, [1, 96, 1, rows], weights, { bits })).toBeLessThan(1e-5);
  });
});

it.each([
  ['OpenCLIP-G', 5120],
  ['T5', 4096],
  ['T5', 10240],
])('a linear layer of %s, of %i numbers in, with weights in 8 bits', async (_, inner) => {
  const module = (x: Var, weights: ReadonlyMap<string, TensorInfo>, target: Target): Var =>
    fromTokens(linear(toTokens(x), scope(weights, target)('l')), x);
  const weights = { 'l.weight': [32, inner] };
  expect(await differ(module, [1, inner, 1, 77], weights, { bits: 8 })).toBeLessThan(1e-5);
});

it('a device that is destroyed under a net is told as lost, and the net opens again on another', async () => {
  const { sessions, openDevice, target } = machines.webgpu;
  const x = fromImage(input('x', [1, 4, 4, 4], target('f32')));
  const graph = build({ y: toImage(relu(x)) });
  const none = { tensors: new Map<string, TensorInfo>(), source: memorySource(new Uint8Array(0)) };
  const values = { x: { data: numbers(64), shape: [1, 4, 4, 4] } };
  const devices: GPUDevice[] = [];
  const open = () =>
    sessions.open(graph, none, async () => {
      const device = await openDevice();
      if (device) devices.push(device);
      return device;
    });
  const net = await open();
  const before = await net.run(values);
  devices[0]!.destroy(); // WebGPU has one
  await expect(net.run(values)).rejects.toMatchObject({ code: 'device-lost' });
  const again = await open();
  expect(await again.run(values)).toEqual(before);
  await again.release();
});
