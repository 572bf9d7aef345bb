import { expect, test } from 'vitest';
import type { DenoiserValues } from '../../../src/pipeline/batch';
import { guided, tryPrediction } from '../../../src/pipeline/denoise';
import { stableDiffusionBetas } from '../../golden/betas';
import {
  atRest,
  builtInGuidance,
  combined,
  instructGuidance,
  sameEnd,
  sameLength,
  textGuidance,
  type Encoding,
  type Question,
} from '../../../src/pipeline/guidance';

const denoiser = {
  net: 'unet' as const,
  heads: () => 1,
  modelChannels: 32,
  inChannels: 4,
  contextWidth: 3,
  labelWidth: null,
  guidanceWidth: null,
};
const questions: Question[] = [
  { context: new Float32Array(6).fill(7), weight: -6, unguided: 0, negative: true },
  { context: new Float32Array(6).fill(8), weight: 7, unguided: 1 },
];
const size = { h: 2, w: 2 };
const common = {
  ...({ denoiser, prediction: 'epsilon', size, timestep: () => 500 } as const),
  noise: stableDiffusionBetas,
};
const first = (): number => 0;

test.each([
  ['about what it was given, predicts the noise', (x: number) => x + 0.1, 'epsilon'],
  ['far less than it was given, predicts v', (x: number) => x - 1.8, 'v'],
] as const)('a UNet that answers grey with %s', async (_, answer, expected) => {
  const asked: DenoiserValues[] = [];
  const run = (values: DenoiserValues): Promise<Float32Array> => {
    asked.push(values);
    return Promise.resolve(Float32Array.from(values.latents.data, answer));
  };
  expect(await tryPrediction(run, denoiser, questions, 4, size)).toBe(expected);
  expect(asked.map(({ latents }) => latents.shape)).toEqual([[2, 4, 2, 2]]);
  expect(new Set(asked.flatMap(({ latents, context }) => [...latents.data, ...context.data]))).toEqual(
    new Set([0.5]),
  );
});

test('what SDXL is told beside the context goes along with each question', async () => {
  const labels: DenoiserValues['label'][] = [];
  const run = ({ label }: DenoiserValues): Promise<Float32Array> => {
    labels.push(label);
    return Promise.resolve(new Float32Array(32));
  };
  const told = questions.map((question, n) => ({ ...question, label: Float32Array.of(n, 5) }));
  const labelled = { ...common, run, denoiser: { ...denoiser, labelWidth: 2 }, questions: () => told };
  await guided(labelled, first)(new Float32Array(16), 1);
  await guided({ ...common, run, questions: () => questions }, first)(new Float32Array(16), 1);
  expect(labels).toEqual([{ data: Float32Array.of(0, 5, 1, 5), shape: [2, 2] }, undefined]);
});

test('without guidance, or with one that is built in, the UNet is asked about the prompt alone', async () => {
  const [negative, prompt] = questions as [Question, Question];
  const alone = [{ encoding: { context: prompt.context }, weight: 1 }];
  const asked: DenoiserValues[] = [];
  const run = (values: DenoiserValues): Promise<Float32Array> => {
    asked.push(values);
    return Promise.resolve(new Float32Array(values.latents.data.length));
  };
  for (const each of [
    textGuidance(alone, negative, 1.5),
    textGuidance(alone, negative, 1),
    builtInGuidance(alone, 8, 4),
  ]) {
    await guided({ ...common, run, questions: () => each }, first)(new Float32Array(16), 1);
  }
  expect(asked.map(({ latents }) => latents.shape[0])).toEqual([2, 1, 1]);
  expect(asked.slice(1).every(({ context }) => context.data[0] === 8)).toBe(true);
  // sin and cos of 7000 and of 7000 / 10 000
  const told = [Math.sin(7000), Math.sin(0.7), Math.cos(7000), Math.cos(0.7)];
  expect(asked.map(({ guidance }) => guidance?.shape)).toEqual([undefined, undefined, [1, 4]]);
  expect([...asked[2]!.guidance!.data]).toEqual(told.map((v) => expect.closeTo(v, 5) as number));
});

const told = (...numbers: number[]): Encoding => ({ context: Float32Array.from(numbers) });

test('several prompts lead each its own way from the negative one, as A1111 has AND', () => {
  const wishes = [
    { encoding: told(1), weight: 1 },
    { encoding: told(2), weight: -0.5 },
  ];
  const asked = textGuidance(wishes, told(0), 8);
  expect(asked.map(({ context, weight }) => [context[0], weight])).toEqual([
    [0, -3],
    [1, 8],
    [2, -4],
  ]);
  // away + 8 · (a − away) − 4 · (b − away)
  expect([...combined(Float32Array.of(10, 20, 30), asked, 1)]).toEqual([10 + 8 * 10 - 4 * 20]);
});

test('weights that come to one but for rounding leave the negative prompt unasked', () => {
  const weights = [0.7, 0.2, 0.1];
  expect(weights.reduce((sum, weight) => sum + weight)).not.toBe(1);
  const wishes = weights.map((weight) => ({ encoding: told(weight), weight }));
  expect(textGuidance(wishes, told(0), 1)).toHaveLength(3);
});

test('where guidance rests the first prompt stands in the place of the negative one', () => {
  const wishes = [
    { encoding: told(1), weight: 1 },
    { encoding: told(2), weight: 0.5 },
  ];
  const resting = (...those: typeof wishes): (number | undefined)[][] =>
    atRest(textGuidance(those, told(0), 8)).map(({ context, weight, unguided }) => [
      context[0],
      weight,
      unguided,
    ]);
  expect(resting(wishes[0]!)).toEqual([[1, 1, 1]]);
  // a + 8 · (a − a) + 4 · (b − a)
  expect(resting(...wishes)).toEqual([
    [1, -3, 0.5],
    [2, 4, 0.5],
  ]);
  const alone = builtInGuidance(wishes, 8, 4);
  expect(atRest(alone)).toBe(alone);
});

test('of an instruction and its picture nothing is asked that counts nothing', () => {
  const asked = (guidance: number, imageGuidance: number, always?: boolean): number[] =>
    instructGuidance(told(1), told(0), new Float32Array(1), guidance, imageGuidance, always).map(
      ({ weight }) => weight,
    );
  expect(asked(7, 1.5)).toEqual([7, -5.5, -0.5]);
  expect(asked(7, 1)).toEqual([7, -6]);
  expect(asked(1, 1)).toEqual([1]);
  expect(asked(1, 1, true)).toEqual([1, 0]);
});

test('who needs the answer to the negative prompt gets it, at any guidance, without another run', async () => {
  let runs = 0;
  const run = ({ context }: DenoiserValues): Promise<Float32Array> => {
    runs++;
    return Promise.resolve(Float32Array.from({ length: 8 }, (_, i) => context.data[i < 4 ? 0 : 3]!));
  };
  const asked = textGuidance([{ encoding: told(5, 5, 5), weight: 1 }], told(3, 3, 3), 1, true);
  const denoise = guided({ ...common, run, questions: () => asked }, first);
  const x = new Float32Array(4);
  expect([...(await denoise(x, 2))]).toEqual([-10, -10, -10, -10]);
  expect([...(await denoise(x, 2, 'negative'))]).toEqual([-6, -6, -6, -6]);
  expect(runs).toBe(1);
});

test('guidance is brought back to the contrast of the prompt alone', () => {
  const asked = textGuidance([{ encoding: told(1), weight: 1 }], told(0), 3);
  const answers = Float32Array.of(0, 0, /* the prompt's */ 1, -1);
  expect([...combined(answers, asked, 2)]).toEqual([3, -3]);
  expect([...combined(answers, asked, 2, 1)]).toEqual([1, -1]);
  expect([...combined(answers, asked, 2, 0.5)]).toEqual([2, -2]);
});

test('prompts that AND joins are made as long as the longest by their last vector', () => {
  const [first, second] = sameEnd(
    [told(1, 2, 3, 4), told(5, 6, 7, 8, 9, 10, 11, 12)].map((encoding) => ({ encoding, weight: 1 })),
    2,
  );
  expect([...first!.encoding.context]).toEqual([1, 2, 3, 4, 3, 4, 3, 4]);
  expect(second!.encoding.context).toHaveLength(8);
});

test('texts of different lengths are repeated until all are as long', () => {
  const alike = sameLength(textGuidance([{ encoding: told(1, 2, 3), weight: 1 }], told(7, 8), 5));
  expect(alike.map(({ context }) => [...context])).toEqual([
    [7, 8, 7, 8, 7, 8],
    [1, 2, 3, 1, 2, 3],
  ]);
});
