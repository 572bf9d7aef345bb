import { expect, test } from 'vitest';
import type { MaskBoard } from '../../../../src/ui/paint/board.svelte';
import { KeyBrush } from '../../../../src/ui/paint/key-brush.svelte';
import { Viewport } from '../../../../src/ui/paint/viewport.svelte';
import { boardWith } from '../fake';

/** A brush of 4 on a picture of 60 × 40, all of which is seen, ten times as large. */
function atWork() {
  const board = boardWith();
  const viewport = new Viewport();
  viewport.box = { width: 600, height: 400 };
  viewport.open(board.sheet);
  return { board, viewport, brush: new KeyBrush(board, viewport) };
}

const press = (brush: KeyBrush, ...keys: readonly string[]) =>
  keys.map((key) => brush.press({ key, shiftKey: false, repeat: false }));
const isMasked = ({ sheet }: MaskBoard, x: number, y: number) => sheet.alpha[y * sheet.width + x] === 255;
const edits = ({ board }: { board: MaskBoard }) => board.sheet.edits;

test('arrow keys begin in the middle and move by half a brush, with Shift by a pixel, and stay on the picture', () => {
  const { brush } = atWork();
  press(brush, 'ArrowRight', 'ArrowUp');
  expect([brush.at, brush.said]).toEqual([{ x: 32.5, y: 18.5 }, 'Brush at 32, 18']);
  brush.press({ key: 'ArrowLeft', shiftKey: true, repeat: false });
  expect(brush.at).toEqual({ x: 31.5, y: 18.5 });
  for (let i = 0; i < 50; i++) press(brush, 'ArrowDown');
  expect(brush.at).toEqual({ x: 31.5, y: 39.5 });
});

test('Space paints while it is held: a dot, or a line', () => {
  const { board, brush } = atWork();
  brush.show();
  press(brush, ' ');
  brush.press({ key: ' ', shiftKey: false, repeat: true });
  brush.release(' ');
  expect([isMasked(board, 30, 20), isMasked(board, 40, 20), board.canUndo]).toEqual([true, false, true]);
  expect(brush.said).toBe('Less than 1 % of the picture is masked');
  press(brush, ' ', ...Array<string>(6).fill('ArrowRight'));
  expect(brush.said).toBe('Brush at 42, 20, painting');
  brush.release(' ');
  press(brush, 'ArrowRight', 'ArrowRight');
  expect([isMasked(board, 36, 20), isMasked(board, 42, 20), isMasked(board, 46, 20)]).toEqual([
    true,
    true,
    false,
  ]);
  board.undo();
  expect([isMasked(board, 36, 20), isMasked(board, 30, 20)]).toEqual([false, true]);
});

test('one Enter begins and the next one ends; a rectangle lies between', () => {
  const { board, brush } = atWork();
  board.tool = 'rectangle';
  press(brush, 'Enter', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown');
  expect(board.outline?.kind).toBe('rectangle');
  press(brush, ' ');
  brush.release(' ');
  expect(board.bounds).toBeNull();
  press(brush, 'Enter');
  expect(board.bounds).toMatchObject({ x: 31, y: 21, width: 4, height: 4 });
});

test('Enter fills at once', () => {
  const work = atWork();
  work.board.tool = 'fill';
  press(work.brush, 'ArrowRight', 'Enter');
  expect(edits(work)).toBe(1);
});

test('who leaves, or takes the mouse, ends the stroke; who cancels has painted nothing', () => {
  const work = atWork();
  const { board, brush } = work;
  press(brush, 'Enter', 'ArrowRight');
  brush.hide();
  expect([edits(work), brush.at]).toEqual([1, null]);
  press(brush, 'Enter', 'ArrowRight', 'Escape');
  board.cancel();
  brush.leave();
  expect(edits(work)).toBe(1);
});

test('other keys are not its own, nor is any with Pan, nor Space while a pointer is used', () => {
  const { board, brush } = atWork();
  expect(press(brush, 'b', ' ', 'Escape')).toEqual([false, false, false]);
  board.tool = 'pan';
  expect(press(brush, 'ArrowLeft', 'Enter')).toEqual([false, false]);
  expect(brush.at).toBeNull();
});

test('the picture follows, so that the place stays in sight', () => {
  const { viewport, brush } = atWork();
  viewport.zoom(4);
  for (let i = 0; i < 20; i++) press(brush, 'ArrowRight');
  const { x } = viewport.toScreen(brush.at!);
  expect(x).toBeGreaterThan(0);
  expect(x).toBeLessThan(600);
});

test('undo in the middle of a stroke takes back that stroke alone, and the keys paint no more', () => {
  const { board, brush } = atWork();
  press(brush, 'Enter', 'Enter', 'ArrowRight', 'ArrowRight', 'Enter', 'ArrowDown');
  board.undo();
  press(brush, 'ArrowDown', 'ArrowDown');
  expect([isMasked(board, 30, 20), isMasked(board, 34, 22), board.isPainting]).toEqual([true, false, false]);
  expect(brush.said).toBe('Brush at 34, 26');
  press(brush, 'Enter', 'Enter');
  expect([isMasked(board, 34, 26), board.isPainting]).toEqual([true, false]);
});

test('Escape in the middle of a stroke says what is masked without it; another tool ends the stroke', () => {
  const { board, brush } = atWork();
  press(brush, 'Enter', 'ArrowRight', 'Escape');
  expect([brush.said, board.isPainting, board.canUndo]).toEqual(['Nothing is masked', false, false]);
  press(brush, 'Enter', 'ArrowRight');
  board.tool = 'eraser';
  press(brush, 'ArrowRight', 'ArrowRight');
  expect([board.isPainting, board.canUndo, brush.said]).toEqual([false, true, 'Eraser at 38, 20']);
});

test('it comes back to where it was, unless that is out of sight', () => {
  const { brush, viewport } = atWork();
  press(brush, 'ArrowLeft', 'ArrowLeft');
  const before = brush.at;
  brush.hide();
  brush.show();
  expect(brush.at).toEqual(before);
  brush.hide();
  viewport.pan(-400, 0);
  brush.show();
  expect(brush.at).not.toEqual(before);
});

test('edits that are no strokes are read out once keys are used', () => {
  const { board, brush } = atWork();
  board.invert();
  brush.tell(board.bounds);
  expect(brush.said).toBe('');
  brush.show();
  brush.tell(board.bounds);
  expect(brush.said).toBe('100 % of the picture is masked');
  board.undo();
  brush.tell(board.bounds);
  expect(brush.said).toBe('Nothing is masked');
});
