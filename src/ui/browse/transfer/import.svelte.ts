import { toDrobeError, type DrobeError } from '../../../errors';
import type { ImportProgress } from '../../album/import-pictures';
import { isImage } from '../../files/picture';
import type { Progress } from './export.svelte';

type Bring = (files: Iterable<File>) => AsyncGenerator<ImportProgress, void, void>;

/** Imports pictures from elsewhere into the album. */
export class Import {
  /** Null while none are read. */
  progress = $state.raw<Progress | null>(null);
  /** The result of the last import. */
  told = $state.raw<Pick<ImportProgress, 'kept' | 'known' | 'refused'> | null>(null);
  failure = $state.raw<DrobeError | null>(null);
  readonly #bring: Bring;
  #stop: AbortController | null = null;
  /** Files that were not looked at yet. */
  #waiting: File[] = [];

  constructor(bring: Bring) {
    this.#bring = bring;
  }

  /** Imports the pictures among these files, the oldest first, after those that are being read. */
  async take(files: readonly File[]): Promise<void> {
    const pictures = files.filter(isImage).toSorted((a, b) => a.lastModified - b.lastModified);
    if (this.progress) {
      this.#waiting.push(...pictures);
      this.progress = { ...this.progress, of: this.progress.of + pictures.length };
      return;
    }
    this.dismiss();
    this.#waiting = pictures;
    const { signal } = (this.#stop = new AbortController());
    let told: Import['told'] = { kept: 0, known: 0, refused: [] };
    const progress = (done: number): Progress => ({ done, of: done + this.#waiting.length });
    this.progress = progress(0);
    try {
      for await (const now of this.#bring(this.#one())) {
        told = now;
        this.progress = progress(now.done);
        if (signal.aborted) break;
      }
    } catch (thrown) {
      this.failure = toDrobeError(thrown);
    }
    // After these errors all further files would fail too.
    const last = told.refused.at(-1)?.error;
    if (last?.code === 'quota' || last?.code === 'storage') this.failure = last;
    this.progress = null;
    this.told = told;
  }

  /** The waiting files, one after another. */
  *#one(): Generator<File, void, void> {
    for (let file = this.#waiting.shift(); file; file = this.#waiting.shift()) yield file;
  }

  cancel(): void {
    this.#stop?.abort();
  }

  dismiss(): void {
    this.told = null;
    this.failure = null;
  }
}
