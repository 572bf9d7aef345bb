import { isAbort } from '../errors';
import type { Progress } from './api';

type Report = (progress: Progress) => void;

/** Work done ahead while nothing is asked for: one task at a time, stopped by whatever is asked for. */
export class Preparing {
  #stop = new AbortController();
  #over: Promise<void> = Promise.resolve();
  #report: Report = () => undefined;

  /**
   * Stops the previous task, and begins this one once that has ended. Being stopped is no error.
   * @param after is awaited too, unless the task is stopped: `after` itself may wait for its end.
   */
  async begin(
    signal: AbortSignal,
    report: Report,
    task: (signal: AbortSignal, report: Report) => Promise<void>,
    after: Promise<unknown> = Promise.resolve(),
  ): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#report = report;
    const either = AbortSignal.any([signal, this.#stop.signal]);
    const work = this.#over.then(async () => {
      await unlessAborted(either, after);
      await task(either, (progress) => this.#report(progress));
    });
    this.#over = work.catch(() => undefined);
    await work.catch((error: unknown) => {
      if (!isAbort(error)) throw error;
    });
  }

  /** Stops the task and waits until it has ended. @param report told its remaining progress. */
  async end(report: Report): Promise<void> {
    this.#report = report;
    this.#stop.abort();
    await this.#over;
  }
}

/** Waits for `work`, or until the signal aborts. */
async function unlessAborted(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  signal.throwIfAborted();
  await new Promise((done, failed) => {
    signal.addEventListener('abort', () => failed(signal.reason as Error), { once: true });
    work.then(done, failed);
  });
  signal.throwIfAborted();
}
