/** Pictures in two passes, and prompts longer than one window: what the UNet is asked, with the bundled model. */
import { beforeAll, expect, test, vi } from 'vitest';
import { resample } from '../../src/canvas/resample';
import type { DenoiserValues } from '../../src/pipeline/batch';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Job } from '../../src/pipeline/job';
import { mix, toVp, type Latent } from '../../src/sampling/latent';
import { noiseOf } from '../../src/sampling/noise';
import { plan } from '../../src/sampling/plan';
import type { Tokenizer } from '../../src/text/windows';
import { jobWith } from '../job';
import { bundled, draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { present } from './root';
import { worstDifference } from './tensors';

let checkpoint: Checkpoint;
let tokenizer: Tokenizer;
beforeAll(async () => {
  checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'));
  tokenizer = await servedTokenizer();
});

const size = { width: 64, height: 48 };
const job = jobWith({ prompt: 'red apple', ...size, steps: 3, guidance: 5, like: 'A1111', seed: 3 });

/** What the UNet was asked, what was decoded last, and the picture with what was told on the way. */
async function watched(asked: Job, opened = checkpoint) {
  const predict = vi.spyOn(opened, 'predict');
  const decode = vi.spyOn(opened, 'decode');
  const drawn = await draw(opened, tokenizer, asked);
  const questions = predict.mock.calls.map(([values]): DenoiserValues => values);
  const latents: Latent = Float32Array.from(decode.mock.calls.at(-1)![0]); // the picture's own, after previews
  vi.restoreAllMocks();
  return { ...drawn, questions, latents };
}

test.each([
  ['Latent', 'bilinear'],
  ['Latent (nearest-exact)', 'nearest-exact'],
] as const)(
  'the second pass goes on from the latents of the first, enlarged by "%s"',
  async (upscaler, kernel) => {
    const first = await watched(job);
    const hires = { scale: 1.5, upscaler, strength: 0.7, steps: 4 } as const;
    const { picture, questions, told } = await watched({ ...job, hires });
    expect([picture.width, picture.height]).toEqual([96, 72]);
    expect(questions.map(({ latents }) => latents.shape.slice(2))).toEqual([
      ...Array(3).fill([6, 8]),
      ...Array(3).fill([9, 12]), // ⌊0.7 · 4⌋ + 1
    ]);
    expect(told.flatMap((one) => (one.kind === 'step' ? [[one.step, one.steps]] : []))).toEqual(
      [1, 2, 3, 4, 5, 6].map((step) => [step, 6]),
    );

    const { latentScale, scale, points } = plan(job, {
      steps: 4,
      noise: checkpoint.model.noise,
      prediction: 'epsilon',
      strength: 0.7,
    });
    const larger = resample(first.latents, { h: 6, w: 8 }, { h: 9, w: 12 }, kernel);
    const noise = noiseOf(job, 'A1111', { channels: 4, h: 9, w: 12 }).first();
    const start = toVp(mix(latentScale, larger, scale, noise), points[0]!.sigma);
    const shown = questions[3]!.latents.data.slice(0, start.length);
    expect(worstDifference(Float32Array.from(shown), start)).toBeLessThan(1e-5);
  },
);

test('a picture that is enlarged itself is decoded, enlarged and encoded', async () => {
  const moments = vi.spyOn(checkpoint, 'moments');
  const hires = { scale: 2, upscaler: 'Lanczos', strength: 0.5 } as const;
  const { picture } = await draw(checkpoint, tokenizer, { ...job, hires });
  expect(moments.mock.calls.map(([image]) => image.length)).toEqual([3 * 96 * 128]);
  vi.restoreAllMocks();
  expect([picture.width, picture.height]).toEqual([128, 96]);
  // The settings of the first pass are the picture's.
  expect(picture.job).toMatchObject({ ...size, hires });
});

test('a run of two passes that broke off goes on in either, to the same picture', async () => {
  const hires = { scale: 1.5, upscaler: 'Latent', strength: 0.7, sampler: 'DPM++ SDE' } as const;
  const whole = await watched({ ...job, hires });
  const answers = whole.told.flatMap((one) => (one.kind === 'step' ? one.answers : []));
  for (const known of [2, answers.length - 2]) {
    const rest = await watched({ ...job, hires, known: answers.slice(0, known) });
    expect(rest.questions).toHaveLength(answers.length - known);
    expect(rest.picture.rgba).toEqual(whole.picture.rgba);
  }
});

test('a second pass is only for pictures from words', async () => {
  const pixels = { ...size, rgba: new Uint8ClampedArray(4 * 64 * 48).fill(255) };
  const hires = { scale: 2, upscaler: 'Latent', strength: 0.5 } as const;
  const asked = { ...job, hires, source: { kind: 'image', pixels, strength: 0.5 } } as const;
  await expect(draw(checkpoint, tokenizer, asked)).rejects.toThrow(/only pictures from words/);
});

test('a prompt of three windows beside a negative one of two is asked at the length that both divide', async () => {
  const long = { prompt: 'red apple, '.repeat(60), negative: 'blurry, '.repeat(50), steps: 1 };
  const tokens = ({ context }: DenoiserValues): number => context.shape[1]!;
  const { questions } = await watched({ ...job, ...long });
  expect(questions.map(tokens)).toEqual([6 * 77]);
  // A1111's "Pad conds" adds empty windows instead.
  const padded = await watched({ ...job, ...long, padded: true });
  expect(padded.questions.map(tokens)).toEqual([3 * 77]);
});

test('a prompt that is edited on the way is asked for in the words of the step', async () => {
  const { questions } = await watched({ ...job, prompt: '[red apple:penguin:1]', steps: 4 });
  const contexts = questions.map(({ context }) => context.data.slice(context.data.length / 2).join());
  // As A1111 counts, what changes after the first step is seen from the third call on.
  expect([contexts[1] === contexts[0], contexts[2] === contexts[1], contexts[3] === contexts[2]]).toEqual([
    true,
    false,
    true,
  ]);
});

test('where guidance rests the negative prompt is not asked, and one session serves all steps', async () => {
  const long = { prompt: 'red apple, '.repeat(30), negative: 'blurry' };
  const { questions, told } = await watched({ ...job, ...long, steps: 6, guidanceFrom: 0.2, guidanceMin: 1 });
  expect(questions.map(({ latents, context }) => [latents.shape[0], context.shape[1]])).toEqual(
    [1, 1, 2, 2, 2, 1].map((asked) => [asked, 154]),
  );
  expect(told.filter((one) => one.kind === 'compiling' && one.net === 'UNet')).toHaveLength(1);
  expect(told.filter(({ kind }) => kind === 'notice')).toEqual([]);
});

test.runIf(present('models/sd2-v'))(
  'what a UNet predicts is found out in a batch like those to come, once for a checkpoint',
  async () => {
    const opened = await openCheckpoint(modelBytes('sd2-v'));
    const batches = async (): Promise<unknown[]> =>
      (await watched({ ...job, steps: 2 }, opened)).questions.map(({ latents }) => latents.shape[0]);
    expect(await batches()).toEqual([2, 2, 2]);
    expect(await batches()).toEqual([2, 2]);
  },
);
