import { Persisted, type Shelf } from './persisted.svelte';
import { maxSeed, parseSeed, randomSeed } from '../../sampling/seed';
import { mend, upgraded } from './mend';
import { numberTyped, plainNumber } from '../controls/numbers';
import { words } from '../words/language.svelte';
import { numberNames, rangeOf, settle, type NumberName } from './ranges';
import { initial, RANDOM, withBatch, withRare, type Settings } from './settings';

/** Seeds are typed as text: they are longer than numbers are exact. */
export type SeedName = 'seed' | 'variationSeed';

/** The settings as they are typed: numbers that cannot be are brought into range, in sight. */
export class Form {
  readonly settings: Persisted<Settings>;
  /** A few words beside a number that was changed on its way into range. */
  hints = $state.raw<Partial<Record<NumberName | SeedName, string>>>({});
  readonly #multiple: () => number;

  /** @param multiple of what a side must be one; the model's. */
  constructor(shelf: Shelf | null, multiple: () => number) {
    this.settings = new Persisted('settings', initial, mend, shelf, upgraded);
    this.#multiple = multiple;
  }

  /** Of what a side must be one. */
  get multiple(): number {
    return this.#multiple();
  }

  /** Changes of what is rarely set: undefined leaves a thing out again. */
  takeRare(changes: Parameters<typeof withRare>[1]): void {
    const { current } = this.settings;
    current.rare = withRare(current.rare, changes);
  }

  /** What was typed, when it has been: in range, or the old value; which of them, where it is not as typed, is said. */
  commitText(name: NumberName, text: string): void {
    const typed = this.#numberIn(name, text);
    this.commit(name, typed);
    if (Number.isNaN(typed)) this.#say(name, words.numbers.none(text, this.settings.current[name]));
  }

  /** What is being typed: what is no number yet says what is used until it is. */
  typeText(name: NumberName, text: string): void {
    const typed = this.#numberIn(name, text);
    if (Number.isNaN(typed)) this.#say(name, words.numbers.none(text, this.settings.current[name]));
    else this.type(name, typed);
  }

  #numberIn = (name: NumberName, text: string): number =>
    numberTyped(text, rangeOf(name, this.multiple).step >= 1);

  #say(name: NumberName, hint: string): void {
    this.hints = { ...this.hints, [name]: hint };
  }

  /** Brings a typed number into range, and says so beside it. Anything but a number leaves the old value. */
  commit(name: NumberName, typed: number): void {
    const now = this.settings.current;
    const { value, hint } = settle(name, Number.isNaN(typed) ? now[name] : typed, this.multiple);
    now[name] = value;
    this.hints = { ...this.hints, [name]: hint };
  }

  /** A number while it is being typed, not yet brought into range. */
  type(name: NumberName, typed: number): void {
    this.hints = { ...this.hints, [name]: '' };
    if (!Number.isFinite(typed)) return;
    this.settings.current[name] = typed;
  }

  /** A seed as it is typed: kept where it is one, and else told why it is none. */
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
    // A place in a batch belonged to the seed before.
    if (name === 'seed') now.rare = withBatch(now.rare, undefined);
  }

  /** All numbers, whatever was typed last. */
  settleAll(): void {
    for (const name of numberNames) {
      const typed = this.settings.current[name];
      if (settle(name, typed, this.multiple).value !== typed) this.commit(name, typed);
    }
  }

  /** Settings that were not typed, and so need no remark. */
  take(settings: Partial<Settings>): void {
    Object.assign(this.settings.current, settings);
    this.hints = {};
  }

  swapSize(): void {
    const now = this.settings.current;
    [now.width, now.height] = [now.height, now.width];
  }
}
