import { words } from '../../words/language.svelte';

/** Keys in a prompt, as A1111 has them. */
export const weighing = [
  { keys: ['Ctrl+ArrowUp'], words: () => words.keys.moreWeight, more: 1 },
  { keys: ['Ctrl+ArrowDown'], words: () => words.keys.lessWeight, more: -1 },
] as const;

/** Walk through the prompt history, from the last one on. */
export const walking = [
  { keys: ['Alt+ArrowUp'], words: () => words.keys.promptBefore, by: 1 },
  { keys: ['Alt+ArrowDown'], words: () => words.keys.promptAfter, by: -1 },
] as const;

/** Undo and redo of prompts, including what the page inserts. */
export const undoing = { keys: ['Ctrl+Z'] } as const;
export const redoing = { keys: ['Ctrl+Shift+Z', 'Ctrl+Y'] } as const;
