import { expect, test } from 'vitest';
import type { Job, Picture, Progress } from '../../../src/engine/api';
import { DrobeError, type ErrorCode } from '../../../src/errors';
import { persistent, type Known } from '../../../src/ui/run';
import { picture, stopped } from './fake';

const answer = (n: number) => Float32Array.of(n);
const step = (n: number): Progress => ({
  kind: 'step',
  step: n,
  steps: 9,
  preview: null,
  answers: [answer(n)],
});
const done = picture({} as Job); // is only passed on

/** Runs that make so many steps each, then fail so; the last one succeeds. */
function breaking(...runs: readonly (readonly [steps: number, error: unknown])[]) {
  const started: number[][] = [];
  const start = async function* (known: readonly Float32Array[]): AsyncGenerator<Progress, Picture, void> {
    const [steps, error] = runs[started.length] ?? [1, null];
    started.push(known.map(([n]) => n!));
    for (let n = 0; n < steps; n++) yield step(known.length + n);
    if (error) throw error as Error;
    return done;
  };
  return { start, started };
}
const lost = new DrobeError('device-lost');
const crashed = new DrobeError('engine-crashed');

async function followed(start: Parameters<typeof persistent>[1], before: Known = []) {
  const told: Progress[] = [];
  const run = persistent(before, start);
  for (;;) {
    const { done: over, value } = await run.next();
    if (over) return { told, value };
    told.push(value);
  }
}

test('a run whose device is lost or whose engine dies goes on with what is known, and says so', async () => {
  const { start, started } = breaking([3, lost], [2, crashed]);
  const { told, value } = await followed(start);
  expect(value).toBe(done);
  expect(started).toEqual([[], [0, 1, 2], [0, 1, 2, 3, 4]]);
  expect(told.flatMap((progress) => (progress.kind === 'notice' ? progress.notice : []))).toEqual([
    { code: 'resumed', after: 'device-lost' },
    { code: 'resumed', after: 'engine-crashed' },
  ]);
});

test('a run that an earlier visit began goes on with what is known of that', async () => {
  const { start, started } = breaking([2, lost]);
  await followed(start, [answer(0), answer(1)]);
  expect(started).toEqual([
    [0, 1],
    [0, 1, 2, 3],
  ]);
});

test('it is given up when three tries in a row bring no step', async () => {
  const { start, started } = breaking(
    [0, lost],
    [0, lost],
    [1, lost],
    [0, lost],
    [0, lost],
    [0, lost],
    [0, lost],
  );
  await expect(followed(start)).rejects.toBe(lost);
  // Two without a step, one with, and three without again.
  expect(started).toHaveLength(6);
});

test.each(['out-of-memory', 'bad-request', 'not-a-number', 'busy'] satisfies ErrorCode[])(
  'what would fail again (%s) is not tried again, and what was stopped neither',
  async (code) => {
    const error = new DrobeError(code);
    for (const thrown of [error, stopped()]) {
      const { start, started } = breaking([2, thrown]);
      await expect(followed(start)).rejects.toBe(thrown);
      expect(started).toHaveLength(1);
    }
  },
);
