import { DrobeError } from '../errors';
import type { Progress } from './api';
import { Preparing } from './preparing';
import { Turn } from './turn';

type Report = (progress: Progress) => void;

/** What is done on the device: one picture at a time, hints one after the other, and work ahead while nothing is asked for. */
export class Workload {
  readonly #onFailure: (thrown: unknown) => Promise<void>;
  readonly #turn: Turn;
  readonly #preparing = new Preparing();
  #isDrawing = false;
  /** Settled once the last hint that was asked for is made, or has failed. */
  #hinting: Promise<unknown> = Promise.resolve();

  /**
   * @param giveUp frees what this engine has on the device: another tab wants to draw.
   * @param onFailure called with whatever work on the device throws.
   */
  constructor(giveUp: () => Promise<void>, onFailure: (thrown: unknown) => Promise<void>) {
    this.#turn = new Turn(giveUp);
    this.#onFailure = onFailure;
  }

  /** Ends work that is done ahead, so that the checkpoint on the device can be changed. @throws DrobeError 'busy' */
  async pause(): Promise<void> {
    if (this.#isDrawing) throw new DrobeError('busy');
    await this.#preparing.end(() => undefined);
  }

  /**
   * Draws, while nothing else does.
   * @param onReady told what work ahead still does before it has ended.
   * @throws DrobeError 'busy'
   */
  async *draw<Y, R>(
    signal: AbortSignal,
    report: (waiting: { readonly kind: 'waiting' }) => void,
    onReady: Report,
    work: () => AsyncGenerator<Y, R, void>,
  ): AsyncGenerator<Y, R, void> {
    if (this.#isDrawing) throw new DrobeError('busy');
    this.#isDrawing = true;
    try {
      await this.#preparing.end(onReady);
      await this.#hinting;
      await this.#turn.take(signal, () => report({ kind: 'waiting' }));
      return yield* work();
    } catch (thrown) {
      await this.#onFailure(thrown);
      throw thrown;
    } finally {
      this.#isDrawing = false;
      this.#turn.end();
    }
  }

  /** Makes a hint, after those that were asked for before. @throws DrobeError 'busy' */
  async hint<R>(signal: AbortSignal, report: Report, work: () => Promise<R>): Promise<R> {
    if (this.#isDrawing) throw new DrobeError('busy');
    const made = this.#hinting.then(() => {
      signal.throwIfAborted();
      return this.#beside(async () => {
        await this.#preparing.end(() => undefined);
        await this.#turn.take(signal, () => report({ kind: 'waiting' }));
        return work();
      });
    });
    this.#hinting = made.catch(() => undefined);
    return made;
  }

  /** Does something ahead, unless something is drawn here or in another tab. Whatever is asked for stops it. */
  async prepare(
    signal: AbortSignal,
    report: Report,
    work: (signal: AbortSignal, report: Report) => Promise<void>,
  ): Promise<void> {
    if (this.#isDrawing) return;
    const task = (stop: AbortSignal, told: Report): Promise<void> =>
      this.#beside(async () => {
        const elsewhere = new AbortController();
        const either = AbortSignal.any([stop, elsewhere.signal]);
        await this.#turn.take(either, () => elsewhere.abort());
        await work(either, told);
      });
    await this.#preparing.begin(signal, report, task, this.#hinting);
  }

  /** Does something after which a picture may have begun already: then the turn is that picture's. */
  async #beside<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (thrown) {
      await this.#onFailure(thrown);
      throw thrown;
    } finally {
      if (!this.#isDrawing) this.#turn.end();
    }
  }
}
