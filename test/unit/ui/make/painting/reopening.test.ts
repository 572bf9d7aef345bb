import { expect, test } from 'vitest';
import type { Sheet } from '../../../../../src/canvas/sheet';
import { Changes } from '../../../../../src/ui/controls/changes.svelte';
import { reopenByUndo } from '../../../../../src/ui/make/painting/reopening';
import { MaskBoard } from '../../../../../src/ui/paint/board.svelte';

function window() {
  const board = new MaskBoard(null, () => Promise.reject(new Error('no file')));
  board.open({ width: 30, height: 20 });
  const changes = new Changes();
  const again: Sheet[] = [];
  return {
    board,
    changes,
    again,
    close: () => reopenByUndo(board, changes, 'left', (sheet) => again.push(sheet)),
  };
}

test('what was painted in a window that is closed comes back, with all that can be undone', () => {
  const { board, changes, again, close } = window();
  board.begin({ x: 10, y: 10, pressure: 1 }, false);
  board.end();
  close();
  expect(changes.last?.words).toBe('left');
  changes.undo();
  expect(again).toEqual([board.sheet]);
  const reopened = window().board;
  reopened.restore(again[0]!);
  expect([reopened.bounds, reopened.canUndo]).toEqual([board.bounds, true]);
});

test('where all was undone, that can be redone', () => {
  const { board, changes, close } = window();
  board.begin({ x: 10, y: 10, pressure: 1 }, false);
  board.end();
  board.undo();
  close();
  expect(changes.all).toHaveLength(1);
});

test('nothing is said where nothing was painted', () => {
  const { changes, close } = window();
  close();
  expect(changes.all).toEqual([]);
});
