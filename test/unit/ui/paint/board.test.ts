import { expect, test } from 'vitest';
import type { Rect } from '../../../../src/canvas/crop';
import type { MaskBoard, Tool, Touch } from '../../../../src/ui/paint/board.svelte';
import { boardWith } from '../fake';

const at = (x: number, y: number, pressure = 1): Touch => ({ x, y, pressure });

function stroke(
  board: MaskBoard,
  [first, ...rest]: [Touch, ...Touch[]],
  { erase = false, tool = board.tool } = {},
) {
  board.tool = tool;
  board.begin(first, erase);
  for (const touch of rest) board.move([touch]);
  board.end();
}

const value = ({ sheet }: MaskBoard, x: number, y: number) => sheet.alpha[y * sheet.width + x];
const count = ({ sheet }: MaskBoard) => sheet.alpha.filter((a) => a > 0).length;
const history = ({ canUndo, canRedo }: MaskBoard) => ({ canUndo, canRedo });
const rows = [17, 18, 19, 20, 21, 22];

test('the brush paints a line of its own width', () => {
  const board = boardWith();
  stroke(board, [at(10, 20), at(20, 20), at(30, 20)]);
  expect(rows.map((y) => value(board, 25, y))).toEqual([0, 255, 255, 255, 255, 0]);
  expect(board.bounds).toEqual({ x: 8, y: 18, width: 24, height: 4 });
});

test('the brush is as thick as it is pressed, but never less than a pixel', () => {
  const board = boardWith();
  stroke(board, [at(10, 20, 0.5), at(30, 20, 0.5)]);
  expect(rows.map((y) => value(board, 20, y))).toEqual([0, 0, 255, 255, 0, 0]);
  stroke(board, [at(50.5, 30.5, 0.01)]);
  expect(value(board, 50, 30)).toBe(255);
});

test('one stroke covers a pixel once, by its opacity; the next one adds to it', () => {
  const board = boardWith();
  board.brush.current.opacity = 50;
  stroke(board, [at(10, 20), at(30, 20), at(10, 20)]);
  expect(value(board, 20, 20)).toBe(128);
  stroke(board, [at(10, 20), at(30, 20)]);
  expect(value(board, 20, 20)).toBe(192);
});

test('a soft brush is full in its middle and fades to its edge', () => {
  const board = boardWith();
  Object.assign(board, { size: 20 });
  board.brush.current.softness = 100;
  stroke(board, [at(30.5, 20.5)]);
  const across = [30, 33, 36, 39].map((x) => value(board, x, 20) ?? 0);
  expect(across[0]).toBe(255);
  expect(across).toEqual(across.toSorted((a, b) => b - a));
  expect(new Set(across).size).toBe(4);
});

test('the rectangle paints what lies between its corners, in whichever direction it is drawn', () => {
  const board = boardWith();
  stroke(board, [at(30, 25), at(1, 1), at(10, 5)], { tool: 'rectangle' });
  expect(board.bounds).toEqual({ x: 10, y: 5, width: 20, height: 20 });
  expect(count(board)).toBe(400);
});

test('the lasso paints what its line goes around', () => {
  const board = boardWith();
  stroke(board, [at(10, 10), at(30, 10), at(10, 30)], { tool: 'lasso' });
  expect([value(board, 12, 12), value(board, 19, 19), value(board, 28, 28)]).toEqual([255, 255, 0]);
});

test('the bucket paints up to the next painted line, or erases what hangs together', () => {
  const board = boardWith();
  stroke(board, [at(20, 0), at(22, 40)], { tool: 'rectangle' });
  stroke(board, [at(5, 5)], { tool: 'fill' });
  expect([value(board, 0, 39), value(board, 21, 0), value(board, 22, 0)]).toEqual([255, 255, 0]);
  stroke(board, [at(21, 5)], { tool: 'fill', erase: true });
  expect(board.bounds).toBeNull();
});

test('a fill with which two fingers began is none, and nothing to be undone', () => {
  const board = boardWith();
  board.tool = 'fill';
  board.begin(at(5, 5), false);
  expect(count(board)).toBeGreaterThan(0);
  board.cancel();
  expect(count(board)).toBe(0);
  expect(history(board)).toEqual({ canUndo: false, canRedo: false });
});

test('pan paints nothing', () => {
  const board = boardWith();
  stroke(board, [at(10, 10), at(30, 30)], { tool: 'pan' });
  expect([count(board), board.canUndo]).toEqual([0, false]);
});

test.each<[tool: Tool, erase: boolean]>([
  ['eraser', false],
  ['brush', true],
  ['rectangle', true],
  ['lasso', true],
])('on a full mask the %s erases (asked to: %s), and leaves the rest', (tool, erase) => {
  const board = boardWith();
  board.invert();
  stroke(board, [at(10, 10), at(30, 10), at(30, 30)], { tool, erase });
  expect([value(board, 29, 11), value(board, 50, 35)]).toEqual([0, 255]);
});

test('while a rectangle or lasso is drawn its outline shows, and the mask waits', () => {
  const board = boardWith();
  board.tool = 'rectangle';
  board.begin(at(1, 1), false);
  board.move([at(5, 5), at(9, 7)]);
  expect(board.outline).toEqual({ kind: 'rectangle', points: [at(1, 1), at(9, 7)] });
  board.tool = 'lasso';
  board.begin(at(1, 1), false);
  board.move([at(5, 5), at(9, 7)]);
  expect(board.outline).toEqual({ kind: 'lasso', points: [at(1, 1), at(5, 5), at(9, 7)] });
  expect(count(board)).toBe(0);
  board.end();
  expect(board.outline).toBeNull();
});

test.each<Tool>(['brush', 'eraser', 'rectangle', 'lasso'])(
  'a cancelled stroke of the %s leaves nothing, and no step to undo',
  (tool) => {
    const board = boardWith();
    board.tool = tool;
    const erases = tool === 'eraser';
    if (erases) board.sheet.alpha.fill(200);
    board.begin(at(10, 10), false);
    board.move([at(30, 10), at(30, 30)]);
    board.cancel();
    board.move([at(40, 30)]);
    board.end();
    expect(board.sheet.alpha.every((a) => a === (erases ? 200 : 0))).toBe(true);
    expect([board.canUndo, board.outline]).toEqual([false, null]);
  },
);

test('strokes are undone and done again one by one, and the bounds follow', () => {
  const board = boardWith();
  expect(history(board)).toEqual({ canUndo: false, canRedo: false });
  stroke(board, [at(5, 5), at(10, 10)], { tool: 'rectangle' });
  stroke(board, [at(20, 5), at(30, 10)]);
  expect(board.bounds).toEqual({ x: 5, y: 5, width: 25, height: 5 });
  board.undo();
  expect(board.bounds).toEqual({ x: 5, y: 5, width: 5, height: 5 });
  expect(history(board)).toEqual({ canUndo: true, canRedo: true });
  board.undo();
  expect(board.bounds).toBeNull();
  expect(history(board)).toEqual({ canUndo: false, canRedo: true });
  board.redo();
  stroke(board, [at(40, 5), at(45, 10)]);
  expect(board.bounds).toEqual({ x: 5, y: 5, width: 40, height: 5 });
  expect(history(board)).toEqual({ canUndo: true, canRedo: false });
});

test('inverting and clearing can be undone; what changes nothing is no step', () => {
  const board = boardWith();
  board.clear();
  stroke(board, [at(5, 5), at(5, 5)], { tool: 'rectangle' });
  expect(board.canUndo).toBe(false);
  stroke(board, [at(0, 0), at(30, 40)], { tool: 'rectangle' });
  board.invert();
  expect(board.bounds).toEqual({ x: 30, y: 0, width: 30, height: 40 });
  board.clear();
  expect(board.bounds).toBeNull();
  board.undo();
  board.undo();
  expect(board.bounds).toEqual({ x: 0, y: 0, width: 30, height: 40 });
});

test('another picture has an empty mask with no history; only another size brings a brush of its own', () => {
  const board = boardWith();
  board.invert();
  board.undo();
  board.redo();
  board.tool = 'lasso';
  board.begin(at(1, 1), false);
  board.open({ width: 60, height: 40 });
  expect(board.size).toBe(4);
  expect([count(board), board.bounds, board.outline]).toEqual([0, null, null]);
  expect(history(board)).toEqual({ canUndo: false, canRedo: false });
  board.open({ width: 240, height: 1200 });
  expect([board.size, board.sizes.max]).toEqual([100, 600]);
  board.open({ width: 8, height: 8 });
  expect([board.size, board.sizes.max]).toEqual([2, 100]);
  expect(board.sheet).toMatchObject({ width: 8, height: 8 });
});

test('whoever watches is told where the mask changed, until they stop', () => {
  const board = boardWith();
  const [told, alsoTold]: [Rect[], Rect[]] = [[], []];
  const stop = board.watch((changed) => told.push(changed));
  board.watch((changed) => alsoTold.push(changed));
  stroke(board, [at(10, 5), at(30, 25)], { tool: 'rectangle' });
  expect(told).toEqual([{ x: 10, y: 5, width: 20, height: 20 }]);
  stroke(board, [at(50, 30)], { tool: 'brush' });
  expect(told[1]).toEqual({ x: 47, y: 27, width: 6, height: 6 });
  board.undo();
  board.clear();
  expect(told.slice(2)).toEqual([2, 3].map(() => ({ x: 0, y: 0, width: 60, height: 40 })));
  stop();
  board.invert();
  expect([told.length, alsoTold.length]).toEqual([4, 5]);
});

test('a mask begins with what is masked already, which is nothing to be undone', () => {
  const board = boardWith();
  board.open({ width: 3, height: 2 }, Uint8Array.of(0, 255, 0, 0, 9, 0));
  expect(board.bounds).toEqual({ x: 1, y: 0, width: 1, height: 2 });
  expect(board.canUndo).toBe(false);
  board.clear();
  board.undo();
  expect([...board.copy().alpha]).toEqual([0, 255, 0, 0, 9, 0]);
});
