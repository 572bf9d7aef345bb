import type { Album } from '../album/album.svelte';
import type { Result } from '../album/result';
import type { Workplace } from '../paint/workplace.svelte';
import type { Runner } from '../run/runner.svelte';

/** What is in sight: one of the pictures so far, the one that is being drawn, or the canvas. */
export class View {
  #shown = $state.raw<Result | null>(null);
  /** Null: the canvas, to be painted on. Another tab may delete the picture. */
  readonly shown = $derived.by(() => (this.#shown && this.#album.has(this.#shown) ? this.#shown : null));
  /** Whether the picture in work is to be in sight while it is drawn, and not one from before. */
  #watching = $state(true);
  /** Whether it is. */
  readonly drawing = $derived.by(() => {
    const { inPart, source } = this.#place;
    // The next mask can be painted meanwhile.
    const nothingElse = this.shown === null && !(inPart && source.current);
    return this.#running && (this.#watching || nothingElse);
  });
  /** What was made of the picture in work, oldest first: one of them may take its place. */
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

  /** A picture is there; somebody who looks at another one goes on doing so. */
  made(result: Result): void {
    if (this.#watching) this.#shown = result;
  }

  /** Back to the picture that is being drawn. */
  watch(): void {
    this.#watching = true;
  }

  /** Back from a candidate, or from what is being drawn, to the picture that is worked on. */
  showCanvas(): void {
    this.#shown = null;
    this.#watching = false;
    this.#runner.dismissFailure();
  }

  /** The picture before (−1) or after (1) the one that is shown, in a ring: of the candidates, or with words alone of all. */
  leaf(by: 1 | -1): void {
    const row = this.#place.mode === 'text' ? this.#album.results : this.candidates;
    if (!row.length || this.drawing) return;
    const place = this.shown ? row.indexOf(this.shown) : -1;
    const next = place < 0 ? (by > 0 ? 0 : row.length - 1) : place + by + row.length;
    this.#shown = row[next % row.length]!; // there are some
  }

  /** The picture that is shown is thrown away; of candidates, the next one is shown. Brought back, it is shown again. */
  async discard(): Promise<void> {
    const { shown, candidates } = this;
    if (!shown) return;
    const place = candidates.indexOf(shown);
    // Before it is gone, so that what is pressed to go through them stays where it is.
    this.#shown = place < 0 ? null : (candidates[place + 1] ?? candidates[place - 1] ?? null);
    const number = this.#album.placeOf(shown);
    const next = this.#shown;
    await this.#album.remove([number], () => void this.#showAgain(number, next));
  }

  /** Unless somebody looks at something else by now. */
  async #showAgain(number: number, next: Result | null): Promise<void> {
    const back = await this.#album.whole(number);
    if (back && this.#shown === next) this.#shown = back;
  }
}
