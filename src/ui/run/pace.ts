/** How fast weights came to where nets run, from the progress of a run. */
import type { NetName, Progress } from '../../engine/api';

/** Less than this is over too soon to tell. */
const ENOUGH_BYTES = 64 * 2 ** 20;

export class Pace {
  #loading: { readonly net: NetName; readonly bytes: number; readonly time: number } | null = null;
  #done = 0;

  /** Given all progress; gives bytes a second when a net of some size has been loaded, else null. */
  see(progress: Progress, now: () => number): number | null {
    if (progress.kind === 'reading') {
      const { net, doneBytes } = progress;
      // The first piece is on its way before it is heard of: counted from where it has arrived.
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
