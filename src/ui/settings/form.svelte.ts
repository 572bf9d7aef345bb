import { Persisted, type KeyValueStorage } from './persisted.svelte';
import { maxSeed, parseSeed, randomSeed } from '../../sampling/seed';
import { mend, upgraded } from './mend';
import { numberTyped, plainNumber } from '../controls/numbers';
import { words } from '../words/language.svelte';
import { TextHistory } from './prompt/text-history';
import { numberNames, rangeOf, settle, type NumberName } from './ranges';
import { initial, RANDOM, withBatch, withRare, type Settings } from './settings';

/** Seeds are typed as text: numbers are not exact at their length. */
export type SeedName = 'seed' | 'variationSeed';

/** The settings as they are typed. Numbers out of range are corrected, visibly. */
export class Form {
  readonly settings: Persisted<Settings>;
  /** What was written in the prompts, to be undone there: it outlasts the fields, which move when the window gets narrow. */
  readonly written: Readonly<Record<'prompt' | 'negative', TextHistory>>;
  /** A few words beside each number that was corrected. */
  hints = $state.raw<Partial<Record<NumberName | SeedName, string>>>({});
  readonly #multiple: () => number;
  /** What the numbers were that somebody is typing. */
  #before: Partial<Record<NumberName, number>> = {};

  /** @param multiple gives what sides must be multiples of, for the model. */
  constructor(storage: KeyValueStorage | null, multiple: () => number) {
    this.settings = new Persisted('settings', initial, mend, storage, upgraded);
    this.#multiple = multiple;
    const { prompt, negative } = this.settings.current;
    this.written = { prompt: new TextHistory(prompt), negative: new TextHistory(negative) };
  }

  /** Sides must be multiples of this. */
  get multiple(): number {
    return this.#multiple();
  }

  /** Changes rare settings; undefined removes one. */
  takeRare(changes: Parameters<typeof withRare>[1]): void {
    const { current } = this.settings;
    current.rare = withRare(current.rare, changes);
  }

  /**
   * Takes over typed text when typing has ended: corrected into range, or else the old value. Says so if it is not what was
   * typed.
   */
  commitText(name: NumberName, text: string): void {
    const typed = this.#numberIn(name, text);
    this.commit(name, typed);
    if (Number.isNaN(typed)) this.#say(name, words.numbers.none(text, this.settings.current[name]));
  }

  /** Takes over text while it is being typed. If it is no number yet, says which value is used until it is. */
  typeText(name: NumberName, text: string): void {
    const typed = this.#numberIn(name, text);
    if (Number.isNaN(typed)) this.#say(name, words.numbers.none(text, this.settings.current[name]));
    else this.type(name, typed);
  }

  #numberIn = (name: NumberName, text: string): number =>
    numberTyped(text, { whole: rangeOf(name, this.multiple).step >= 1 });

  #say(name: NumberName, hint: string): void {
    this.hints = { ...this.hints, [name]: hint };
  }

  /** Corrects a typed number into range, and says so beside it. NaN leaves the old value. */
  commit(name: NumberName, typed: number): void {
    const now = this.settings.current;
    const { value, hint } = settle(name, Number.isNaN(typed) ? now[name] : typed, this.multiple);
    now[name] = value;
    this.leave(name);
    this.hints = { ...this.hints, [name]: hint };
  }

  /** Takes over a number while it is being typed, without correcting it yet. */
  type(name: NumberName, typed: number): void {
    this.hints = { ...this.hints, [name]: '' };
    if (!Number.isFinite(typed)) return;
    this.#before = { [name]: this.settings.current[name], ...this.#before };
    this.settings.current[name] = typed;
  }

  /** Nobody types this number any more. */
  leave(name: NumberName): void {
    const { [name]: _, ...others } = this.#before;
    this.#before = others;
  }

  /** A copy of the settings for a run that begins by itself: in range, and without what is not typed to its end yet. */
  settled(): Settings {
    const now = { ...$state.snapshot(this.settings.current), ...this.#before };
    for (const name of numberNames) now[name] = settle(name, now[name], this.multiple).value;
    return now;
  }

  /** Takes over a seed as it is typed, or says why it is none. */
  typeSeed(name: SeedName, text: string): void {
    const seed = parseSeed(plainNumber(text));
    const isSeed = seed === randomSeed || typeof seed === 'bigint';
    this.hints = {
      ...this.hints,
      [name]: isSeed ? '' : words.form.seedErrors[seed.error](seed.written, maxSeed),
    };
    if (!isSeed) return;
    const now = this.settings.current;
    now[name] = seed === randomSeed ? RANDOM : String(seed);
    // The place in a batch belonged to the previous seed.
    if (name === 'seed') now.rare = withBatch(now.rare, undefined);
  }

  /** Corrects all numbers into range. */
  settleAll(): void {
    for (const name of numberNames) {
      const typed = this.settings.current[name];
      if (settle(name, typed, this.multiple).value !== typed) this.commit(name, typed);
    }
  }

  /** Takes over settings that were not typed, and so need no remark. */
  take(settings: Partial<Settings>): void {
    Object.assign(this.settings.current, settings);
    this.#before = {};
    this.hints = {};
  }

  swapSize(): void {
    const now = this.settings.current;
    [now.width, now.height] = [now.height, now.width];
  }
}
