import { DrobeError } from '../errors';

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
// serde_json, which the reference library parses headers with, refuses deeper nesting.
const MAX_DEPTH = 128;

/**
 * A strict pull reader for the JSON of a safetensors header. JSON.parse will not do: it keeps the last of two equal keys,
 * takes 4.0 for 4, rounds integers above 2^53 and lets lone surrogates through. Here the caller says what must come
 * next, so nothing is built that the header does not need.
 */
export class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The keys of an object, one by one. The caller reads each key's value before it asks for the next key. */
  *keys(): Generator<string, void, void> {
    this.#expect('{');
    if (this.#take('}')) return;
    const seen = new Set<string>();
    do {
      const key = this.string();
      if (seen.has(key)) throw this.#error(`the key "${key.slice(0, 100)}" twice`);
      seen.add(key);
      this.#expect(':');
      yield key;
    } while (this.#take(','));
    this.#expect('}');
  }

  /** An array of at most `most` non-negative integers, written as integers. */
  integers(most: number): number[] {
    const values: number[] = [];
    this.#expect('[');
    if (this.#take(']')) return values;
    do {
      if (values.length === most) throw this.#error(`more than ${most} numbers`);
      values.push(this.#integer());
    } while (this.#take(','));
    this.#expect(']');
    return values;
  }

  string(): string {
    this.#expect('"');
    const text = this.#text;
    let value = '';
    let start = this.#at;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 0x22) {
        value += text.slice(start, this.#at++);
        return value;
      }
      if (code === 0x5c) {
        value += text.slice(start, this.#at++) + this.#escape();
        start = this.#at;
      } else if (code >= 0x20) {
        this.#at++;
      } else {
        // A control character, or NaN: the end of the text.
        throw this.#error('a string without its end');
      }
    }
  }

  /** Passes over `null` if it comes next. */
  takeNull(): boolean {
    return this.#match(/null/y) !== null;
  }

  /** Passes over a value of any kind. */
  skip(depth = 1): void {
    if (depth > MAX_DEPTH) throw this.#error('too deep a nesting');
    this.#space();
    const next = this.#text[this.#at];
    if (next === '{') {
      const keys = this.keys();
      while (!keys.next().done) this.skip(depth + 1);
    } else if (next === '"') this.string();
    else if (next === '[') {
      this.#at++;
      if (this.#take(']')) return;
      do this.skip(depth + 1);
      while (this.#take(','));
      this.#expect(']');
    } else if (this.#match(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y) === null) {
      throw this.#error('no JSON value');
    }
  }

  /** Nothing but white space may be left. */
  end(): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.#error('something after the closing brace');
  }

  #integer(): number {
    const digits = this.#match(/(?:0|[1-9]\d*)(?![\d.eE])/y);
    if (digits === null) throw this.#error('no whole number');
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) throw this.#error('a number above 2^53');
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at++] ?? '';
    if (letter !== 'u') {
      const char = ESCAPES[letter];
      if (char === undefined) throw this.#error('an unknown escape');
      return char;
    }
    const unit = this.#hex();
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (unit > 0xdbff || this.#text[this.#at] !== '\\' || this.#text[this.#at + 1] !== 'u') {
      throw this.#error('half of a surrogate pair');
    }
    this.#at += 2;
    const low = this.#hex();
    if (low < 0xdc00 || low > 0xdfff) throw this.#error('half of a surrogate pair');
    return String.fromCharCode(unit, low);
  }

  #hex(): number {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[\da-fA-F]{4}$/.test(digits)) throw this.#error('an unfinished \\u escape');
    this.#at += 4;
    return parseInt(digits, 16);
  }

  #match(sticky: RegExp): string | null {
    this.#space();
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #take(char: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #expect(char: string): void {
    if (!this.#take(char)) throw this.#error(`no ${char}`);
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #error(found: string): DrobeError {
    return new DrobeError('bad-header', { reason: `${found} at character ${this.#at + 1}` });
  }
}
