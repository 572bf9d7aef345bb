/** A run that broke off goes on from what is known of it, and becomes the very same picture. */
import { beforeAll, expect, it, vi } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Progress } from '../../src/pipeline/job';
import type { Tokenizer } from '../../src/text/windows';
import { withFewBlocks } from '../fewer-blocks';
import { jobWith } from '../job';
import { draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { present } from './root';

const test = it.runIf(present('models/sd1'));
let checkpoint: Checkpoint;
let tokenizer: Tokenizer;

beforeAll(async () => {
  checkpoint = await openCheckpoint(modelBytes('sd1'), { as: withFewBlocks });
  tokenizer = await servedTokenizer();
});

const job = jobWith({
  prompt: 'a red apple',
  negative: '',
  width: 64,
  height: 64,
  steps: 6,
  guidance: 7,
  sampler: 'Euler a',
  seed: 5,
});
const answersIn = (told: readonly Progress[]) =>
  told.flatMap((progress) => (progress.kind === 'step' ? progress.answers : []));

test.each(['Euler a', 'DPM++ 2M Karras', 'DDIM', 'LCM'] as const)('with %s', async (sampler) => {
  const whole = await draw(checkpoint, tokenizer, jobWith({ ...job, sampler }));
  const answers = answersIn(whole.told);
  expect(answers).toHaveLength(6);

  const predict = vi.spyOn(checkpoint, 'predict');
  for (const known of [2, 6]) {
    predict.mockClear();
    const rest = await draw(
      checkpoint,
      tokenizer,
      jobWith({ ...job, sampler, known: answers.slice(0, known) }),
    );
    expect(predict).toHaveBeenCalledTimes(6 - known);
    expect(answersIn(rest.told)).toEqual(answers.slice(known));
    expect(rest.told.filter(({ kind }) => kind === 'step')).toHaveLength(6);
    expect(rest.picture.rgba).toEqual(whole.picture.rgba);
    expect(rest.picture.job).not.toHaveProperty('known');
  }
  predict.mockRestore();
});

test('from a picture with a mask, too', async () => {
  const pixels = { width: 64, height: 64, rgba: new Uint8ClampedArray(64 * 64 * 4).fill(200) };
  const mask = new Uint8Array(64 * 64).map((_, i) => (i % 64 < 32 ? 255 : 0));
  const source = { kind: 'inpaint', pixels, mask, strength: 0.8, content: 'original', soft: true } as const;
  const whole = await draw(checkpoint, tokenizer, { ...job, source });
  const known = answersIn(whole.told).slice(0, 3);
  const rest = await draw(checkpoint, tokenizer, { ...job, source, known });
  expect(rest.picture.rgba).toEqual(whole.picture.rgba);
});
