import { describe, expect, it } from 'vitest';
import { fromPixels, toPixels } from '../../../src/pipeline/pixels';
import { fromLatents, fromNoise, sampleLatents } from '../../../src/pipeline/start';
import { plan } from '../../../src/sampling/plan';
import { stableDiffusionBetas } from '../../golden/betas';

const sampling = { sampler: 'Euler', schedule: 'Automatic', spacing: 'leading', like: 'diffusers' } as const;
const route = (strength?: number) =>
  plan(sampling, { steps: 8, noise: stableDiffusionBetas, ...(strength !== undefined && { strength }) });
const ones = Float32Array.of(1, 1);

describe('image to image', () => {
  it.each([
    [1, 8],
    [0.75, 6],
    [0.6, 4],
    [0.125, 1],
  ])('of strength %f makes the last %i of 8 steps', (strength, count) => {
    const start = fromLatents(Float32Array.of(5, -5), route(strength), ones);
    expect(start.plan.points).toEqual(route().points.slice(8 - count));
    expect(start.plan.end).toBe(route().end);
  });

  it('starts from the picture with the noise of its first step', () => {
    const start = fromLatents(Float32Array.of(5, -5), route(0.5), ones);
    const sigma = route().points[4]!.sigma;
    expect([...start.x]).toEqual([Math.fround(5 + sigma), Math.fround(-5 + sigma)]);
  });

  it('makes one step at least', () => {
    expect(route(0.1).points).toEqual(route().points.slice(-1));
  });
});

describe('text to image', () => {
  it('starts from noise at the scale of the plan', () => {
    const { scale } = route();
    expect([...fromNoise(route(), ones).x]).toEqual([Math.fround(scale), Math.fround(scale)]);
  });
});

describe('sampleLatents', () => {
  it('is mean plus deviation times noise, scaled, with the variance kept in bounds', () => {
    const moments = Float32Array.of(1, 2, 3, /* log-variances */ 0, Math.log(4), -99);
    const latents = sampleLatents(moments, { scale: 2, shift: 0 }, Float32Array.of(1, -1, 1));
    expect(latents[0]).toBeCloseTo(2 * (1 + 1));
    expect(latents[1]).toBeCloseTo(2 * (2 - 2));
    expect(latents[2]).toBeCloseTo(2 * 3);
  });
});

describe('fromPixels', () => {
  it('is undone by toPixels, byte for byte', () => {
    const rgba = Uint8ClampedArray.from({ length: 256 * 4 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2));
    const pixels = { width: 16, height: 16, rgba };
    expect(toPixels(fromPixels(pixels), 16, 16)).toEqual(pixels);
  });
});
