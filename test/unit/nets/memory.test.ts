import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { unetGraph } from '../../../src/nets/graphs';
import { bytesOf, roomFor, T5_PART_BYTES, t5Parts } from '../../../src/nets/memory';
import { mmditGraph, t5Graph } from '../../../src/nets/mmdit-graphs';
import { normal, stableDiffusion15, stableDiffusionXL, type Shapes } from './stable-diffusion';
import { clipsInside, stableDiffusion35Medium, t5xxl } from './stable-diffusion-3';

const room = (tensors: Shapes, dtype: 'f16' | 'f32') => {
  const { bytes, together } = roomFor(normal(tensors), dtype);
  return [Number((bytes / 1e9).toFixed(2)), together];
};

it('Stable Diffusion 1.5 stays on the device whole in half precision, net by net in full', () => {
  expect(room(stableDiffusion15(), 'f16')).toEqual([2.06, true]);
  expect(room(stableDiffusion15(), 'f32')).toEqual([3.36, false]);
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

it('of Stable Diffusion XL the UNet is the largest that is ever there, without what it makes of texts', () => {
  expect(room(stableDiffusionXL(), 'f16')).toEqual([4.45, false]);
});

describe('Stable Diffusion 3.5 Medium', () => {
  const whole = (): Shapes =>
    new Map([...stableDiffusion35Medium(), ...clipsInside(), ...t5xxl('text_encoders.t5xxl.transformer.')]);

  it('asks for its MMDiT alone, whatever text encoders are beside it', () => {
    expect(room(stableDiffusion35Medium(), 'f16')).toEqual([4.49, false]);
    expect(room(whole(), 'f16')).toEqual([4.49, false]);
  });

  it('has T5 go through the card two blocks at a time in half precision, and one in full', () => {
    const tensors = normal(whole());
    const parts = t5Parts(tensors, 'f16');
    expect(parts).toEqual(Array.from({ length: 12 }, (_, i) => [2 * i, 2 * i + 2]));
    expect(t5Parts(tensors, 'f32')).toHaveLength(24);
    const { model } = recognise({ tensors, metadata: new Map() });
    const target: Target = { layout: 'nhwc', dtype: 'f16', fusedAttention: true, maxScoreBytes: 2 ** 28 };
    const needs = parts.map((part) =>
      bytesOf(t5Graph({ model, tensors }, target, { batch: 2, length: 256, part })),
    );
    console.log(`T5 in parts needs up to ${(Math.max(...needs) / 1e9).toFixed(2)} GB`);
    expect(Math.max(...needs)).toBeLessThan(T5_PART_BYTES);
  });

  it('takes 4.5 GB of weights in half precision, 2.4 in 8 bits and 1.3 in 4, as its graph says', () => {
    const tensors = normal(whole());
    const { model } = recognise({ tensors, metadata: new Map() });
    const target: Target = { layout: 'nhwc', dtype: 'f16', fusedAttention: true, maxScoreBytes: 2 ** 28 };
    for (const [bits, gigabytes] of [
      [null, 4.5],
      [8, 2.4],
      [4, 1.3],
    ] as const) {
      const { placements, footprint } = mmditGraph(
        { model, tensors },
        { ...target, ...(bits && { bits }) },
        { batch: 2, h: 128, w: 128, tokens: 333 },
      );
      const weights = placements.reduce((sum, { length }) => sum + length, 0);
      console.log(
        `${bits ?? 16} bits: ${(weights / 1e9).toFixed(2)} GB, and ${(footprint.peak / 1e9).toFixed(2)} GB at work`,
      );
      expect(weights / 1e9).toBeCloseTo(gigabytes, 1);
      expect(roomFor(tensors, 'f16', bits).bytes / weights).toBeCloseTo(1, 1);
    }
  });
});
