/** 3 × 3 convolutions Winograd's way, beside ONNX Runtime's own kernel. */
import { expect, it } from 'vitest';
import { build, input, type Graph } from '../../src/graph/graph';
import { conv } from '../../src/graph/nn';
import { scope } from '../../src/graph/scope';
import { filterFor } from '../../src/graph/winograd/conv';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import type { Weights } from '../../src/runtime/tensor-bytes';
import type { TensorInfo } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { tuned } from './runtime';
import { worstDifference } from './tensors';

const machine = wasmMachine(new Sessions(tuned));

/** In −1…1, without a pattern: where most of a sum cancels out, any way of adding it up loses as much more. */
const noise = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => (Math.sin(i * 12.9898) * 43758.5453) % 1);

/** A convolution's weights and its bias, in f32. */
function weightsOf(outer: number, inner: number): Weights {
  const numbers = noise(outer * inner * 9 + outer).map((v) => v / 8);
  const begins = outer * inner * 36;
  const tensor = (name: string, shape: number[], begin: number, end: number): [string, TensorInfo] => [
    name,
    { name, dtype: 'F32', shape, begin, end },
  ];
  const tensors = new Map([
    tensor('weight', [outer, inner, 3, 3], 0, begins),
    tensor('bias', [outer], begins, begins + outer * 4),
  ]);
  return { tensors, source: memorySource(new Uint8Array(numbers.buffer)) };
}

/** By ONNX Runtime's own kernel, or Winograd's way, with kernels transformed once or in every run. */
type Way = 'own' | 'once' | 'every run';

function graphOf(weights: Weights, shape: readonly number[], way: Way): Graph {
  const { winograd, ...plain } = machine.target();
  const target =
    way === 'own' || !winograd ? plain : { ...plain, winograd: { ...winograd, once: way === 'once' } };
  return build({ y: conv(input('x', shape, target), scope(weights.tensors, target)) });
}

it.each([
  { side: 2, inner: 96, outer: 96, h: 8, w: 8 },
  { side: 2, inner: 128, outer: 64, h: 16, w: 8 },
  { side: 2, inner: 64, outer: 160, h: 8, w: 24 },
  { side: 2, inner: 96, outer: 96, h: 18, w: 32 },
  { side: 4, inner: 96, outer: 96, h: 16, w: 16 },
  { side: 4, inner: 64, outer: 160, h: 12, w: 24 },
  { side: 4, inner: 128, outer: 64, h: 32, w: 20 },
  // In two bands, the second of fewer rows.
  { side: 2, inner: 512, outer: 40, h: 30, w: 70 },
  { side: 4, inner: 512, outer: 40, h: 60, w: 64 },
])('$inner to $outer channels of $h × $w are the same', async ({ side, inner, outer, h, w }) => {
  const shape = [2, inner, h, w];
  expect(filterFor(input('x', shape, machine.target()), outer)?.side).toBe(side);
  const weights = weightsOf(outer, inner);
  const values = { x: { data: noise(2 * inner * h * w), shape } };
  const answer = async (way: Way): Promise<Float32Array> => {
    const graph = graphOf(weights, shape, way);
    expect(graph.nodes > 1).toBe(way !== 'own');
    const net = await machine.sessions.open(graph, weights, machine.openDevice);
    try {
      return await net.run(values);
    } finally {
      await net.release();
    }
  };
  const own = await answer('own');
  for (const way of ['once', 'every run'] as const) {
    const worst = worstDifference(await answer(way), own);
    console.info(
      `${inner} to ${outer}, transformed ${way}: worst relative difference ${worst.toExponential(1)}`,
    );
    expect(worst).toBeLessThan(side === 4 ? 5e-6 : 2e-6);
  }
});

it.each([
  { what: 'few tiles', shape: [1, 96, 4, 4], outer: 96 },
  { what: 'few channels', shape: [1, 4, 16, 16], outer: 96 },
  { what: 'kernels that there is no room to transform', shape: [1, 2560, 16, 16], outer: 2560 },
  { what: 'odd sizes', shape: [1, 96, 9, 16], outer: 96 },
])('$what stay with the kernel that is there', ({ shape, outer }) => {
  const [, inner] = shape as [number, number];
  const tensors = new Map([['weight', { shape: [outer, inner, 3, 3] }]]);
  const target = machine.target();
  expect(build({ y: conv(input('x', shape, target), scope(tensors, target)) }).nodes).toBe(1);
});
