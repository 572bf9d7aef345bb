import { expect, it } from 'vitest';
import { featureScales, forceOf } from '../../../../src/pipeline/guiding/guides';
import { hintPlanes } from '../../../../src/pipeline/guiding/hint';
import { residualScales } from '../../../../src/pipeline/guiding/residuals';

const prompt = { unguided: 1 };
const negative = { negative: true, unguided: 0 } as const;
const whole = { weight: 0.8, start: 0, end: 1, mode: 'balanced' } as const;

it('a control is off before its start and after its end, by whole steps', () => {
  const on = (steps: number, start: number, end: number): number[] =>
    Array.from({ length: steps }, (_, step) =>
      forceOf(steps)({ ...whole, weight: 1, start, end })(prompt, step),
    );
  expect(on(7, 0.2, 0.7)).toEqual([0, 0, 1, 1, 0, 0, 0]);
  expect(on(6, 0, 0.6)).toEqual([1, 1, 1, 0, 0, 0]);
  expect(on(6, 0.4, 1)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(on(4, 0, 1)).toEqual([1, 1, 1, 1]);
});

it('both halves of guidance are controlled, or the prompt alone', () => {
  const force = (mode: 'balanced' | 'prompt' | 'control'): number[] =>
    [prompt, negative].map((question) => forceOf(4)({ ...whole, mode })(question, 1));
  expect([force('balanced'), force('prompt'), force('control')]).toEqual([
    [0.8, 0.8],
    [0.8, 0.8],
    [0.8, 0],
  ]);
});

it('of several prompts each is controlled, also one that is led away from', () => {
  const force = forceOf(1)({ ...whole, mode: 'control' });
  expect([{ unguided: 0.6 }, { unguided: -0.4 }].map((question) => force(question, 0))).toEqual([0.8, 0.8]);
});

it('where one counts more less is added further out, as in A1111’s extension', () => {
  expect(residualScales('balanced', 13)).toEqual(Array(13).fill(1));
  const soft = residualScales('prompt', 13);
  expect([soft[0], soft[11], soft[12]].map((share) => share?.toFixed(4))).toEqual([
    '0.0994',
    '0.8250',
    '1.0000',
  ]);
  // The extension takes the first ten of thirteen for SDXL.
  expect(residualScales('control', 10)).toEqual(soft.slice(0, 10));
  expect(featureScales('prompt')).toEqual([0.25, 0.62, 0.825, 1]);
});

const size = { width: 2, height: 1 };
const rgba = Uint8ClampedArray.of(255, 0, 51, 255, 10, 20, 30, 0);

it('a net is shown colours from 0 to 1, and −1 where a hint is clear', () => {
  const planes = hintPlanes({ ...size, rgba }, size, 3);
  expect([...planes].map((x) => Number(x.toFixed(4)))).toEqual([1, -1, 0, -1, 0.2, -1]);
});

it('one that takes a single channel is shown shades of grey', () => {
  const [grey, clear] = hintPlanes({ ...size, rgba }, size, 1);
  expect([grey! * 255, clear]).toEqual([expect.closeTo(82, 4), -1]);
});

it('a hint of another size is made as large as what is drawn', () => {
  const pixels = { width: 1, height: 1, rgba: Uint8ClampedArray.of(255, 255, 255, 255) };
  expect([...hintPlanes(pixels, { width: 4, height: 2 }, 1)]).toEqual(Array(8).fill(1));
});
