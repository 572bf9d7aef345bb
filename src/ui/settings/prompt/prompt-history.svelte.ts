import { fieldsOf, itemsOf } from '../../../objects';
import type { KeyValueStorage } from '../persisted.svelte';
import { Shared } from '../shared.svelte';

/** The texts of both fields. */
export interface PromptPair {
  readonly prompt: string;
  readonly negative: string;
}

/** How many are stored, unless they are too long for storage. */
export const MOST_PROMPTS = 100;
const MOST_LETTERS = 500_000;

/** Which of how many earlier prompts the fields show; 0 for what is being written. */
export interface Place {
  readonly at: number;
  readonly of: number;
}

/**
 * The prompt history of this device, which is walked through like a shell's. What the fields contained when an earlier
 * prompt replaced it stays in the list, also an edited earlier one, until it is drawn or the page is closed: nothing that
 * was written is lost.
 */
export class PromptHistory {
  /** Whether the list is open. */
  open = $state(false);
  place = $state.raw<Place | null>(null);
  readonly #drawn: Shared<readonly PromptPair[]>;
  /** Prompts that were written and replaced, but never drawn; newest first. */
  #drafts: readonly PromptPair[] = [];
  /** The walk through the history: what is being written, then ever older prompts. */
  #walk: { readonly all: PromptPair[]; at: number } | null = null;

  constructor(storage: KeyValueStorage | null) {
    this.#drawn = new Shared('prompts', storage, pairsIn);
  }

  /** Newest first. */
  get drawn(): readonly PromptPair[] {
    return this.#drawn.current;
  }

  /** Takes over what other tabs drew. */
  refresh(): void {
    this.#drawn.refresh();
  }

  remember(pair: PromptPair): void {
    if (isBlank(pair)) return;
    const known = [pair, ...this.drawn];
    const written = this.#walk?.all ?? this.#drafts;
    this.#drafts = written.filter((draft) => !isBlank(draft) && !isIn(known, draft)).slice(0, MOST_PROMPTS);
    this.#leave();
    this.#drawn.change((drawn) => bounded([pair, ...without(drawn, pair)]));
  }

  /**
   * Goes one prompt back (1) or forth (-1).
   * @param now the texts of the fields.
   * @returns their new texts; null at either end.
   */
  step(now: PromptPair, by: 1 | -1): PromptPair | null {
    const walk = this.#walkFrom(now);
    return this.#go(walk.at + by);
  }

  /** Chooses a prompt of `drawn` for the fields. @param now their texts. */
  choose(now: PromptPair, pair: PromptPair): PromptPair {
    const { all } = this.#walkFrom(now);
    if (!isIn(all, pair)) all.push(pair); // another tab's, or one that was changed since
    return this.#go(all.findIndex((other) => isSame(other, pair))) ?? pair;
  }

  /** Clears the history. @returns a function that brings it back. */
  clear(): () => void {
    const before = this.drawn;
    const own = this.#walk?.all[0];
    this.#drafts = own && !isBlank(own) && !isIn(before, own) ? [own] : [];
    this.#leave();
    this.#drawn.change(() => []);
    return () => {
      this.#leave();
      this.#drawn.change((drawn) => bounded([...drawn, ...before.filter((pair) => !isIn(drawn, pair))]));
    };
  }

  #walkFrom(now: PromptPair): { readonly all: PromptPair[]; at: number } {
    this.#walk ??= { all: [now, ...without([...this.#drafts, ...this.drawn], now)], at: 0 };
    this.#walk.all[this.#walk.at] = now; // the fields may have been edited since
    return this.#walk;
  }

  #go(at: number): PromptPair | null {
    const pair = this.#walk?.all[at];
    if (!this.#walk || !pair) return null;
    this.#walk.at = at;
    this.place = { at, of: this.#walk.all.length - 1 };
    return pair;
  }

  #leave(): void {
    this.#walk = null;
    this.place = null;
  }
}

const isSame = (a: PromptPair, b: PromptPair): boolean => a.prompt === b.prompt && a.negative === b.negative;
const isIn = (pairs: readonly PromptPair[], pair: PromptPair): boolean =>
  pairs.some((other) => isSame(other, pair));
const without = (pairs: readonly PromptPair[], pair: PromptPair): PromptPair[] =>
  pairs.filter((other) => !isSame(other, pair));
const isBlank = ({ prompt, negative }: PromptPair): boolean => (prompt + negative).trim() === '';

/** The newest of them, as many as are stored. */
function bounded(pairs: readonly PromptPair[]): readonly PromptPair[] {
  let letters = 0;
  return pairs
    .slice(0, MOST_PROMPTS)
    .filter(({ prompt, negative }) => (letters += prompt.length + negative.length) <= MOST_LETTERS);
}

function pairsIn(found: unknown): readonly PromptPair[] {
  const list = itemsOf(found);
  return bounded(
    list.flatMap((entry) => {
      const { prompt, negative } = fieldsOf(entry);
      return typeof prompt === 'string' && typeof negative === 'string' ? [{ prompt, negative }] : [];
    }),
  );
}
