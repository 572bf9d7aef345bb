import { expect, test } from 'vitest';
import {
  builtInGuidance,
  guided,
  textGuidance,
  tryPrediction,
  type Question,
  type UNetValues,
} from '../../../src/pipeline/denoise';

const unet = {
  heads: () => 1,
  modelChannels: 32,
  inChannels: 4,
  contextWidth: 3,
  labelWidth: null,
  guidanceWidth: null,
};
const questions: Question[] = [
  { context: new Float32Array(6).fill(7), weight: -6 },
  { context: new Float32Array(6).fill(8), weight: 7 },
];
const size = { h: 2, w: 2 };
const at = { sigma: 1, t: 500, next: 0 };

test.each([
  ['about what it was given, predicts the noise', (x: number) => x + 0.1, 'epsilon'],
  ['far less than it was given, predicts v', (x: number) => x - 1.8, 'v'],
] as const)('a UNet that answers grey with %s', async (_, answer, expected) => {
  const asked: UNetValues[] = [];
  const run = (values: UNetValues): Promise<Float32Array> => {
    asked.push(values);
    return Promise.resolve(Float32Array.from(values.latents.data, answer));
  };
  expect(await tryPrediction(run, unet, questions, 4, size)).toBe(expected);
  expect(asked.map(({ latents }) => latents.shape)).toEqual([[2, 4, 2, 2]]);
  expect(new Set(asked.flatMap(({ latents, context }) => [...latents.data, ...context.data]))).toEqual(
    new Set([0.5]),
  );
});

test('what SDXL is told beside the context goes along with each question', async () => {
  const labels: UNetValues['label'][] = [];
  const run = ({ label }: UNetValues): Promise<Float32Array> => {
    labels.push(label);
    return Promise.resolve(new Float32Array(32));
  };
  const told = questions.map((question, n) => ({ ...question, label: Float32Array.of(n, 5) }));
  await guided(run, { ...unet, labelWidth: 2 }, 'epsilon', told, size)(new Float32Array(16), at);
  await guided(run, unet, 'epsilon', questions, size)(new Float32Array(16), at);
  expect(labels).toEqual([{ data: Float32Array.of(0, 5, 1, 5), shape: [2, 2] }, undefined]);
});

test('without guidance, or with one that is built in, the UNet is asked about the prompt alone', async () => {
  const [negative, prompt] = questions as [Question, Question];
  const asked: UNetValues[] = [];
  const run = (values: UNetValues): Promise<Float32Array> => {
    asked.push(values);
    return Promise.resolve(new Float32Array(values.latents.data.length));
  };
  for (const each of [
    textGuidance(prompt, negative, 1.5),
    textGuidance(prompt, negative, 1),
    builtInGuidance(prompt, 8, 4),
  ]) {
    await guided(run, unet, 'epsilon', each, size)(new Float32Array(16), at);
  }
  expect(asked.map(({ latents }) => latents.shape[0])).toEqual([2, 1, 1]);
  expect(asked.slice(1).every(({ context }) => context.data[0] === 8)).toBe(true);
  // sin and cos of 7000 and of 7000 / 10 000
  const told = [Math.sin(7000), Math.sin(0.7), Math.cos(7000), Math.cos(0.7)];
  expect(asked.map(({ guidance }) => guidance?.shape)).toEqual([undefined, undefined, [1, 4]]);
  expect([...asked[2]!.guidance!.data]).toEqual(told.map((v) => expect.closeTo(v, 5) as number));
});
