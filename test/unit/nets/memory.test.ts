import { expect, it } from 'vitest';
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

it('of Stable Diffusion XL the UNet is the largest that is ever there', () => {
  expect(room(stableDiffusionXL(), 'f16')).toEqual([5.13, false]);
});
