/** Keys and gestures where a picture is painted on. */
import type { Command } from '../controls/keys';
import type { Tool } from './board.svelte';
import type { Workplace } from './workplace.svelte';
import { words } from '../words/language.svelte';

type PaintCommand = Command<Pick<Workplace, 'board' | 'viewport' | 'undoLatest' | 'redo'>>;

const tool = (key: string, name: Tool): PaintCommand => ({
  keys: [key],
  words: () => words.painting.tools[name],
  run: ({ board }) => (board.tool = name),
});

/** On the mask canvas: InvokeAI's keys where it has one. */
export const painting: readonly PaintCommand[] = [
  tool('B', 'brush'),
  tool('E', 'eraser'),
  tool('U', 'rectangle'),
  tool('L', 'lasso'),
  tool('G', 'fill'),
  tool('H', 'pan'),
  {
    keys: ['['],
    words: () => words.painting.smallerBrush,
    repeats: true,
    run: ({ board }) => board.resize(-1),
  },
  {
    keys: [']'],
    words: () => words.painting.largerBrush,
    repeats: true,
    run: ({ board }) => board.resize(1),
  },
  {
    keys: ['Ctrl+Z'],
    words: () => words.controls.undo,
    repeats: true,
    run: (place) => place.undoLatest(),
  },
  {
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    words: () => words.controls.redo,
    repeats: true,
    run: (place) => place.redo(),
  },
  { keys: ['Shift+V'], words: () => words.painting.invertMask, run: ({ board }) => board.invert() },
  { keys: ['Shift+C'], words: () => words.painting.clearMask, run: ({ board }) => board.clear() },
  { keys: ['0'], words: () => words.painting.showAll, run: ({ viewport }) => viewport.fit() },
  {
    keys: ['+', '='],
    words: () => words.painting.zoomIn,
    repeats: true,
    run: ({ viewport }) => viewport.zoom(1.25),
  },
  {
    keys: ['-'],
    words: () => words.painting.zoomOut,
    repeats: true,
    run: ({ viewport }) => viewport.zoom(0.8),
  },
];
