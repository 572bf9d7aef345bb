import type { EngineApi, EnlargeWish, Job, Notice, Picture, Pixels, MemorySavings } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { endsEngine, isAbort, toDrobeError, type DrobeError } from '../../errors';
import { Pace } from './pace';
import type { KnownAnswers } from '../album/stored';
import type { Result } from '../album/result';
import { enlargeWithRetries } from './enlarging';
import type { News, Running, Told } from './news';
import { follow, runWithRetries, LearntSavings, type Run } from './run';

/** The current run, its progress and news; then, how it ended. */
export class Runner {
  run = $state.raw<Run>({ kind: 'idle' });
  notices = $state.raw<readonly Notice[]>([]);
  /** What to announce next; a new object each time, even if it says the same. */
  news = $state.raw<News | null>(null);

  readonly #engine: Remote<EngineApi>;
  readonly #now: () => number;
  readonly #onRate: (bytesPerSecond: number) => void;
  readonly #onLost: () => void;
  readonly #learnt = new LearntSavings();
  #after: After = { follows: () => false, toCome: 0, alike: false };
  #stop = new AbortController();
  /** Pictures of this run and of those that it follows. */
  #made = $state.raw<readonly Result[]>([]);
  /** How many of those runs failed. */
  #failed = 0;

  /**
   * @param onRate called with bytes a second, whenever the loading of weights was measured.
   * @param onLost called when the engine is started again, possibly on another device.
   */
  constructor(
    engine: Remote<EngineApi>,
    now: () => number,
    onRate: (bytesPerSecond: number) => void,
    onLost: () => void,
  ) {
    this.#engine = engine;
    this.#now = now;
    this.#onRate = onRate;
    this.#onLost = onLost;
  }

  /** Sets what decides whether another run follows. */
  followedBy(after: After): void {
    this.#after = after;
  }

  /** Which picture of how many is being drawn, counted over all runs of the queue; `of` is null for Generate forever. */
  get place(): { readonly number: number; readonly of: number | null } {
    const here = this.run.kind === 'running' ? this.run.of - this.run.number + 1 : 0;
    const { toCome } = this.#after;
    const made = this.#made.length;
    return { number: made + 1, of: toCome === null ? null : made + here + toCome };
  }

  /** Does the work of one run from beginning to end. What it throws becomes its ending. */
  async through(file: string, first: Begin, work: (signal: AbortSignal) => Promise<void>): Promise<Ending> {
    this.#stop = new AbortController();
    if (this.run.kind !== 'running') {
      this.notices = [];
      this.news = null;
      this.#made = [];
      this.#failed = 0;
    }
    const before = this.#made.length;
    this.#begin(first, null, false);
    try {
      await work(this.#stop.signal);
      if (!this.#after.follows(null)) this.#end();
      return { kind: 'done' };
    } catch (thrown) {
      if (endsEngine(thrown)) this.#onLost();
      if (isAbort(thrown)) {
        const next = this.#after.follows(null);
        if (!next) this.run = { kind: 'idle' };
        this.news = {
          kind: 'cancelled',
          pictures: this.#made.length - before,
          of: first.of,
          ...(next && { next }),
        };
        return { kind: 'cancelled' };
      }
      const error = toDrobeError(thrown);
      const next = this.#after.follows(error);
      this.#failed++;
      if (!next) this.run = { kind: 'failed', error, file };
      this.news = { kind: 'failed', ...(next && { next }) };
      return { kind: 'failed', error };
    }
  }

  /** To be called when no run follows. */
  rest(): void {
    if (this.run.kind === 'running') this.#end();
  }

  /** Announces the end of all runs. */
  #end(): void {
    const result = this.#made.at(-1);
    this.run = result ? { kind: 'done', result } : { kind: 'idle' };
    const took = this.#made.reduce((sum, made) => sum + made.took, 0);
    const [failed, alike] = [this.#failed, this.#after.alike];
    const ended = { ...(failed > 0 && { failed }), ...(alike && { alike }) };
    this.news = { kind: 'done', pictures: this.#made.length, took, ...ended };
  }

  /**
   * Draws one picture of a run.
   * @param known answers of the denoiser, where it is resumed.
   * @param onStep called with the denoiser's answers in each step.
   * @param before shown until there is a first preview.
   */
  draw(
    begin: Begin,
    known: KnownAnswers,
    onStep: (answers: KnownAnswers) => void,
    before: Pixels | null = null,
  ): Promise<Picture> {
    this.#begin(begin, before);
    const pulled = runWithRetries({ ...begin.job, known }, this.#learnt, (job) =>
      this.#engine.generate(this.#stop.signal, job),
    );
    return this.#follow(pulled, (progress) => {
      if (progress.kind === 'step') onStep(progress.answers);
    });
  }

  /** Enlarges a picture, as a run or a part of one. Meanwhile the picture is shown as it is. */
  enlarge(begin: Begin, wish: EnlargeWish): Promise<Pixels> {
    this.#begin(begin, wish.pixels);
    return this.#follow(enlargeWithRetries(wish, (again) => this.#engine.enlarge(this.#stop.signal, again)));
  }

  #follow<R>(
    pulled: AsyncGenerator<Told, R, void>,
    onTold: (progress: Told) => void = () => undefined,
  ): Promise<R> {
    const pace = new Pace();
    return follow(pulled, this.#now, (progress, left) => {
      onTold(progress);
      if (this.run.kind !== 'running') return;
      const rate = pace.see(progress, this.#now);
      if (rate !== null) this.#onRate(rate);
      if (progress.kind === 'notice') {
        this.#note(progress.notice);
        if (progress.notice.code === 'resumed') this.#onLost();
      } else {
        const preview = (progress.kind === 'step' && progress.preview) || this.run.preview;
        this.run = { ...this.run, stage: progress, preview, left };
      }
    });
  }

  /** What similar runs had to do without. */
  savingsFor(job: Job): MemorySavings | undefined {
    return this.#learnt.of(job);
  }

  /** Notes a finished picture of the run. */
  made(result: Result): void {
    const { number, of } = this.place;
    this.#made = [...this.#made, result];
    if (of === null || number < of) this.news = { kind: 'picture', number, of };
  }

  cancel(): void {
    if (this.run.kind !== 'running' || this.run.stopping) return;
    this.run = { ...this.run, stopping: true };
    this.#stop.abort();
  }

  /** Ends a run that was cancelled, but in what it computes does not hear of it. The engine is started again. */
  async breakOff(): Promise<void> {
    if (this.run.kind !== 'running' || !this.run.stopping) return;
    await this.#engine.breakOff(new AbortController().signal).next();
    this.#onLost();
  }

  dismiss(notice: Notice): void {
    this.notices = this.notices.filter((other) => other !== notice);
  }

  /** Clears the news of the last run, which does not concern what is shown now. */
  forget(): void {
    if (this.run.kind === 'running') return;
    this.notices = [];
    this.news = null;
    this.dismissFailure();
  }

  dismissFailure(): void {
    if (this.run.kind === 'failed') this.run = { kind: 'idle' };
  }

  /** Adds a notice, unless another picture of the run had the same. */
  #note(notice: Notice): void {
    const told = JSON.stringify(notice);
    if (this.notices.every((other) => JSON.stringify(other) !== told))
      this.notices = [...this.notices, notice];
  }

  #begin(
    about: Begin,
    preview: Pixels | null = null,
    stopping = this.run.kind === 'running' && this.run.stopping,
  ): void {
    this.run = { kind: 'running', stage: null, preview, left: null, stopping, ...about };
  }
}

/** Decides what comes after a run. */
export interface After {
  /** Whether another run follows one that ended so; if not, all are done. */
  follows(error: DrobeError | null): boolean;
  /** How many pictures these will make; null for Generate forever. */
  readonly toCome: number | null;
  /** Whether Generate forever ends because its pictures would be the same one. */
  readonly alike: boolean;
}

/** How a run has ended. */
export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: DrobeError };

/** What is drawn, and which picture of how many it is. */
type Begin = Pick<Running, 'job' | 'number' | 'of'>;
