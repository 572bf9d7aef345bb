/** Something that was done on the page and can be undone. */
export interface Change {
  /** What was done, in a sentence. */
  readonly words: string;
  undo(): void;
  /** Called when it can no longer be undone, to free what was kept for that. */
  release?(): void;
}

/** How many can be undone: each may hold a picture in memory. */
const MOST = 20;

/** The last changes, newest at the end: announced, and undone on demand. */
export class Changes {
  all = $state.raw<readonly Change[]>([]);
  readonly last = $derived(this.all.at(-1) ?? null);
  /** Changes that were announced for long enough, or whose notice was dismissed. */
  #told = $state.raw<readonly Change[]>([]);
  /** The change to announce: the last one, unless it was announced. */
  readonly news = $derived(this.last && this.#told.includes(this.last) ? null : this.last);
  /** The last change before somebody went on with something else. */
  #past = $state.raw<Change | null>(null);
  /** Whether the change to announce belongs to the past: it need not be announced for long. */
  readonly fading = $derived(this.news !== null && this.news === this.#past);

  add(change: Change): void {
    this.all = [...this.all, change];
    for (const oldest of this.all.slice(0, -MOST)) this.forget(oldest);
  }

  undo(change = this.last): void {
    if (!change) return;
    this.#drop(change);
    change.undo();
  }

  /** Somebody goes on with something else, and may still see what is announced for a moment. */
  goOn(): void {
    this.#past = this.last;
  }

  /** Takes the notice of these changes away. They can still be undone. */
  dismiss(): void {
    this.#told = this.all;
  }

  /** Forgets a change: it can no longer be undone. */
  forget(change: Change): void {
    this.#drop(change);
    change.release?.();
  }

  /** Forgets all changes. */
  clear(): void {
    for (const change of this.all) this.forget(change);
  }

  #drop(change: Change): void {
    this.all = this.all.filter((other) => other !== change);
    this.#told = this.#told.filter((other) => other !== change);
  }
}
