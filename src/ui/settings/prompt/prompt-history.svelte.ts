import type { Shelf } from '../persisted.svelte';
import { Shared } from '../shared.svelte';

/** What both fields said. */
export interface PromptPair {
  readonly prompt: string;
  readonly negative: string;
}

/** So many are remembered, as long as they have no more letters than storage has room for. */
export const MOST_PROMPTS = 100;
const MOST_LETTERS = 500_000;

/** Which of how many earlier prompts the fields show; 0: none, but what is being written. */
export interface Place {
  readonly at: number;
  readonly of: number;
}

/**
 * Prompts that were drawn, on this device, to be gone through as a shell's commands are. What the fields said when one was
 * put there stays among them, changed ones too, until it is drawn or the page goes: nothing that was written is lost.
 */
export class PromptHistory {
  /** Whether they are shown. */
  open = $state(false);
  place = $state.raw<Place | null>(null);
  readonly #drawn: Shared<readonly PromptPair[]>;
  /** Written, gone away from, and never drawn; the newest first. */
  #drafts: readonly PromptPair[] = [];
  /** What one goes through: what is being written, then ever older ones. */
  #walk: { readonly all: PromptPair[]; at: number } | null = null;

  constructor(shelf: Shelf | null) {
    this.#drawn = new Shared('prompts', shelf, pairsIn);
  }

  /** Newest first. */
  get drawn(): readonly PromptPair[] {
    return this.#drawn.current;
  }

  /** Other tabs may have drawn others. */
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
   * One further back (1) or forth (-1) from what the fields say.
   * @returns what they are to say; null at either end.
   */
  step(now: PromptPair, by: 1 | -1): PromptPair | null {
    const walk = this.#walkFrom(now);
    return this.#go(walk.at + by);
  }

  /** The fields are to say this one, which is one of `drawn`. */
  choose(now: PromptPair, pair: PromptPair): PromptPair {
    const { all } = this.#walkFrom(now);
    if (!isIn(all, pair)) all.push(pair); // another tab's, or one that was changed since
    return this.#go(all.findIndex((other) => isSame(other, pair))) ?? pair;
  }

  /** Forgets all that were drawn. @returns what brings them back. */
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
    this.#walk.all[this.#walk.at] = now; // it may have been changed there
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

/** The newest of them, as many as are kept. */
function bounded(pairs: readonly PromptPair[]): readonly PromptPair[] {
  let letters = 0;
  return pairs
    .slice(0, MOST_PROMPTS)
    .filter(({ prompt, negative }) => (letters += prompt.length + negative.length) <= MOST_LETTERS);
}

function pairsIn(found: unknown): readonly PromptPair[] {
  const list: readonly unknown[] = Array.isArray(found) ? found : [];
  return bounded(
    list.flatMap((entry) => {
      if (typeof entry !== 'object' || entry === null) return [];
      const { prompt, negative } = entry as Readonly<Record<string, unknown>>;
      return typeof prompt === 'string' && typeof negative === 'string' ? [{ prompt, negative }] : [];
    }),
  );
}
