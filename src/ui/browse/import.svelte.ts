import { toDrobeError, type DrobeError } from '../../errors';
import type { Bringing } from '../album/bring';
import { isImage } from '../files/picture';
import type { Progress } from './export.svelte';

type Bring = (files: readonly File[]) => AsyncGenerator<Bringing, void, void>;

/** Pictures from elsewhere on their way into the album. */
export class Import {
  /** Null while none are read. */
  progress = $state.raw<Progress | null>(null);
  /** What became of the last ones. */
  told = $state.raw<Pick<Bringing, 'kept' | 'known' | 'refused'> | null>(null);
  failure = $state.raw<DrobeError | null>(null);
  readonly #bring: Bring;
  #stop: AbortController | null = null;

  constructor(bring: Bring) {
    this.#bring = bring;
  }

  /** Takes what is a picture of these files, the oldest first. */
  async take(files: readonly File[]): Promise<void> {
    if (this.progress) return;
    this.dismiss();
    const { signal } = (this.#stop = new AbortController());
    const pictures = files.filter(isImage).toSorted((a, b) => a.lastModified - b.lastModified);
    let told: Import['told'] = { kept: 0, known: 0, refused: [] };
    this.progress = { done: 0, of: pictures.length };
    try {
      for await (const now of this.#bring(pictures)) {
        told = now;
        this.progress = { done: now.done, of: pictures.length };
        if (signal.aborted) break;
      }
    } catch (thrown) {
      this.failure = toDrobeError(thrown);
    }
    // After these there is no use in more.
    const last = told.refused.at(-1)?.error;
    if (last?.code === 'quota' || last?.code === 'storage') this.failure = last;
    this.progress = null;
    this.told = told;
  }

  cancel(): void {
    this.#stop?.abort();
  }

  dismiss(): void {
    this.told = null;
    this.failure = null;
  }
}
