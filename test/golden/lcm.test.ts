/**
 * Latent consistency models. No reference of one is at hand, and none is needed: what a UNet is told of its guidance is
 * added to what it is told of the timestep, so that the plain golden UNet, told the sum, must say the same.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { guidanceEmbedding, timestepEmbedding } from '../../src/nets/unet';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Job, Pixels } from '../../src/pipeline/job';
import { fromPixels } from '../../src/pipeline/pixels';
import type { Latent } from '../../src/sampling/latent';
import { TorchGenerator } from '../../src/sampling/random';
import { alphasCumprod } from '../../src/sampling/betas';
import { betasOf } from './betas';
import type { Tokenizer } from '../../src/text/windows';
import { jobWith } from '../job';
import { tensorsOf, writtenBytes } from '../safetensors';
import { draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { present } from './root';
import { worstDifference } from './tensors';

const WIDTH = 32;
/** Both names that the projection has in checkpoints. */
const NAMES = { sd1: 'time_embed.cond_proj', sdxl: 'time_embedding.cond_proj' } as const;

/** A golden model, and the same one with a seeded guidance projection [model channels, WIDTH]. */
interface Pair {
  readonly plain: Checkpoint;
  readonly lcm: Checkpoint;
  /** The projection's product with the embedding of a guidance scale. */
  readonly told: (scale: number) => number[];
}

async function openPair(name: keyof typeof NAMES): Promise<Pair> {
  const file = modelBytes(name);
  const plain = await openCheckpoint(file);
  const channels = plain.model.denoiser.modelChannels;
  const projection = new TorchGenerator(3).randn(channels * WIDTH).map((v) => v / 8);
  const tensors = await tensorsOf(file);
  tensors.set(`model.diffusion_model.${NAMES[name]}.weight`, {
    dtype: 'F32',
    shape: [channels, WIDTH],
    bytes: new Uint8Array(projection.buffer),
  });
  const lcm = await openCheckpoint(writtenBytes(tensors));
  const told = (scale: number): number[] => {
    const w = guidanceEmbedding(scale, WIDTH);
    return Array.from({ length: channels }, (_, c) =>
      w.reduce((sum, v, i) => sum + projection[c * WIDTH + i]! * v, 0),
    );
  };
  return { plain, lcm, told };
}

const silent = (): void => undefined;

const models = (['sd1', 'sdxl'] as const).filter((name) => present(`models/${name}`));

describe.each(models)('%s with a guidance projection', (name) => {
  it('predicts what the plain UNet does when the guidance is in its timestep', async () => {
    const { plain, lcm, told } = await openPair(name);
    const { modelChannels, contextWidth, labelWidth } = lcm.model.denoiser;
    const generator = new TorchGenerator(1);
    const random = (...shape: number[]) => ({
      data: generator.randn(shape.reduce((product, d) => product * d, 1)),
      shape,
    });
    const rest = {
      latents: random(1, 4, 8, 8),
      context: random(1, 77, contextWidth),
      ...(labelWidth !== null && { label: random(1, labelWidth) }),
    };
    const t = timestepEmbedding(259, modelChannels);
    const timestep = (data: Float32Array<ArrayBuffer>) => ({ data, shape: [1, modelChannels] });
    const guidance = { data: Float32Array.from(guidanceEmbedding(8, WIDTH)), shape: [1, WIDTH] };
    const own = await lcm.predict({ ...rest, timestep: timestep(Float32Array.from(t)), guidance }, silent);

    const sum = Float32Array.from(told(8), (v, i) => v + t[i]!);
    const theirs = await plain.predict({ ...rest, timestep: timestep(sum) }, silent);
    const untold = await plain.predict({ ...rest, timestep: timestep(Float32Array.from(t)) }, silent);
    const [worst, without] = [worstDifference(own, theirs), worstDifference(own, untold)];
    console.info(`${name} LCM: worst ${worst.toExponential(1)}, untold ${without.toFixed(2)}`);
    expect(worst).toBeLessThan(1e-4);
    expect(without).toBeGreaterThan(0.01);
  });
});

describe.runIf(models.includes('sd1'))(
  'a latent consistency model draws what the plain model does by hand',
  () => {
    const asked = { prompt: 'a red apple', width: 64, height: 48 };
    const job = jobWith({ ...asked, steps: 4, guidance: 8, sampler: 'LCM', seed: 11 });
    const size = { h: 6, w: 8 };
    const count = 4 * size.h * size.w;
    let pair: Pair;
    let tokenizer: Tokenizer;
    beforeAll(async () => {
      [pair, tokenizer] = [await openPair('sd1'), await servedTokenizer()];
    });

    /** diffusers' loop and LCMScheduler.step, in its own variance-preserving latents. */
    async function byHand(x: Latent, timesteps: readonly number[], noise: () => Latent): Promise<Latent> {
      const { plain, told } = pair;
      const { modelChannels, contextWidth } = plain.model.denoiser;
      const [prompt] = await plain.encode([{ ids: tokenizer(job.prompt), weights: [] }], silent);
      const context = { data: Float32Array.from(prompt!.context), shape: [1, 77, contextWidth] };
      const alphas = alphasCumprod(betasOf(plain.model));
      for (const [i, t] of timesteps.entries()) {
        const time = Float32Array.from(timestepEmbedding(t, modelChannels));
        const data = Float32Array.from(told(job.guidance), (v, c) => v + time[c]!);
        const timestep = { data, shape: [1, modelChannels] };
        const latents = { data: x, shape: [1, 4, size.h, size.w] };
        const eps = await plain.predict({ latents, timestep, context }, silent);
        const [cSkip, cOut] = [0.25 / (100 * t * t + 0.25), (10 * t) / Math.sqrt(100 * t * t + 0.25)];
        const alpha = alphas[t]!;
        const x0 = x.map((v, k) => (v - Math.sqrt(1 - alpha) * eps[k]!) / Math.sqrt(alpha));
        x = x0.map((v, k) => cOut * v + cSkip * x[k]!);
        const next = timesteps[i + 1];
        if (next !== undefined) x = noised(x, alphas[next]!, noise());
      }
      return x;
    }

    const noised = (x: Latent, alpha: number, noise: Latent): Latent =>
      x.map((v, k) => Math.sqrt(alpha) * v + Math.sqrt(1 - alpha) * noise[k]!);

    /** The scaled latents that are decoded in the end, the batches that the UNet was asked, and the picture. */
    async function drawn(more: Partial<Job>): Promise<{ final: Latent; batches: number[]; rgba: string }> {
      const { lcm } = pair;
      const predict = vi.spyOn(lcm, 'predict');
      const decode = vi.spyOn(lcm, 'decode');
      const { picture } = await draw(lcm, tokenizer, { ...job, ...more });
      const batches = predict.mock.calls.map(([{ latents }]) => latents.shape[0]!);
      const final = Float32Array.from(decode.mock.calls.at(-1)![0]); // the last is no preview
      vi.restoreAllMocks();
      return { final, batches, rgba: picture.rgba.join() };
    }

    it('from noise, asking the UNet once a step', async () => {
      const generator = new TorchGenerator(11);
      const noise = () => generator.randn(count);
      const expected = await byHand(noise(), [999, 759, 499, 259], noise);
      const { final, batches } = await drawn({});
      const worst = worstDifference(final, expected);
      console.info(`LCM text to image: worst relative difference ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(1e-4);
      expect(batches).toEqual([1, 1, 1, 1]);
    });

    it('from a picture, in as many steps whatever the strength', async () => {
      const { width, height } = job;
      const wave = (i: number): number => (i % 4 === 3 ? 255 : 128 + 100 * Math.sin(i / 90 + (i % 4)));
      const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => wave(i));
      const pixels: Pixels = { width, height, rgba };

      const generator = new TorchGenerator(11);
      const noise = () => generator.randn(count);
      const moments = await pair.plain.moments(fromPixels(pixels), size, silent);
      const posterior = noise().map((n, k) => {
        const deviation = Math.exp(Math.min(Math.max(moments[count + k]!, -30), 20) / 2);
        return 0.18215 * (moments[k]! + deviation * n);
      });
      const alphas = alphasCumprod(betasOf(pair.plain.model));
      const timesteps = [499, 379, 259, 139];
      const expected = await byHand(noised(posterior, alphas[499]!, noise()), timesteps, noise);

      const { final, batches } = await drawn({ source: { kind: 'image', strength: 0.5, pixels } });
      const worst = worstDifference(final, expected);
      console.info(`LCM image to image: worst relative difference ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(1e-4);
      expect(batches).toEqual([1, 1, 1, 1]);
    });

    it('with guidance, but without a negative prompt, and the same each time', async () => {
      const pictures: string[] = [];
      for (const more of [{}, {}, { negative: 'a green apple' }, { guidance: 7 }])
        pictures.push((await drawn(more)).rgba);
      const [first, again, negative, less] = pictures;
      expect(again).toBe(first);
      expect(negative).toBe(first);
      expect(less).not.toBe(first);
    });
  },
);
