/** A text, and the part of it that came back, which gets selected. */
export interface TextState {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Letters typed within so many milliseconds of each other are undone together. */
const PAUSE = 1000;

const MOST_STATES = 200;
const MOST_LETTERS = 4e6;

/**
 * The undo history of a text. A browser's own undo only knows what was typed: if the page itself changes the text in
 * between, it produces a mixture of both.
 */
export class TextHistory {
  #now: string;
  #past: string[] = [];
  #future: string[] = [];
  /** How and when the text was changed last. */
  #last: { readonly kind: string | null; readonly at: number } | null = null;

  constructor(text: string) {
    this.#now = text;
  }

  /**
   * Notes the current text.
   * @param kind InputEvent's inputType; null where nobody typed.
   * @param at milliseconds.
   */
  note(text: string, kind: string | null, at: number): void {
    if (text === this.#now) return;
    const goesOn = this.#last !== null && this.#last.kind === kind && at - this.#last.at < PAUSE;
    if (!goesOn || !isOneMove(this.#now, text, kind)) this.#past.push(this.#now);
    this.#now = text;
    this.#future = [];
    this.#last = { kind, at };
    let letters = this.#past.reduce((sum, { length }) => sum + length, 0);
    while (this.#past.length > MOST_STATES || (letters > MOST_LETTERS && this.#past.length > 1)) {
      letters -= this.#past.shift()!.length; // there are some
    }
  }

  /** The previous text; null where there is none. */
  undo(): TextState | null {
    return this.#move(this.#past, this.#future);
  }

  /** The text that was undone; null where there is none. */
  redo(): TextState | null {
    return this.#move(this.#future, this.#past);
  }

  #move(from: string[], to: string[]): TextState | null {
    const text = from.pop();
    if (text === undefined) return null;
    to.push(this.#now);
    const { from: start, after } = difference(this.#now, text);
    this.#now = text;
    this.#last = null;
    return { text, start, end: text.length - after };
  }
}

/** Whether this change belongs to the previous one: a letter of the same word, a step of a slider, a composed character. */
function isOneMove(before: string, now: string, kind: string | null): boolean {
  if (kind === null || kind === 'insertCompositionText') return true;
  const { from, after } = difference(before, now);
  const [removed, added] = [before.length - from - after, now.length - from - after];
  if (removed + added !== 1) return false;
  return added === 0 || !/\s/.test(before.charAt(from - 1)) || /\s/.test(now.charAt(from));
}

/** How many letters two texts have in common at the beginning, `from`, and then at the end, `after`. */
function difference(a: string, b: string): { from: number; after: number } {
  const shorter = Math.min(a.length, b.length);
  let from = 0;
  while (from < shorter && a[from] === b[from]) from++;
  let after = 0;
  while (after < shorter - from && a[a.length - 1 - after] === b[b.length - 1 - after]) after++;
  return { from, after };
}
