/** Keys that the page listens to: how they are written down, and when one is meant. */

/** What a key does, to something. */
export interface Command<On> {
  /** As a keyboard has them; the first is the one to show. "Ctrl" is ⌘ on a Mac. */
  readonly keys: readonly string[];
  /** What it is for. */
  readonly words: () => string;
  run(on: On): void;
  /** Those of the keys that count while somebody types, too. */
  readonly typing?: readonly string[];
  /** Whether it is done again and again while the key is held down. */
  readonly repeats?: boolean;
}

type KeyFacts = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing' | 'keyCode'
>;

/** What lies beside the letters and digits of a US keyboard, where a shortcut wants it. */
const symbols: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  BracketRight: ']',
  Minus: '-',
  Equal: '=',
  'Shift+Equal': '+',
  'Shift+Slash': '?',
};

/** Letters that are no Latin ones: Я, ζ, ש, and Arabic's لا, two on one key. What all scripts share, as €, is none of them. */
const FOREIGN = /^(?=.*[\p{L}\p{M}])[^\p{Script=Latin}\p{Script=Common}]+$/u;

/** What a US keyboard has where this key lies; nothing where no shortcut lies there. */
function inPlace({ code, shiftKey }: KeyFacts): string | undefined {
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? symbols[`${shiftKey ? 'Shift+' : ''}${code}`];
}

/**
 * What a key is called in shortcuts: as it types, so that each Latin layout keeps its letters; and where it types a letter
 * of another script, by its place. Digits lie where they lie: some layouts have them behind Shift, others not at all.
 */
function nameOf(event: KeyFacts): string {
  const { key, code, shiftKey } = event;
  const foreign = FOREIGN.test(key) || key === '؟';
  const noDigit = !shiftKey && code.startsWith('Digit') && /^\P{ASCII}$/u.test(key);
  // Behind Shift, Arabic has braces where C and V lie.
  const brace = shiftKey && code.startsWith('Key') && /^[{}]$/.test(key);
  return ((foreign || noDigit || brace) && inPlace(event)) || key;
}

/** What browsers call a key that goes to whatever composes words of several keys. */
const COMPOSED = 229;

/** Whether a word is being composed of several keys. Safari tells of the one that ends it only by the old number of a key. */
export const isComposed = (event: Pick<KeyFacts, 'isComposing' | 'keyCode'>): boolean =>
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else tells it
  event.isComposing || event.keyCode === COMPOSED;

/** Whether this is the key "Ctrl+Shift+Z" or one like it; never while a word is being composed of several keys. */
export function isKey(event: KeyFacts, key: string): boolean {
  if (isComposed(event)) return false;
  const parts = key === '+' ? ['+'] : key.split('+');
  const name = parts.at(-1)!; // a split gives at least one part
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier);
  // With which keys "?" or "[" is typed differs from keyboard to keyboard: with Shift, Option or AltGr, which is Ctrl and Alt.
  const isSymbol = name.length === 1 && !/[a-z0-9]/i.test(name);
  if (!isSymbol && event.altKey !== wants('Alt')) return false;
  const byAlt = event.altKey && isSymbol;
  if (!byAlt && (event.ctrlKey || event.metaKey) !== wants('Ctrl')) return false;
  return (
    nameOf(event).toLowerCase() === name.toLowerCase() && (isSymbol || event.shiftKey === wants('Shift'))
  );
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

/** Whether Enter is held down on what it would press again and again: a button, or a field whose form it sends off. */
export function isHeld({ key, repeat, target }: Pick<KeyboardEvent, 'key' | 'repeat' | 'target'>): boolean {
  return key === 'Enter' && repeat && !(target instanceof HTMLTextAreaElement);
}
