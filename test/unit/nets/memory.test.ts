import { expect, it } from 'vitest';
import type { Target } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect';
import { unetGraph } from '../../../src/nets/graphs';
import { roomFor } from '../../../src/nets/memory';
import { normal, stableDiffusion15, stableDiffusionXL, type Shapes } from './stable-diffusion';

const room = (tensors: Shapes, dtype: 'f16' | 'f32') => {
  const { bytes, together } = roomFor(normal(tensors), dtype);
  return [Number((bytes / 1e9).toFixed(2)), together];
};

it('Stable Diffusion 1.5 stays on the device whole in half precision, net by net in full', () => {
  expect(room(stableDiffusion15(), 'f16')).toEqual([2.06, true]);
  expect(room(stableDiffusion15(), 'f32')).toEqual([3.44, false]);
});

it('Stable Diffusion XL’s UNet takes 2.7 GB with weights in 8 bits and 1.7 GB in 4, as its graph says', () => {
  const tensors = normal(stableDiffusionXL());
  const { model } = recognise({ tensors, metadata: new Map() });
  for (const [bits, gigabytes] of [
    [8, 2.7],
    [4, 1.7],
  ] as const) {
    const target: Target = {
      layout: 'nhwc',
      dtype: 'f16',
      fusedAttention: true,
      maxScoreBytes: 2 ** 28,
      bits,
    };
    const size = { batch: 2, h: 8, w: 8 };
    const weightsOf = (text: 'context' | 'keys'): number => {
      const { placements } = unetGraph({ model, tensors }, target, { ...size, text });
      return placements.reduce((sum, { length }) => sum + length, 0);
    };
    expect(weightsOf('keys') / 1e9).toBeCloseTo(gigabytes, 1);
    const packed = weightsOf('context');
    const { bytes } = roomFor(
      new Map([...tensors].filter(([name]) => name.startsWith('unet.'))),
      'f16',
      bits,
    );
    expect(bytes / packed).toBeCloseTo(1, 1);
  }
});

it('of Stable Diffusion XL the UNet is the largest that is ever there', () => {
  expect(room(stableDiffusionXL(), 'f16')).toEqual([5.13, false]);
});
