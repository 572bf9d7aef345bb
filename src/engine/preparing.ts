/** What is done ahead, while nobody waits for anything: one errand at a time, which gives way to whatever is asked for. */
import { isAbort } from '../errors';
import type { Progress } from './api';

type Report = (progress: Progress) => void;

export class Preparing {
  #stop = new AbortController();
  #over: Promise<void> = Promise.resolve();
  #report: Report = () => undefined;

  /**
   * Stops the errand before, and does this one once that has ended. To be stopped is no error.
   * @param after what it waits for, too, unless it is stopped: that may wait for its end.
   */
  async begin(
    signal: AbortSignal,
    report: Report,
    errand: (signal: AbortSignal, report: Report) => Promise<void>,
    after: Promise<unknown> = Promise.resolve(),
  ): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#report = report;
    const either = AbortSignal.any([signal, this.#stop.signal]);
    const work = this.#over.then(async () => {
      await unlessAborted(either, after);
      await errand(either, (progress) => this.#report(progress));
    });
    this.#over = work.catch(() => undefined);
    await work.catch((error: unknown) => {
      if (!isAbort(error)) throw error;
    });
  }

  /** Stops it and waits until it has ended. @param report told what is still done until then. */
  async end(report: Report): Promise<void> {
    this.#report = report;
    this.#stop.abort();
    await this.#over;
  }
}

/** Waits for it no longer than until the signal says that nobody wants it any more. */
async function unlessAborted(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  signal.throwIfAborted();
  await new Promise((done, failed) => {
    signal.addEventListener('abort', () => failed(signal.reason as Error), { once: true });
    work.then(done, failed);
  });
  signal.throwIfAborted();
}
