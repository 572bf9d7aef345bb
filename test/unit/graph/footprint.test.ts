import { expect, it } from 'vitest';
import { build, input, type Target } from '../../../src/graph/graph';
import { add, concat, relu, reshape } from '../../../src/graph/nn';
import { recognise } from '../../../src/nets/detect/detect';
import { decoderGraph, unetGraph } from '../../../src/nets/graphs';
import { bytesOf, fits } from '../../../src/nets/memory';
import { normal, stableDiffusion15 } from '../nets/stable-diffusion';

const target: Target = { layout: 'nhwc', dtype: 'f32', fusedAttention: true, maxScoreBytes: 2 ** 28 };

it('counts what is wanted at one time, and a view of it not again', () => {
  const x = relu(input('x', [10], target)); // 40 bytes
  expect(build({ x: reshape(x, 2, 5) }).footprint.peak).toBe(40);
  const y = relu(reshape(x, 2, 5)); // 80 with x, of which a view is wanted no more
  const both = concat(0, reshape(y, 10), relu(reshape(y, 10))); // 80, beside 2 · 40
  expect(build({ both }).footprint).toEqual({ largest: 80, peak: 160 });
});

it('counts a tensor for as long as the last op that wants it', () => {
  const x = relu(input('x', [10], target));
  const chain = relu(relu(relu(x)));
  expect(build({ y: chain }).footprint.peak).toBe(80);
  expect(build({ y: add(chain, x) }).footprint.peak).toBe(120);
});

const tensors = normal(stableDiffusion15());
const model = recognise({ tensors, metadata: new Map() }).model;
const decoder = (side: number, dtype: 'f32' | 'f16') =>
  decoderGraph({ model, tensors }, { ...target, dtype }, { batch: 1, h: side / 8, w: side / 8 });

it('of the decoder of Stable Diffusion the largest tensor has 256 channels in full size', () => {
  expect(decoder(512, 'f32').footprint.largest).toBe(256 * 512 * 512 * 4);
  expect(decoder(1024, 'f16').footprint.largest).toBe(256 * 1024 * 1024 * 2);
});

it('what is too large for one buffer does not fit, and neither what is too much in all', () => {
  const graph = decoder(1536, 'f32');
  expect(fits(graph, { tensor: 2 ** 31, net: Infinity })).toBe(false);
  expect(fits(graph, { tensor: 2 ** 32, net: Infinity })).toBe(true);
  expect(fits(graph, { tensor: 2 ** 32, net: bytesOf(graph) - 1 })).toBe(false);
});

it('one question at a time takes half of what two take beside the weights', () => {
  const peak = (batch: number) =>
    unetGraph({ model, tensors }, target, { batch, h: 64, w: 64 }).footprint.peak;
  expect(peak(1) / peak(2)).toBeCloseTo(0.5, 2);
});
