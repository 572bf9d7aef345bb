import { describe, expect, it } from 'vitest';
import { SHAPES_ONLY, type Target } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { fitting, textGraph, unetGraph } from '../../../src/nets/graphs';
import { bytesOf, roomFor, T5_PART_BYTES, t5Parts } from '../../../src/nets/memory';
import { mmditGraph, t5Graph } from '../../../src/nets/mmdit-graphs';
import {
  normal,
  smallStableDiffusion,
  stableDiffusion15,
  stableDiffusionXL,
  type Shapes,
} from './stable-diffusion';
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

it('kernels are spread once where there is room, in every run where there is little, and not at all where there is none', () => {
  const wasm: Target = { ...SHAPES_ONLY, winograd: { tiles: { 2: 16, 4: 16 }, channels: 32 } };
  const once = (shapes: Shapes, target = wasm): boolean | undefined =>
    fitting(target, normal(shapes), 'unet').winograd?.once;
  expect(once(smallStableDiffusion())).toBe(true);
  expect(once(stableDiffusion15())).toBeUndefined(); // 3.4 GB
  expect(once(stableDiffusion15(), { ...wasm, bits: 8 })).toBe(false);
  expect(once(stableDiffusionXL(), { ...wasm, bits: 4 })).toBeUndefined();
  const webgpu: Target = { ...wasm, layout: 'nhwc' };
  expect([smallStableDiffusion(), stableDiffusion15()].map((shapes) => once(shapes, webgpu))).toEqual([
    true,
    false,
  ]);
  expect(fitting(SHAPES_ONLY, normal(stableDiffusion15()), 'unet')).toEqual(SHAPES_ONLY);
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
      const alone = new Map([...tensors].filter(([name]) => name.startsWith('mmdit.')));
      expect(roomFor(alone, 'f16', bits).bytes / weights).toBeCloseTo(1, 1);
    }
  });

  it('has room for all but T5 beside a part of it where its MMDiT has 4 bits and OpenCLIP-G 8', () => {
    const tensors = normal(whole());
    const { bytes, together, rounding } = roomFor(tensors, 'f16', 4);
    expect([bytes / 1e9, together]).toEqual([expect.closeTo(3.04, 2), true]);
    expect(rounding).toEqual({ denoiser: 4, text2: 8, t5: null });
    expect(roomFor(tensors, 'f16', 8).together).toBe(false);
  });

  it('has T5 in 8 bits where its weights would be of single precision, four blocks at a time', () => {
    const tensors = normal(whole());
    expect(roomFor(tensors, 'f32', 8).rounding).toEqual({ denoiser: 8, text2: 8, t5: 8 });
    const parts = t5Parts(tensors, 'f32', 8);
    expect(parts).toEqual(Array.from({ length: 6 }, (_, i) => [4 * i, 4 * i + 4]));
    const { model } = recognise({ tensors, metadata: new Map() });
    const target: Target = { ...SHAPES_ONLY, bits: 8 };
    const graph = t5Graph({ model, tensors }, target, { batch: 2, length: 256, part: parts[1]! });
    const weights = graph.placements.reduce((sum, { length }) => sum + length, 0);
    console.log(
      `Four blocks of T5 in 8 bits: ${(weights / 1e9).toFixed(2)} GB, ${(bytesOf(graph) / 1e9).toFixed(2)} with all that they work in`,
    );
    expect(weights).toBeLessThan(T5_PART_BYTES);
  });
});

describe('OpenCLIP-G in 8 bits', () => {
  it('lets all nets of Stable Diffusion XL stay beside a UNet in 4, and is as it was where that helps nothing', () => {
    const tensors = normal(stableDiffusionXL());
    const told = ([8, 4] as const).map((bits) => roomFor(tensors, 'f16', bits));
    expect(told.map(({ together, rounding }) => [together, rounding.text2])).toEqual([
      [false, null],
      [true, 8],
    ]);
    expect(told[1]!.bytes / 1e9).toBeCloseTo(2.92, 2);
  });

  it('takes 0.67 GB, as its graph says', () => {
    const tensors = normal(stableDiffusionXL());
    const { model } = recognise({ tensors, metadata: new Map() });
    const target: Target = { layout: 'nhwc', dtype: 'f16', fusedAttention: true, maxScoreBytes: 2 ** 28 };
    for (const [bits, gigabytes] of [
      [null, 1.26],
      [8, 0.67],
    ] as const) {
      const own = { ...target, ...(bits && { bits }) };
      const { placements } = textGraph({ model, tensors }, own, { batch: 2, encoder: 1 });
      expect(placements.reduce((sum, { length }) => sum + length, 0) / 1e9).toBeCloseTo(gigabytes, 2);
    }
  });
});
