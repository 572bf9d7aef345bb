/** Something that was done on the page and can be taken back. */
export interface Change {
  /** What was done, in a sentence. */
  readonly words: string;
  undo(): void;
  /** It cannot be taken back any more: what was held for that may go. */
  over?(): void;
}

/** So many are remembered: each may hold a picture. */
const MOST = 20;

/** What was done last, newest at the end: told, and taken back on demand. */
export class Changes {
  all = $state.raw<readonly Change[]>([]);
  readonly last = $derived(this.all.at(-1) ?? null);
  /** Those that have been told for long enough, or that somebody waved aside. */
  #told = $state.raw<readonly Change[]>([]);
  /** What is to be told: the last one, unless it was. */
  readonly news = $derived(this.last && this.#told.includes(this.last) ? null : this.last);

  add(change: Change): void {
    this.all = [...this.all, change];
    for (const oldest of this.all.slice(0, -MOST)) this.forget(oldest);
  }

  undo(change = this.last): void {
    if (!change) return;
    this.#drop(change);
    change.undo();
  }

  /** Nothing of this is to be told any more. What was done can still be taken back. */
  hush(): void {
    this.#told = this.all;
  }

  /** It cannot be taken back any more. */
  forget(change: Change): void {
    this.#drop(change);
    change.over?.();
  }

  /** Nothing can be taken back any more. */
  clear(): void {
    for (const change of this.all) this.forget(change);
  }

  #drop(change: Change): void {
    this.all = this.all.filter((other) => other !== change);
    this.#told = this.#told.filter((other) => other !== change);
  }
}
