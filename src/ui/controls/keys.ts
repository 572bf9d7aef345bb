/** Keyboard shortcuts: how they are written, and when one is pressed. */

import { lastOf } from '../../checked';

/** A command with its shortcuts, and what it acts on. */
export interface Command<On> {
  /** Shortcuts such as "Ctrl+Z"; the first is the one to show. "Ctrl" is ⌘ on a Mac. */
  readonly keys: readonly string[];
  /** What it is for. */
  readonly words: () => string;
  run(on: On): void;
  /** The shortcuts that also work while somebody types in a field. */
  readonly typing?: readonly string[];
  /** Whether it repeats while the key is held down. */
  readonly repeats?: boolean;
}

type KeyFacts = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing' | 'keyCode'
>;

/** Symbols on a US keyboard that shortcuts use, by the code of their key. */
const symbols: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  BracketRight: ']',
  Minus: '-',
  Equal: '=',
  'Shift+Equal': '+',
  'Shift+Slash': '?',
};

/** Letters that are not Latin: Я, ζ, ש, and Arabic's لا, two on one key; not symbols that all scripts share, such as €. */
const FOREIGN = /^(?=.*[\p{L}\p{M}])[^\p{Script=Latin}\p{Script=Common}]+$/u;

/** What a US keyboard has in this key's place; undefined where no shortcut uses it. */
function inPlace({ code, shiftKey }: KeyFacts): string | undefined {
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? symbols[`${shiftKey ? 'Shift+' : ''}${code}`];
}

/**
 * The name of a key in shortcuts: what it types, so that each Latin layout keeps its letters; if that is a letter of
 * another script, what a US keyboard has in its place. Digits always go by place: some layouts have them behind Shift,
 * others not at all.
 */
function nameOf(event: KeyFacts): string {
  const { key, code, shiftKey } = event;
  const foreign = FOREIGN.test(key) || key === '؟';
  const noDigit = !shiftKey && code.startsWith('Digit') && /^\P{ASCII}$/u.test(key);
  // With Shift, Arabic layouts have braces on C and V.
  const brace = shiftKey && code.startsWith('Key') && /^[{}]$/.test(key);
  return ((foreign || noDigit || brace) && inPlace(event)) || key;
}

/** The key code of a key press that goes to an input method. */
const COMPOSED = 229;

/** Whether an input method is composing a word. Safari reveals the key that ends it only by its old key code. */
export const isComposed = (event: Pick<KeyFacts, 'isComposing' | 'keyCode'>): boolean =>
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else tells it
  event.isComposing || event.keyCode === COMPOSED;

/** Whether this event is the shortcut, such as "Ctrl+Shift+Z"; never while an input method is composing a word. */
export function isKey(event: KeyFacts, key: string): boolean {
  if (isComposed(event)) return false;
  const parts = key === '+' ? ['+'] : key.split('+');
  const name = lastOf(parts);
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier);
  // Which modifiers type "?" or "[" differs between keyboards: Shift, Option, or AltGr, which is Ctrl and Alt.
  const isSymbol = name.length === 1 && !/[a-z0-9]/i.test(name);
  if (!isSymbol && event.altKey !== wants('Alt')) return false;
  const byAlt = event.altKey && isSymbol;
  if (!byAlt && (event.ctrlKey || event.metaKey) !== wants('Ctrl')) return false;
  return (
    nameOf(event).toLowerCase() === name.toLowerCase() && (isSymbol || event.shiftKey === wants('Shift'))
  );
}

/** Whether this key is input for the focused element. */
export function isTyping({ target, key }: Pick<KeyboardEvent, 'target' | 'key'>): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && /^(range|radio)$/.test(target.type))
    return key.startsWith('Arrow');
  if (target instanceof HTMLInputElement) return !/^(checkbox|button|color|file)$/.test(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}

/** Whether Enter is held down where it would repeat a press: on a button, or in a field that submits its form. */
export function isHeld({ key, repeat, target }: Pick<KeyboardEvent, 'key' | 'repeat' | 'target'>): boolean {
  return key === 'Enter' && repeat && !(target instanceof HTMLTextAreaElement);
}
