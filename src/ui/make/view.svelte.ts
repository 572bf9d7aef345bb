import type { Album } from '../album/album.svelte';
import type { Result } from '../album/result';
import type { Workplace } from '../paint/workplace.svelte';
import type { Runner } from '../run/runner.svelte';

/** What is in view: a finished picture, the one being drawn, or the canvas. */
export class View {
  #shown = $state.raw<Result | null>(null);
  /** The finished picture in view; null for the canvas. Another tab may delete it. */
  readonly shown = $derived.by(() => (this.#shown && this.#album.has(this.#shown) ? this.#shown : null));
  /** Whether to follow the picture that is being drawn, rather than stay at a finished one. */
  #watching = $state(true);
  /** Whether the picture being drawn is in view. */
  readonly drawing = $derived.by(() => {
    const { inPart, source } = this.#place;
    // The canvas stays in view, so that the next mask can be painted meanwhile.
    const nothingElse = this.shown === null && !(inPart && source.current);
    return this.#running && (this.#watching || nothingElse);
  });
  /** What was made from the source picture, oldest first: one of them may be accepted in its place. */
  readonly candidates = $derived.by(() => {
    const original = this.#place.mode === 'text' ? null : this.#place.source.current;
    return this.#album.results.filter((result) => original && result.original === original).toReversed();
  });
  readonly #album: Album;
  readonly #place: Workplace;
  readonly #runner: Runner;

  constructor(album: Album, place: Workplace, runner: Runner) {
    this.#album = album;
    this.#place = place;
    this.#runner = runner;
  }

  get #running(): boolean {
    return this.#runner.run.kind === 'running';
  }

  show(result: Result): void {
    this.#shown = result;
    this.#watching = false;
    this.#runner.dismissFailure();
  }

  /** Shows a new picture, unless somebody looks at another one. */
  made(result: Result): void {
    if (this.#watching) this.#shown = result;
  }

  /** Follows the picture that is being drawn. */
  watch(): void {
    this.#watching = true;
  }

  /** Shows the canvas. */
  showCanvas(): void {
    this.#shown = null;
    this.#watching = false;
    this.#runner.dismissFailure();
  }

  /** Shows the previous (−1) or next (1) candidate, or in text mode picture; after the last comes the first. */
  leaf(by: 1 | -1): void {
    const row = this.#place.mode === 'text' ? this.#album.results : this.candidates;
    if (!row.length || this.drawing) return;
    const place = this.shown ? row.indexOf(this.shown) : -1;
    const next = place < 0 ? (by > 0 ? 0 : row.length - 1) : place + by + row.length;
    this.#shown = row[next % row.length]!; // there are some
  }

  /** Deletes the picture in view and shows the next candidate. When that is undone, it is in view again. */
  async discard(): Promise<void> {
    const { shown, candidates } = this;
    if (!shown) return;
    const place = candidates.indexOf(shown);
    // Before it is deleted, so that the buttons that go through candidates do not move.
    this.#shown = place < 0 ? null : (candidates[place + 1] ?? candidates[place - 1] ?? null);
    const number = this.#album.placeOf(shown);
    const next = this.#shown;
    await this.#album.remove([number], () => void this.#showAgain(number, next));
  }

  /** Shows it, unless something else is in view by now. */
  async #showAgain(number: number, next: Result | null): Promise<void> {
    const back = await this.#album.whole(number);
    if (back && this.#shown === next) this.#shown = back;
  }
}
