/** Every key the page listens to: one table, which both acts and is shown. */
import type { Tool } from '../paint/board.svelte';
import type { Studio } from './studio.svelte';

export interface Command {
  /** As a keyboard has them; the first is the one to show. "Ctrl" is ⌘ on a Mac. */
  readonly keys: readonly string[];
  readonly words: string;
  run(studio: Studio): void;
  /** Those of the keys that count while somebody types, too. */
  readonly typing?: readonly string[];
}

const tool = (key: string, words: string, name: Tool): Command => ({
  keys: [key],
  words,
  run: ({ board }) => (board.tool = name),
});

export const general: readonly Command[] = [
  {
    keys: ['Ctrl+Enter'],
    words: 'Generate',
    run: (studio) => void studio.generate(),
    typing: ['Ctrl+Enter'],
  },
  {
    keys: ['Escape', 'Shift+X'],
    words: 'Cancel',
    run: (studio) => {
      studio.board.cancel(); // a stroke that is being painted
      studio.cancel();
    },
    typing: ['Escape'],
  },
];

/** Where pictures are made from one: to go through what was made of it. */
export const staging: readonly Command[] = [
  { keys: ['ArrowLeft'], words: 'Previous candidate', run: (studio) => studio.leaf(-1) },
  { keys: ['ArrowRight'], words: 'Next candidate', run: (studio) => studio.leaf(1) },
];

/** On the mask canvas: InvokeAI's keys where it has one. */
export const painting: readonly Command[] = [
  tool('B', 'Brush', 'brush'),
  tool('E', 'Eraser', 'eraser'),
  tool('U', 'Rectangle', 'rectangle'),
  tool('L', 'Lasso', 'lasso'),
  tool('G', 'Fill', 'fill'),
  tool('H', 'Pan', 'pan'),
  { keys: ['['], words: 'Smaller brush', run: ({ board }) => board.resize(-1) },
  { keys: [']'], words: 'Larger brush', run: ({ board }) => board.resize(1) },
  { keys: ['Ctrl+Z'], words: 'Undo', run: ({ board }) => board.undo() },
  { keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], words: 'Redo', run: ({ board }) => board.redo() },
  { keys: ['Shift+V'], words: 'Invert mask', run: ({ board }) => board.invert() },
  { keys: ['Shift+C'], words: 'Clear mask', run: ({ board }) => board.clear() },
  { keys: ['Ctrl+0'], words: 'Show the whole picture', run: ({ viewport }) => viewport.fit() },
  { keys: ['+', '='], words: 'Zoom in', run: ({ viewport }) => viewport.zoom(1.25) },
  { keys: ['-'], words: 'Zoom out', run: ({ viewport }) => viewport.zoom(0.8) },
];

/** What mouse, pen and fingers do there. */
export const gestures: readonly (readonly [how: string, words: string])[] = [
  ['Alt + paint, pen’s eraser', 'Erase, with any tool'],
  ['Space, middle or right button + drag', 'Move the picture'],
  ['Two fingers', 'Move and zoom the picture'],
  ['Wheel, pinch', 'Zoom'],
  ['Alt + wheel', 'Brush size'],
  ['Arrow keys, on the canvas', 'Move the picture'],
];

/** The commands that apply as things stand. */
export function commandsNow(studio: Studio): readonly Command[] {
  if (studio.mode === 'text' || studio.run.kind === 'running') return general;
  if (studio.shown) return [...general, ...staging];
  return studio.mode === 'inpaint' && studio.source.current ? [...general, ...painting] : general;
}

type KeyFacts = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** Whether this is the key "Ctrl+Shift+Z" or one like it. */
export function isKey(event: KeyFacts, key: string): boolean {
  const parts = key === '+' ? ['+'] : key.split('+');
  const name = parts.at(-1)!; // a split gives at least one part
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier);
  // With which keys "?" or "[" is typed differs from keyboard to keyboard: with Shift, Option or AltGr, which is Ctrl and Alt.
  const isSymbol = name.length === 1 && !/[a-z0-9]/i.test(name);
  if (event.altKey && !isSymbol) return false;
  if (!event.altKey && (event.ctrlKey || event.metaKey) !== wants('Ctrl')) return false;
  return event.key.toLowerCase() === name.toLowerCase() && (isSymbol || event.shiftKey === wants('Shift'));
}

/** Whether this key goes into what has the focus. */
export function isTyping({ target, key }: Pick<KeyboardEvent, 'target' | 'key'>): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && /^(range|radio)$/.test(target.type))
    return key.startsWith('Arrow');
  if (target instanceof HTMLInputElement) return !/^(checkbox|button|color|file)$/.test(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}
