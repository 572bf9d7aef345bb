/** Pictures that others guide, drawn in the other ways there are: fewer bits, CFG++, deep features again, several prompts. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { DenoiserValues } from '../../src/pipeline/batch';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Control, Job, Picture, Pixels } from '../../src/pipeline/job';
import { noSavings } from '../../src/pipeline/memory/savings';
import { plan } from '../../src/sampling/plan';
import { samplers } from '../../src/sampling/table';
import type { Tokenizer } from '../../src/text/windows';
import { withFewBlocks } from '../fewer-blocks';
import { jobWith } from '../job';
import { fewControl } from './control-jobs';
import { draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { listGolden, skipped } from './root';
import { pictureDifference, worstDifference } from './tensors';

const CONTROL = 'control/controlnet-sd1';
const side = 64;

function stripes(): Pixels {
  const rgba = new Uint8ClampedArray(4 * side * side);
  for (let i = 0; i < side * side; i++) rgba.set(i % 7 < 2 ? [255, 200, 90, 255] : [0, 0, 0, 255], 4 * i);
  return { width: side, height: side, rgba };
}

const guide: Control = {
  ...{ model: CONTROL, hint: stripes(), weight: 1, start: 0, end: 1 },
  mode: 'balanced',
};
const controls = [guide];
const nothing = [{ ...guide, weight: 0 }];
const job = jobWith({
  ...{ prompt: 'red apple', negative: 'blurry', width: side, height: side },
  ...{ steps: 3, guidance: 5, seed: 3 },
});

const missing = [CONTROL, 'models/sd1'].filter((path) => listGolden(path).length === 0);
for (const path of missing) skipped(path);

describe.skipIf(missing.length > 0)('a guided picture', () => {
  let checkpoint: Checkpoint;
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(modelBytes('sd1'), { as: withFewBlocks });
    tokenizer = await servedTokenizer();
  });

  async function drawn(asked: Job): Promise<Picture> {
    await checkpoint.controls.use(
      (asked.controls ?? []).map(({ model }) => model),
      fewControl,
    );
    return (await draw(checkpoint, tokenizer, asked)).picture;
  }
  const difference = (a: Pixels, b: Pixels): number =>
    pictureDifference(a.rgba, Uint8Array.from(b.rgba)).mean;

  it.each([
    ['with all bits', {}],
    ['with weights of 8 bits', { savings: { ...noSavings, bits: 8 } }],
    ['with weights of 4 bits', { savings: { ...noSavings, bits: 4 } }],
    ['where deep features are used again', { reuse: 2 }],
    ['where several prompts lead', { prompt: 'red apple AND penguin :0.4' }],
    ['with CFG++', { sampler: 'Euler CFG++' }],
  ] satisfies [string, Partial<Job>][])(
    'is the plain one to the last bit where the weight is 0, %s',
    async (_, way) => {
      const plain = await drawn({ ...job, ...way });
      expect((await drawn({ ...job, ...way, controls: nothing })).rgba).toEqual(plain.rgba);
      expect(difference(await drawn({ ...job, ...way, controls }), plain)).toBeGreaterThan(1);
    },
  );

  it('is near the one with all bits where the UNet has 8: the net that guides keeps its own', async () => {
    const whole = await drawn({ ...job, controls });
    const rounded = await drawn({ ...job, controls, savings: { ...noSavings, bits: 8 } });
    const price = difference(rounded, whole);
    console.info(`guided, weights of 8 bits: mean difference ${price.toFixed(2)} of 255`);
    expect(price).toBeGreaterThan(0);
    expect(price).toBeLessThan(difference(whole, await drawn(job)) / 4);
  });

  it('is the same where a prompt is said twice, half each', async () => {
    const twice = { ...job, prompt: 'red apple :0.5 AND red apple :0.5' };
    const once = await drawn({ ...job, controls });
    expect(difference(await drawn({ ...twice, controls }), once)).toBeLessThan(0.01);
    const alone = [{ ...guide, mode: 'control' as const }];
    const prompted = await drawn({ ...job, controls: alone });
    expect(difference(await drawn({ ...twice, controls: alone }), prompted)).toBeLessThan(0.01);
  });

  it('goes with CFG++ to the guided x0, and from there by the noise of the guided negative prompt', async () => {
    const asked: { latents: Float32Array; residuals: DenoiserValues['residuals']; answers: Float32Array }[] =
      [];
    const predict = checkpoint.predict.bind(checkpoint);
    const spy = vi.spyOn(checkpoint, 'predict').mockImplementation(async (values, report) => {
      const answers = await predict(values, report);
      const { latents, residuals } = values;
      asked.push({ latents: latents.data, residuals, answers: answers.slice() });
      return answers;
    });
    const wish: Job = { ...job, sampler: 'Euler CFG++', controls };
    await drawn(wish).finally(() => spy.mockRestore());
    expect(asked).toHaveLength(job.steps);

    const { noise, scheduler } = checkpoint.model;
    const { points } = plan(wish, { steps: job.steps, noise, scheduler, xl: false });
    const guidance = job.guidance * (samplers['Euler CFG++'].guidance ?? 1);
    const length = asked[0]!.latents.length / 2; // there are steps
    for (const [i, { sigma, next }] of points.slice(0, -1).entries()) {
      const { latents, residuals, answers } = asked[i]!; // as many
      // Both questions are guided.
      if (!residuals || !('data' in residuals)) throw new Error('residuals are numbers on the CPU');
      const half = residuals.data.length / 2;
      for (const part of [residuals.data.subarray(0, half), residuals.data.subarray(half)])
        expect(part.some((x) => x !== 0)).toBe(true);
      const expected = Float32Array.from({ length }, (_, k) => {
        const [negative, prompt] = [answers[k]!, answers[length + k]!];
        const x = latents[k]! * Math.hypot(1, sigma);
        const x0 = x - sigma * (negative + guidance * (prompt - negative));
        return (x0 + next * negative) / Math.hypot(1, next);
      });
      expect(worstDifference(asked[i + 1]!.latents.subarray(0, length), expected)).toBeLessThan(1e-5);
    }
  });
});
