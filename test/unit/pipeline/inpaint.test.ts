import { describe, expect, it, vi } from 'vitest';
import {
  contentOf,
  inpaintPlanes,
  latentMask,
  masked,
  restored,
  withoutMasked,
  type Inpaint,
  type Kept,
} from '../../../src/pipeline/inpaint';
import { maskedContents } from '../../../src/pipeline/job';
import { fromPixels } from '../../../src/pipeline/pixels';
import { fromLatents, fromNoise } from '../../../src/pipeline/start';
import { mix, toVp, type Latent } from '../../../src/sampling/latent';
import { TorchGenerator } from '../../../src/sampling/random';
import { plan } from '../../../src/sampling/plan';
import type { Denoise, Plan } from '../../../src/sampling/sampler';
import { samplerNames, type SamplerName } from '../../../src/sampling/settings';
import { samplers } from '../../../src/sampling/table';
import { stableDiffusionBetas } from '../../golden/betas';

const way = (sampler: SamplerName, steps: number, strength = 1): Plan =>
  plan(
    { sampler, schedule: 'Automatic', spacing: 'leading', like: 'diffusers' },
    { steps, noise: stableDiffusionBetas, ...(strength < 1 && { strength }) },
  );
const route = way('Euler', 8);

function inpaint(width: number, height: number, more: Partial<Inpaint> = {}): Inpaint {
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => (i * 89) % 256);
  const pixels = { width, height, rgba };
  const mask = new Uint8Array(width * height);
  return { kind: 'inpaint', pixels, strength: 1, mask, content: 'original', soft: true, ...more };
}

describe('the mask of the latents', () => {
  const mask = new Uint8Array(16 * 8);
  mask[0] = 127; // the first pixel of the first latent
  mask[3 * 16 + 5] = 204;
  mask[8] = 128; // the first pixel of the second
  mask[7 * 16 + 15] = 51;

  it('is as much as the most painted of their pixels where it is soft', () => {
    const shares = latentMask(inpaint(16, 8, { mask }), { h: 1, w: 2 });
    expect(shares).toEqual(Float32Array.of(204 / 255, 128 / 255));
  });

  it('is all or nothing by their first pixel where it is hard', () => {
    const shares = latentMask(inpaint(16, 8, { mask, soft: false }), { h: 1, w: 2 });
    expect(shares).toEqual(Float32Array.of(0, 1));
  });

  it.each([true, false])('has a latent for each square of pixels, in their order (soft: %s)', (soft) => {
    const blocks = Uint8Array.from({ length: 12 * 8 }, (_, i) => (i % 12 >= 8 && i >= 48 ? 255 : 0));
    const shares = latentMask(inpaint(12, 8, { mask: blocks, soft }), { h: 2, w: 3 });
    expect(shares).toEqual(Float32Array.of(0, 0, 0, 0, 0, 1));
  });
});

/** Two channels of as many latents as the mask has. */
function keptOf(drawn: readonly number[], fromNoise: boolean): Kept {
  const generator = new TorchGenerator(5);
  const [latents, noise] = [generator.randn(2 * drawn.length), generator.randn(2 * drawn.length)];
  return { latents, noise, drawn: Float32Array.from(drawn), fromNoise };
}

/** Asks a masked denoiser at every point; gives what the one inside saw and what came out. */
async function asked(kept: Kept): Promise<{ x: Latent; seen: Latent; denoised: Latent }[]> {
  const seen: Latent[] = [];
  const denoise = masked((x) => (seen.push(x), Promise.resolve(x.map((v) => 10 * v))), kept, route);
  const steps: { x: Latent; seen: Latent; denoised: Latent }[] = [];
  for (const [i, at] of route.points.entries()) {
    const x = new TorchGenerator(100 + i).randn(kept.latents.length);
    const denoised = await denoise(x, at.sigma);
    steps.push({ x, seen: seen[i]!, denoised });
  }
  return steps;
}

describe('a masked denoiser', () => {
  it.each([true, false])(
    'sees what is kept with the noise of each step (from noise alone: %s)',
    async (alone) => {
      const kept = keptOf([0, 1, 0], alone);
      for (const [i, { x, seen, denoised }] of (await asked(kept)).entries()) {
        const noisy = mix(1, kept.latents, route.points[i]!.sigma, kept.noise);
        for (const k of [0, 2, 3, 5]) {
          expect(seen[k], `step ${i}`).toBe(i === 0 && alone ? x[k] : noisy[k]);
          expect(denoised[k], `step ${i}`).toBe(kept.latents[k]);
        }
        for (const k of [1, 4]) {
          expect(seen[k], `step ${i}`).toBe(x[k]);
          expect(denoised[k], `step ${i}`).toBe(Math.fround(10 * x[k]!));
        }
      }
    },
  );

  it.each([
    [0, 8],
    [0.25, 6],
    [0.5, 4],
    [0.75, 2],
    [1, 0],
  ])('keeps what is masked by %f for the first %i of 8 steps', async (share, count) => {
    const kept = keptOf([share], false);
    const steps = await asked(kept);
    const isKept = steps.map(({ denoised }) => denoised.every((v, k) => v === kept.latents[k]));
    expect(isKept).toEqual(steps.map((_, i) => i < count));
    const isFree = steps.map(({ x, seen }) => seen.every((v, k) => v === x[k]));
    expect(isFree).toEqual(steps.map((_, i) => i >= count));
  });
});

describe('finished latents', () => {
  it('have again what was kept to the end, and only that', () => {
    const kept = keptOf([0, 0.01, 1], true);
    const finished = new TorchGenerator(9).randn(6);
    const [a, b] = [kept.latents, finished];
    expect(restored(finished, kept)).toEqual(Float32Array.of(a[0]!, b[1]!, b[2]!, a[3]!, b[4]!, b[5]!));
  });
});

describe('what an inpainting UNet is shown', () => {
  it('is the picture with mid grey where half or more is masked', () => {
    const source = inpaint(2, 2, { mask: Uint8Array.of(0, 127, 128, 255) });
    const plain = fromPixels(source.pixels);
    expect(withoutMasked(source)).toEqual(plain.map((v, i) => (i % 4 < 2 ? v : 0)));
  });

  it('is the mask as yes or no, and then the latents', () => {
    const planes = inpaintPlanes(Float32Array.of(0, 0.49, 0.5, 1), Float32Array.of(7, -8, 9, 10));
    expect(planes).toEqual(Float32Array.of(0, 0, 1, 1, 7, -8, 9, 10));
  });
});

describe('what is under the mask at the start', () => {
  const latents = Float32Array.of(1, 2, 3, 4, 5, 6);
  const drawn = Float32Array.of(0, 0.5, 1);
  const expected = {
    fill: [1, 2, 3, 4, 5, 6],
    original: [1, 2, 3, 4, 5, 6],
    'latent noise': [1, -3, -8, 4, -1.5, -8],
    'latent nothing': [1, 1, 0, 4, 2.5, 0],
  };

  it.each(maskedContents)('with "%s" in each channel', (content) => {
    const noise = vi.fn(() => new Float32Array(6).fill(-8));
    const start = contentOf(latents, inpaint(8, 8, { content }), drawn, noise);
    expect(Array.from(start)).toEqual(expected[content]);
    expect(noise).toHaveBeenCalledTimes(content === 'latent noise' ? 1 : 0);
    expect(Array.from(latents)).toEqual(expected.original);
  });
});

describe.each(samplerNames)('a whole run with %s', (name) => {
  /** Depends on x and sigma, and on neighbours: as restless as a network. */
  const restless: Denoise = async (x, sigma) => {
    const eps = toVp(x, sigma).map(
      (v, k, all) => Math.sin(1.3 * v + all[(k + 1) % all.length]!) + Math.log1p(sigma) / 50,
    );
    return mix(1, x, -sigma, eps);
  };

  it.each([
    [1, 1],
    [1, 2],
    [1, 20],
    [0.6, 20],
  ])('of strength %f and %i steps leaves what is kept exactly as it was', async (strength, steps) => {
    const kept = keptOf([0, 1, 0, 0.5, 0.99, 0], strength === 1);
    const planned = way(name, steps, strength);
    const { x } = kept.fromNoise
      ? fromNoise(planned, kept.noise)
      : fromLatents(kept.latents, planned, kept.noise);
    const generator = new TorchGenerator(1);
    const run = samplers[name].sample(masked(restless, kept, planned), x, planned, () => generator.randn(12));
    let step = await run.next();
    while (!step.done) step = await run.next();
    const finished = toVp(step.value, planned.end);
    const result = restored(finished, kept);
    expect(result.every(Number.isFinite)).toBe(true);
    for (const k of [0, 2, 5, 6, 8, 11]) {
      expect(result[k]).toBe(kept.latents[k]);
      // LCM's last step keeps a few millionths of x; these two go no further down than the lowest sigma.
      const off = Math.abs(finished[k]! - kept.latents[k]!);
      if (planned.end === 0 && name !== 'DPM fast' && name !== 'DPM adaptive')
        expect(off, 'before it is put back, too').toBeLessThanOrEqual(name === 'LCM' ? 1e-5 : 1e-6);
    }
    for (const k of [1, 7]) expect(result[k]).not.toBe(kept.latents[k]);
  });
});
