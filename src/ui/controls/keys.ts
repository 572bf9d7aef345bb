/** Keys that the page listens to: how they are written down, and when one is meant. */

/** What a key does, to something. */
export interface Command<On> {
  /** As a keyboard has them; the first is the one to show. "Ctrl" is ⌘ on a Mac. */
  readonly keys: readonly string[];
  readonly words: string;
  run(on: On): void;
  /** Those of the keys that count while somebody types, too. */
  readonly typing?: readonly string[];
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
