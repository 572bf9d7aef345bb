import type { EngineApi, EnlargeWish, Job, Notice, Picture, Pixels, Thrift } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { endsEngine, isAbort, toDrobeError } from '../../errors';
import { Pace } from './pace';
import type { Known } from '../album/kept';
import type { Result } from '../album/result';
import { persistently } from './enlarging';
import { follow, persistent, Savings, type News, type Run, type Running, type Told } from './run';

/** The run in work, how far it is and what is to be said of it; then, how it ended. */
export class Runner {
  run = $state.raw<Run>({ kind: 'idle' });
  notices = $state.raw<readonly Notice[]>([]);
  /** What is to be said next; another one each time, though it says the same. */
  news = $state.raw<News | null>(null);

  readonly #engine: Remote<EngineApi>;
  readonly #now: () => number;
  readonly #onRate: (bytesPerSecond: number) => void;
  readonly #onLost: () => void;
  readonly #savings = new Savings();
  #stop = new AbortController();
  /** Pictures of this run. */
  #made: Result[] = [];

  /**
   * @param onRate told how fast weights were read, whenever that was measured.
   * @param onLost told that the engine begins anew: it may run on something else from now on.
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

  /** A run from beginning to end, whatever it consists of. What it throws becomes the way it ended. */
  async through(file: string, first: Begin, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#stop = new AbortController();
    this.notices = [];
    this.news = null;
    this.#made = [];
    this.#begin(first);
    try {
      await work(this.#stop.signal);
      const result = this.#made.at(-1);
      this.run = result ? { kind: 'done', result } : { kind: 'idle' };
      const took = this.#made.reduce((sum, made) => sum + made.took, 0);
      this.news = { kind: 'done', pictures: this.#made.length, took };
    } catch (thrown) {
      const cancelled = isAbort(thrown);
      if (endsEngine(thrown)) this.#onLost();
      this.run = cancelled ? { kind: 'idle' } : { kind: 'failed', error: toDrobeError(thrown), file };
      this.news = cancelled
        ? { kind: 'cancelled', pictures: this.#made.length, of: first.of }
        : { kind: 'failed' };
    }
  }

  /**
   * One picture of a run.
   * @param known what is known of it, where it goes on from there.
   * @param onStep told what the UNet led to in each step.
   * @param before what is seen until something of it is drawn.
   */
  draw(
    begin: Begin,
    known: Known,
    onStep: (answers: Known) => void,
    before: Pixels | null = null,
  ): Promise<Picture> {
    this.#begin(begin, before);
    const pulled = persistent({ ...begin.job, known }, this.#savings, (job) =>
      this.#engine.generate(this.#stop.signal, job),
    );
    return this.#follow(pulled, (progress) => {
      if (progress.kind === 'step') onStep(progress.answers);
    });
  }

  /** A picture made larger, as a run or a part of one; until it is there, it is seen as it is. */
  enlarge(begin: Begin, wish: EnlargeWish): Promise<Pixels> {
    this.#begin(begin, wish.pixels);
    return this.#follow(persistently(wish, (again) => this.#engine.enlarge(this.#stop.signal, again)));
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

  /** What runs like this one were found to do without. */
  thriftOf(job: Job): Thrift | undefined {
    return this.#savings.of(job);
  }

  /** One picture of the run is done. */
  made(result: Result): void {
    this.#made.push(result);
    if (this.run.kind !== 'running') return;
    const { number, of } = this.run;
    if (number < of) this.news = { kind: 'picture', number, of };
  }

  cancel(): void {
    if (this.run.kind !== 'running' || this.run.stopping) return;
    this.run = { ...this.run, stopping: true };
    this.#stop.abort();
  }

  dismiss(notice: Notice): void {
    this.notices = this.notices.filter((other) => other !== notice);
  }

  /** What was said of the last run is about something else than is to be seen now. */
  forget(): void {
    if (this.run.kind === 'running') return;
    this.notices = [];
    this.news = null;
    this.dismissFailure();
  }

  dismissFailure(): void {
    if (this.run.kind === 'failed') this.run = { kind: 'idle' };
  }

  /** What several pictures of a run have to tell is told once. */
  #note(notice: Notice): void {
    const told = JSON.stringify(notice);
    if (this.notices.every((other) => JSON.stringify(other) !== told))
      this.notices = [...this.notices, notice];
  }

  #begin(about: Begin, preview: Pixels | null = null): void {
    const stopping = this.run.kind === 'running' && this.run.stopping;
    this.run = { kind: 'running', stage: null, preview, left: null, stopping, ...about };
  }
}

/** What is drawn, and which picture of how many it is. */
type Begin = Pick<Running, 'job' | 'number' | 'of'>;
