/** Something that was done on the page and can be taken back. */
export interface Change {
  /** What was done, in a sentence. */
  readonly words: string;
  undo(): void;
}

/** So many are remembered: each may hold a picture. */
const MOST = 20;

/** What was done last, newest at the end: told, and taken back on demand. */
export class Changes {
  all = $state.raw<readonly Change[]>([]);
  readonly last = $derived(this.all.at(-1) ?? null);

  add(change: Change): void {
    this.all = [...this.all, change].slice(-MOST);
  }

  undo(change = this.last): void {
    if (!change) return;
    this.forget(change);
    change.undo();
  }

  /** It cannot be taken back any more, or was already. */
  forget(change: Change): void {
    this.all = this.all.filter((other) => other !== change);
  }

  /** Nothing needs to be told any more. */
  clear(): void {
    this.all = [];
  }
}
