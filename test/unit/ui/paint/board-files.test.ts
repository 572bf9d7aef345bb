import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import type { Rect } from '../../../../src/canvas/crop';
import type { MaskBoard } from '../../../../src/ui/paint/board.svelte';
import { boardWith, gate, pictures } from '../fake';

/** Every value that is on the mask. */
const greys = ({ sheet }: MaskBoard) => [...new Set(sheet.alpha)];

test('a notch always changes the brush, as far as there are sizes', () => {
  const board = boardWith();
  const sizes = [...Array<number>(60).fill(-1), ...Array<number>(60).fill(1)].map((notch) => {
    const before = board.size;
    board.resize(notch);
    const stood = board.size === before && board.size !== (notch < 0 ? board.sizes.min : board.sizes.max);
    return { size: board.size, stood };
  });
  expect(sizes.filter(({ size, stood }) => stood || size < 1 || size > 100)).toEqual([]);
  expect([sizes[59]?.size, sizes[119]?.size]).toEqual([1, 100]);
});

test('no notch leaves the brush as it is', () => {
  const board = boardWith();
  board.resize(0);
  expect(board.size).toBe(4);
});

const file = (content: string, name = 'mask.png') => new File([content], name);

test('a file takes the place of the mask, in one step that can be undone', async () => {
  const board = boardWith();
  board.invert();
  await board.import(file('77'));
  expect(greys(board)).toEqual([77]);
  expect(board.bounds).toEqual({ x: 0, y: 0, width: 60, height: 40 });
  board.undo();
  expect(greys(board)).toEqual([255]);
});

test('a file that cannot be read is told with its name, and the mask stays', async () => {
  const board = boardWith();
  board.invert();
  await board.import(file('nonsense', 'bad.png'));
  expect(board.failure).toMatchObject({ file: 'bad.png', error: { code: 'image-unreadable' } });
  expect(greys(board)).toEqual([255]);
  await board.import(file('0'));
  expect(board.failure).toBeNull();
});

/** A mask that is read only once it is allowed to. */
function slowly() {
  const { opened, open } = gate();
  const board = boardWith(async (chosen, size) => {
    if (chosen.name === 'slow.png') await opened;
    return pictures.readMask(chosen, size);
  });
  return { board, open };
}

test.each(['255', 'nonsense'])('a file (%s) for a picture that is gone is ignored', async (content) => {
  const { board, open } = slowly();
  const late = board.import(file(content, 'slow.png'));
  board.open({ width: 60, height: 40 });
  const told: Rect[] = [];
  board.watch((changed) => told.push(changed));
  open();
  await late;
  const { canUndo, failure } = board;
  expect({ greys: greys(board), told, canUndo, failure }).toEqual({
    greys: [0],
    told: [],
    canUndo: false,
    failure: null,
  });
});

test('of two files chosen in haste the later one counts, however long the first takes', async () => {
  const { board, open } = slowly();
  const late = board.import(file('100', 'slow.png'));
  await board.import(file('200', 'quick.png'));
  open();
  await late;
  expect(greys(board)).toEqual([200]);
});

test('the mask can be saved as a PNG of the picture’s size, in grey', async () => {
  const board = boardWith();
  Object.assign(board, { tool: 'brush', size: 20 });
  board.brush.current.softness = 100;
  board.begin({ x: 30, y: 20, pressure: 1 }, false);
  board.end();
  expect(greys(board).length).toBeGreaterThan(10);
  const blob = await board.export();
  const { width, height, data } = PNG.sync.read(Buffer.from(await blob.arrayBuffer()));
  expect([blob.type, width, height]).toEqual(['image/png', 60, 40]);
  expect([...data]).toEqual([...board.sheet.alpha].flatMap((a) => [a, a, a, 255]));
});

test('the brush outlasts a reload, and what cannot be of it falls back', () => {
  const items: Record<string, string> = {};
  const board = boardWith(undefined, items);
  Object.assign(board.brush.current, { softness: 30, opacity: 1, overlay: '#1F8fff' });
  board.brush.save();
  const stored = () => boardWith(undefined, items).brush.current;
  expect(stored()).toEqual({ softness: 30, opacity: 1, overlay: '#1F8fff' });

  const [key = ''] = Object.keys(items);
  for (const [softness, opacity, overlay] of [
    [-1, 0, 'red'],
    [101, 101, '#12345'],
    ['30', null, 7],
  ]) {
    items[key] = JSON.stringify({ softness, opacity, overlay });
    expect(stored()).toEqual({ softness: 0, opacity: 100, overlay: '#e0303a' });
  }
});
