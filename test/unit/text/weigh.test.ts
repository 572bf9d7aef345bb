import { describe, expect, it } from 'vitest';
import { weigh, type Emphasis } from '../../../src/text/weigh';

// Two tokens; an encoder of width 2 beside one of width 1.
const context = Float32Array.of(1, 2, 10, 3, 4, 20);
const empty = Float32Array.of(1, 1, 1, 1, 1, 1);
const one = { context, weights: Float32Array.of(1, 2), times: 1 };
const weighed = (emphasis: Emphasis, together = [one]) =>
  weigh(together, { emphasis, widths: [2, 1], empty }).map((found) => [...found]);

describe('weights', () => {
  it('multiply alone where the mean does not matter', () => {
    expect(weighed('No norm')).toEqual([[1, 2, 10, 6, 8, 40]]);
  });

  it("keep each encoder's mean, as A1111 does", () => {
    const [first, second] = [10 / 17, 30 / 50];
    expect(weighed('A1111')).toEqual([
      [first, 2 * first, 10 * second, 6 * first, 8 * first, 40 * second].map(Math.fround),
    ]);
  });

  it('lead away from the empty prompt, as in ComfyUI', () => {
    expect(weighed('ComfyUI')).toEqual([[1, 2, 10, 5, 7, 39]]);
  });

  it('mean nothing when emphasis is off', () => {
    expect(weighed('off')).toEqual([[...context]]);
  });

  it('share one mean among the texts of a prompt, as often as each stands', () => {
    const plain = { context: Float32Array.of(1, 1, 1, 1, 1, 1), weights: Float32Array.of(1, 1), times: 3 };
    const found = weigh([one, plain], { emphasis: 'A1111', widths: [2, 1] });
    expect(found[1]).toEqual(Float32Array.of(22 / 29, 22 / 29, 36 / 56, 22 / 29, 22 / 29, 36 / 56));
  });

  it('of 1 change nothing at all', () => {
    const plain = { ...one, weights: Float32Array.of(1, 1) };
    expect(weigh([plain], { emphasis: 'A1111', widths: [2, 1] })[0]).toBe(context);
  });
});
