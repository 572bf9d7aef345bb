import { expect, it } from 'vitest';
import type { Progress } from '../../../src/engine/api';
import { Preparing } from '../../../src/engine/preparing';

const never = new AbortController().signal;
const nothing = (): void => undefined;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A task that ends when it is told to, and then says whether it was stopped. */
function task() {
  let resolve = nothing;
  const promise = new Promise<void>((done) => (resolve = done));
  const log: string[] = [];
  const work = async (signal: AbortSignal, report: (progress: Progress) => void): Promise<void> => {
    log.push('begun');
    await promise;
    report({ kind: 'compiling', net: 'UNet' });
    log.push(signal.aborted ? 'stopped' : 'done');
    signal.throwIfAborted();
  };
  return { work, log, resolve: () => resolve() };
}

it('what is asked for waits until the task has stopped, and is told what it still does', async () => {
  const preparing = new Preparing();
  const one = task();
  const begun = preparing.begin(never, nothing, one.work);
  await turn();
  const told: Progress[] = [];
  const ended = preparing.end((progress) => told.push(progress)).then(() => one.log.push('over'));
  one.resolve();
  await Promise.all([begun, ended]);
  expect(one.log.toSorted()).toEqual(['begun', 'over', 'stopped']);
  expect(one.log.at(-1)).toBe('over');
  expect(told).toEqual([{ kind: 'compiling', net: 'UNet' }]);
});

it('a task begins when the one before has ended; one that was overtaken meanwhile never does', async () => {
  const preparing = new Preparing();
  const [one, two, three] = [task(), task(), task()];
  const first = preparing.begin(never, nothing, one.work);
  await turn();
  const others = [two, three].map(({ work }) => preparing.begin(never, nothing, work));
  await turn();
  expect([one.log, two.log, three.log]).toEqual([['begun'], [], []]);
  for (const { resolve } of [three, one]) resolve();
  await Promise.all([first, ...others]);
  expect([one.log, two.log, three.log]).toEqual([['begun', 'stopped'], [], ['begun', 'done']]);
});

it('what goes wrong in it is told to who sent it, and hinders nobody else', async () => {
  const preparing = new Preparing();
  const failed = preparing.begin(never, nothing, () => Promise.reject(new Error('broken')));
  await expect(failed).rejects.toThrow('broken');
  await preparing.end(nothing);
});

it('what waits for its end and is waited for by it comes first: neither waits for ever', async () => {
  const preparing = new Preparing();
  const one = task();
  let start = nothing;
  const before = new Promise<void>((done) => (start = done));
  const other = before.then(() => preparing.end(nothing));
  const begun = preparing.begin(never, nothing, one.work, other);
  start();
  await Promise.all([other, begun]);
  expect(one.log).toEqual([]);
});
