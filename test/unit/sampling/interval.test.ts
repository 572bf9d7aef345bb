import { expect, test } from 'vitest';
import { hasRests, restsOf } from '../../../src/sampling/interval';
import type { Sampling } from '../../../src/sampling/settings';

const levels = [10, 8, 6, 4, 2, 1];
const points = levels.map((sigma, i) => ({ sigma, next: levels[i + 1] ?? 0 }));
const plain: Sampling = { sampler: 'Euler', schedule: 'Automatic', spacing: 'leading', like: 'A1111' };

/** The calls in which guidance rests, of a sampler that asks once at each level. */
const resting = (settings: Partial<Sampling>): number[] => {
  const rests = restsOf({ ...plain, ...settings }, { points });
  return levels.flatMap((sigma, call) => (rests(call, sigma) ? [call] : []));
};

test('guidance rests above and below an interval of sigmas, and not at its ends', () => {
  expect(resting({})).toEqual([]);
  expect(resting({ guidanceMax: 8 })).toEqual([0]);
  expect(resting({ guidanceMax: 6, guidanceMin: 2, guidanceMinAll: true })).toEqual([0, 1, 5]);
  expect(resting({ guidanceMax: 0, guidanceMin: 0, guidanceFrom: 0 })).toEqual([]);
});

test('below it, it rests in every second call alone unless all are wanted, as in A1111', () => {
  expect(resting({ guidanceMin: 7 })).toEqual([3, 5]);
  expect(resting({ guidanceMin: 7, guidanceMinAll: true })).toEqual([2, 3, 4, 5]);
});

test('a share of the steps goes before, its last call too, counted in calls where a step has two', () => {
  expect(resting({ guidanceFrom: 0.3 })).toEqual([0, 1]);
  expect(resting({ guidanceFrom: 0.5 })).toEqual([0, 1, 2, 3]);
  expect(resting({ guidanceFrom: 1 })).toEqual([0, 1, 2, 3, 4, 5]);
  const rests = restsOf({ ...plain, sampler: 'Heun', guidanceFrom: 0.3 }, { points });
  expect([0, 1, 2, 3, 4].filter((call) => rests(call, 5))).toEqual([0, 1, 2, 3]);
});

test('what sets no bound is no rest', () => {
  expect([{}, { guidanceMinAll: true }, { guidanceMin: 0 }].map(hasRests)).toEqual([false, false, false]);
  expect([{ guidanceFrom: 0.1 }, { guidanceMax: 5 }, { guidanceMin: 1 }].every(hasRests)).toBe(true);
});
