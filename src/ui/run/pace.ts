import type { NetName, Progress } from '../../engine/api';

/** Bytes of the smallest load that is measured. */
const ENOUGH_BYTES = 64 * 2 ** 20;

/** Measures how fast weights are loaded, from the progress of a run. */
export class Pace {
  #loading: { readonly net: NetName; readonly bytes: number; readonly time: number } | null = null;
  #done = 0;

  /** To be given all progress. @returns bytes a second when a large enough net has been loaded, else null. */
  see(progress: Progress, now: () => number): number | null {
    if (progress.kind === 'reading') {
      const { net, doneBytes } = progress;
      // Counted from the first report on: the first piece was read before it.
      if (this.#loading?.net !== net || doneBytes < this.#done)
        this.#loading = { net, bytes: doneBytes, time: now() };
      this.#done = doneBytes;
    }
    if (progress.kind !== 'compiling') return null;
    const loaded = this.#loading;
    this.#loading = null;
    if (loaded?.net !== progress.net || this.#done - loaded.bytes < ENOUGH_BYTES) return null;
    const seconds = (now() - loaded.time) / 1000;
    return seconds > 0 ? (this.#done - loaded.bytes) / seconds : null;
  }
}
