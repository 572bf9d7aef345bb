/** Stable Diffusion 3 in all that a job may ask for: what its net is asked, and what of a picture is kept. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DenoiserValues } from '../../src/pipeline/batch';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Job, Source } from '../../src/pipeline/job';
import { meanLatents } from '../../src/pipeline/start';
import { mix, type Latent } from '../../src/sampling/latent';
import { noiseOf } from '../../src/sampling/noise';
import { plan } from '../../src/sampling/plan';
import { likes } from '../../src/sampling/settings';
import type { Tokenizer } from '../../src/text/windows';
import { jobWith } from '../job';
import { draw, goldenT5, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { present } from './root';
import { worstDifference } from './tensors';

const there = present('models/sd3/model_t5.safetensors', 'models/sd35m', 't5_tokenizer/tokenizer.json');

describe.runIf(there)('Stable Diffusion 3', () => {
  let tokenizer: Tokenizer;
  let t5: Tokenizer;
  let withT5: Checkpoint;
  let without: Checkpoint;
  beforeAll(async () => {
    tokenizer = await servedTokenizer();
    t5 = await goldenT5();
    withT5 = await openCheckpoint(modelBytes('sd3', 'model_t5'));
    without = await openCheckpoint(modelBytes('sd35m'));
  });
  afterEach(() => vi.restoreAllMocks());

  const size = { width: 64, height: 64 };
  const job = jobWith({ prompt: 'red apple', negative: 'blurry', ...size, steps: 2, guidance: 4, seed: 3 });
  const [h, w] = [8, 8];

  /** What the net was asked, and what was decoded last. */
  async function watched(asked: Job, checkpoint: Checkpoint, reads?: Tokenizer) {
    const predict = vi.spyOn(checkpoint, 'predict');
    const decode = vi.spyOn(checkpoint, 'decode');
    const { picture } = await draw(checkpoint, tokenizer, asked, [], reads);
    const questions = predict.mock.calls.map(([values]): DenoiserValues => values);
    const latents: Latent = Float32Array.from(decode.mock.calls.at(-1)![0]); // the picture's own, after previews
    vi.restoreAllMocks();
    return { picture, questions, latents };
  }

  const tokens = ({ context }: DenoiserValues): number => context.shape[1]!; // [batch, tokens, width]
  const long = Array<string>(60).fill('apple').join(', ');

  it.each([
    ['diffusers', 'a short prompt', 'red apple', { clip: 77, t5: 256, zeros: 256 }],
    ['A1111', 'a short prompt', 'red apple', { clip: 77, t5: 77, zeros: 77 }],
    ['A1111', 'a long prompt', long, { clip: 154, t5: 154, zeros: 154 }],
    ['ComfyUI', 'a short prompt', 'red apple', { clip: 77, t5: 77, zeros: 0 }],
  ] as const)('like %s, %s is followed by T5’s tokens, or zeros', async (like, _, prompt, wanted) => {
    const asked = { ...job, like, prompt, steps: 1 };
    const { questions } = await watched(asked, withT5, t5);
    expect(questions.map(tokens)).toEqual([wanted.clip + wanted.t5]);
    const { questions: alone } = await watched(asked, withT5);
    expect(alone.map(tokens)).toEqual([wanted.clip + wanted.zeros]);
    const [{ context }] = alone as [DenoiserValues];
    const [, all, width] = context.shape as [number, number, number];
    const behind = context.data.subarray(wanted.clip * width, all * width);
    expect(behind.every((v) => v === 0)).toBe(true);
  });

  it('like ComfyUI, T5 reads a long prompt to its end', async () => {
    const { questions } = await watched({ ...job, like: 'ComfyUI', prompt: long, steps: 1 }, withT5, t5);
    expect(questions.map(tokens)).toEqual([154 + t5(long).length + 1]);
  });

  it('the weight of a word counts for T5, too', async () => {
    const rows = async (prompt: string): Promise<Float32Array> => {
      const { questions } = await watched({ ...job, prompt, guidance: 1, steps: 1 }, withT5, t5);
      const { data, shape } = questions[0]!.context;
      return data.slice(77 * shape[2]!); // all behind CLIP's
    };
    expect(worstDifference(await rows('(red:1.5) apple'), await rows('red apple'))).toBeGreaterThan(0.01);
    expect(worstDifference(await rows('(red apple:1)'), await rows('red apple'))).toBe(0);
  });

  const half = (): Uint8Array<ArrayBuffer> =>
    Uint8Array.from({ length: size.width * size.height }, (_, i) =>
      i % size.width < size.width / 2 ? 255 : 0,
    );
  const pixels = {
    ...size,
    rgba: Uint8ClampedArray.from({ length: 4 * size.width * size.height }, (_, i) =>
      i % 4 === 3 ? 255 : (i * 7) % 256,
    ),
  };

  it.each(likes)('like %s, what a mask does not show is kept, on its own way from noise', async (like) => {
    const inpaint: Source = {
      kind: 'inpaint',
      pixels,
      strength: 0.8,
      mask: half(),
      content: 'original',
      soft: false,
    };
    const asked = { ...job, like, steps: 4, source: inpaint };
    const moments = vi.spyOn(without, 'moments');
    const { questions, latents } = await watched(asked, without);
    const own = meanLatents(await moments.mock.results[0]!.value, without.model.vae);
    const kept = (k: number): boolean => k % w >= w / 2;
    const offBy = (found: ArrayLike<number>, right: ArrayLike<number>): number =>
      Math.max(...Array.from(right, (v, k) => (kept(k) ? Math.abs(v - found[k]!) : 0)));
    if (like !== 'diffusers') expect(offBy(latents, own)).toBeLessThan(1e-6); // that draws a sample, not the mean
    const made = plan(asked, { steps: 4, noise: without.model.noise, strength: 0.8 });
    const unit = noiseOf(asked, like, { channels: 16, h, w });
    unit.posterior();
    const noise = unit.first();
    for (const [i, { latents: shown }] of questions.entries()) {
      const share = made.points[i]!.sigma;
      expect(offBy(shown.data, mix(1 - share, latents, share, noise))).toBeLessThan(1e-5);
    }
    expect(offBy(latents, new Float32Array(latents.length))).toBeGreaterThan(0.1); // there is something to keep
  });

  it.each(likes)('like %s, a second pass goes on from the latents of the first', async (like) => {
    const hires = { scale: 2, upscaler: 'Latent', strength: 0.5, steps: 4 } as const;
    const { picture, questions } = await watched({ ...job, like, hires }, without);
    expect([picture.width, picture.height]).toEqual([128, 128]);
    expect(questions.map(({ latents }) => latents.shape.slice(2))).toEqual([
      ...Array<number[]>(2).fill([8, 8]),
      ...Array<number[]>(questions.length - 2).fill([16, 16]),
    ]);
    expect(new Set(picture.rgba).size).toBeGreaterThan(16); // it is not all of one colour
  });

  it.each([
    ['diffusers', [false, true, true, false, false, false]],
    ['ComfyUI', [false, true, true, true, false, false]], // up to half of the way, that level among them
  ] as const)('like %s, layers are skipped in a part of the run', async (like, parts) => {
    const skipLayers = { layers: [1], scale: 2.8, start: 0.01, end: 0.5 };
    const { questions } = await watched({ ...job, like, steps: 6, schedule: 'Simple', skipLayers }, without);
    expect(questions.map(({ keep }) => keep?.shape[0] === 3)).toEqual(parts);
    expect([...questions[1]!.keep!.data]).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 1]);
  });

  it('a sampler that makes noise draws the same picture again', async () => {
    const asked = { ...job, sampler: 'DPM++ 2M SDE', like: 'ComfyUI', steps: 3 } as const;
    const { picture } = await watched(asked, without);
    const { picture: again } = await watched(asked, without);
    expect(again.rgba).toEqual(picture.rgba);
  });
});
