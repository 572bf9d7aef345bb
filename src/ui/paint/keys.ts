/** Keys and gestures where a picture is painted on. */
import type { Command } from '../controls/keys';
import type { Tool } from './board.svelte';
import type { Workplace } from './workplace.svelte';

type PaintCommand = Command<Pick<Workplace, 'board' | 'viewport' | 'undo' | 'redo'>>;

const tool = (key: string, words: string, name: Tool): PaintCommand => ({
  keys: [key],
  words,
  run: ({ board }) => (board.tool = name),
});

/** On the mask canvas: InvokeAI's keys where it has one. */
export const painting: readonly PaintCommand[] = [
  tool('B', 'Brush', 'brush'),
  tool('E', 'Eraser', 'eraser'),
  tool('U', 'Rectangle', 'rectangle'),
  tool('L', 'Lasso', 'lasso'),
  tool('G', 'Fill', 'fill'),
  tool('H', 'Pan', 'pan'),
  { keys: ['['], words: 'Smaller brush', repeats: true, run: ({ board }) => board.resize(-1) },
  { keys: [']'], words: 'Larger brush', repeats: true, run: ({ board }) => board.resize(1) },
  { keys: ['Ctrl+Z'], words: 'Undo', repeats: true, run: (place) => place.undo() },
  { keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], words: 'Redo', repeats: true, run: (place) => place.redo() },
  { keys: ['Shift+V'], words: 'Invert mask', run: ({ board }) => board.invert() },
  { keys: ['Shift+C'], words: 'Clear mask', run: ({ board }) => board.clear() },
  { keys: ['0'], words: 'Show the whole picture', run: ({ viewport }) => viewport.fit() },
  { keys: ['+', '='], words: 'Zoom in', repeats: true, run: ({ viewport }) => viewport.zoom(1.25) },
  { keys: ['-'], words: 'Zoom out', repeats: true, run: ({ viewport }) => viewport.zoom(0.8) },
];

/** What mouse, pen and fingers do there. */
export const gestures: readonly (readonly [how: string, words: string])[] = [
  ['Alt + paint, pen’s eraser', 'Erase, with any tool'],
  ['Space, middle or right button + drag', 'Move the picture'],
  ['Two fingers', 'Move and zoom the picture'],
  ['Wheel, pinch', 'Zoom'],
  ['Alt + wheel', 'Brush size'],
  ['Arrow keys, on the canvas', 'Move the brush; with Shift by one pixel, with Pan the picture'],
  ['Space held, or Enter twice', 'Paint where the arrow keys have led'],
];
