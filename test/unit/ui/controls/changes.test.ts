import { expect, test } from 'vitest';
import { Changes } from '../../../../src/ui/controls/changes.svelte';

test('what is held for taking a change back is let go when that can be done no more, and not before', () => {
  const changes = new Changes();
  const released: number[] = [];
  const undone: number[] = [];
  const add = (n: number) =>
    changes.add({ words: String(n), undo: () => undone.push(n), release: () => released.push(n) });
  for (let n = 1; n <= 20; n++) add(n);
  expect(released).toEqual([]);
  add(21);
  expect([released, changes.all.length]).toEqual([[1], 20]);
  changes.undo();
  expect([released, undone]).toEqual([[1], [21]]);
  changes.forget(changes.all[0]!);
  expect(released).toEqual([1, 2]);
  changes.clear();
  expect([released.length, undone, changes.last]).toEqual([20, [21], null]);
});

test('what was done before somebody went on fades; what is done after it does not', () => {
  const changes = new Changes();
  const add = (words: string) => changes.add({ words, undo: () => undefined });
  changes.goOn();
  expect(changes.fading).toBe(false);
  add('first');
  expect(changes.fading).toBe(false);
  changes.goOn();
  expect([changes.news?.words, changes.fading]).toEqual(['first', true]);
  add('second');
  expect([changes.news?.words, changes.fading]).toEqual(['second', false]);
});

test('what was told once is not told again, wherever it is shown; what is done after it is', () => {
  const changes = new Changes();
  const change = (words: string) => ({ words, undo: () => undefined });
  changes.add(change('first'));
  changes.add(change('second'));
  expect(changes.news?.words).toBe('second');
  changes.dismiss();
  expect([changes.news, changes.last?.words]).toEqual([null, 'second']);
  changes.add(change('third'));
  expect(changes.news?.words).toBe('third');
  // Nor is what lies below, once that was taken back.
  changes.undo();
  expect([changes.news, changes.last?.words]).toEqual([null, 'second']);
});
