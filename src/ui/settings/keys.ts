/** Keys in a prompt, as A1111 has them. */
export const weighing = [
  { keys: ['Ctrl+ArrowUp'], words: 'More weight to what is selected', more: 1 },
  { keys: ['Ctrl+ArrowDown'], words: 'Less weight to what is selected', more: -1 },
] as const;

/** Through the prompts that were drawn, from the last one on. */
export const walking = [
  { keys: ['Alt+ArrowUp'], words: 'The prompt drawn before', by: 1 },
  { keys: ['Alt+ArrowDown'], words: 'The next one, and what you were writing', by: -1 },
] as const;

/** Of text that is typed, and of what the page puts there. */
export const undoing = { keys: ['Ctrl+Z'] } as const;
export const redoing = { keys: ['Ctrl+Shift+Z', 'Ctrl+Y'] } as const;
