import { expect, test } from 'vitest';
import type { Job, Picture, Progress, MemorySavings } from '../../../../src/engine/api';
import { DrobeError, type ErrorCode } from '../../../../src/errors';
import type { KnownAnswers } from '../../../../src/ui/album/stored';
import { runWithRetries, LearntSavings, timeLeft } from '../../../../src/ui/run/run';
import { picture, stopped } from '../fake';

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
function breaking(...runs: readonly (readonly [steps: number, error: unknown, less?: MemorySavings])[]) {
  const started: number[][] = [];
  const tried: (MemorySavings | undefined)[] = [];
  const start = async function* ({ known = [], savings }: Job): AsyncGenerator<Progress, Picture, void> {
    tried.push(savings);
    const [steps, error, less] = runs[started.length] ?? [1, null];
    started.push(known.map(([n]) => n!));
    for (let n = 0; n < steps; n++) yield step(known.length + n);
    if (less) yield { kind: 'short-of-memory', savings: less };
    if (error) throw error as Error;
    return done;
  };
  return { start, started, tried };
}
const lost = new DrobeError('device-lost');
const crashed = new DrobeError('engine-crashed');

const job = { model: 'm', backend: 'auto', width: 64, height: 64 } as Job; // what tells it from others

async function followed(
  start: Parameters<typeof runWithRetries>[2],
  learnt = new LearntSavings(),
  before: KnownAnswers = [],
) {
  const told: Progress[] = [];
  const run = runWithRetries({ ...job, known: before }, learnt, start);
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
  await followed(start, new LearntSavings(), [answer(0), answer(1)]);
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

const alone: MemorySavings = { apart: true, single: false, turns: false, bits: null, tile: null };
const tiled: MemorySavings = { ...alone, tile: 64 };
const full = new DrobeError('out-of-memory');

test('a run that finds too little memory goes on with less, and the next one of its size begins so', async () => {
  const learnt = new LearntSavings();
  const { start, started, tried } = breaking([2, full, alone], [0, full, tiled], [1, null]);
  const { told, value } = await followed(start, learnt);
  expect(value).toBe(done);
  expect(tried).toEqual([undefined, alone, tiled]);
  expect(started).toEqual([[], [0, 1], [0, 1]]);
  expect(told.every(({ kind }) => kind === 'step')).toBe(true);

  const next = breaking();
  await followed(next.start, learnt);
  expect(next.tried).toEqual([tiled]);
  expect(learnt.of({ ...job, width: 128 })).toBeUndefined();
});

test('it fails when nothing is left to do without', async () => {
  const { start, started } = breaking([2, full, alone], [0, full]);
  await expect(followed(start)).rejects.toBe(full);
  expect(started).toHaveLength(2);
});

test('a card that is lost twice in the same place is asked for less memory', async () => {
  const { start, tried } = breaking([2, lost, alone], [0, lost, alone], [0, lost, alone], [1, null]);
  await followed(start);
  expect(tried).toEqual([undefined, undefined, alone, alone]);

  const once = breaking([0, lost, alone], [1, null]);
  await followed(once.start);
  expect(once.tried).toEqual([undefined, undefined]);
});

test('the time left is told from the steps that were made, and not from a sleep between two of them', () => {
  expect([timeLeft([], 9), timeLeft([500], 9)]).toEqual([null, null]);
  expect(timeLeft([500, 600, 800], 10)).toBe(1500);
  expect(timeLeft([500, 600, 30_000_000], 10)).toBe(1000);
  expect(timeLeft([500, 600, 30_000_000, 30_000_200], 10)).toBe(1500);
});
