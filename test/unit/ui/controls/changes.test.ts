import { expect, test } from 'vitest';
import { Changes } from '../../../../src/ui/controls/changes.svelte';

test('what is held for taking a change back is let go when that can be done no more, and not before', () => {
  const changes = new Changes();
  const over: number[] = [];
  const undone: number[] = [];
  const add = (n: number) =>
    changes.add({ words: String(n), undo: () => undone.push(n), over: () => over.push(n) });
  for (let n = 1; n <= 20; n++) add(n);
  expect(over).toEqual([]);
  add(21);
  expect([over, changes.all.length]).toEqual([[1], 20]);
  changes.undo();
  expect([over, undone]).toEqual([[1], [21]]);
  changes.forget(changes.all[0]!);
  expect(over).toEqual([1, 2]);
  changes.clear();
  expect([over.length, undone, changes.last]).toEqual([20, [21], null]);
});
