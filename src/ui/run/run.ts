import type { Job, Picture, Progress, MemorySavings } from '../../engine/api';
import { isAbort, toDrobeError, type DrobeError } from '../../errors';
import type { Result } from '../album/result';
import { typicalTime } from './typical-time';
import type { Phase, Running, Stage, Told } from './news';

/** What the page shows of the run in progress, or of the last one. */
export type Run =
  | { readonly kind: 'idle' }
  | Running
  | { readonly kind: 'failed'; readonly error: DrobeError; readonly file: string }
  | { readonly kind: 'done'; readonly result: Result };

/** The part of the way to a picture that a stage belongs to. */
export function phaseOf(stage: Stage | null): Phase {
  if (stage?.kind === 'step' || stage?.kind === 'enlarging') return 'drawing';
  return stage?.kind === 'decoding' ? 'finishing' : 'ready';
}

/** Runs a generator to its end and reports its progress. */
export async function follow<R>(
  pulled: AsyncGenerator<Told, R, void>,
  now: () => number,
  told: (progress: Told, left: number | null) => void,
): Promise<R> {
  const times: number[] = [];
  let counted = '';
  for (;;) {
    const { done, value } = await pulled.next();
    if (done) return value;
    const ahead = toGo(value);
    if (ahead !== null && ahead.kind !== counted) times.length = 0;
    counted = ahead?.kind ?? counted;
    if (ahead) times.push(now());
    told(value, ahead && timeLeft(times, ahead.count));
  }
}

/** Steps or tiles that are still to come; null where none are counted. */
function toGo(progress: Told): { readonly kind: string; readonly count: number } | null {
  if (progress.kind === 'step') return { kind: 'step', count: progress.steps - progress.step };
  return progress.kind === 'enlarging' ? { kind: 'tile', count: progress.tiles - progress.done } : null;
}

/** Estimates from the times at which steps or tiles were done. The first one warms up and does not count. */
export function timeLeft(times: readonly number[], steps: number): number | null {
  const took = times.slice(1).map((time, i) => time - times[i]!); // one before each
  return took.length > 0 ? typicalTime(took) * steps : null;
}

/** How often in a row a run is tried without a step getting finished. */
const TRIES = 3;

/** What runs had to do without to save memory, so that similar runs do not fail first. Kept while the page is open. */
export class LearntSavings {
  readonly #known = new Map<string, MemorySavings>();

  of(job: Job): MemorySavings | undefined {
    return this.#known.get(alike(job));
  }

  learn(job: Job, savings: MemorySavings): void {
    this.#known.set(alike(job), savings);
  }
}

const alike = ({ model, backend, width, height, redraw }: Job): string =>
  [backend, width, height, redraw?.tile.width, redraw?.tile.height, model].join(' ');

/**
 * A run that survives the engine: where the graphics card is lost or the worker dies, it is started again with the answers
 * it had, and goes on from the last finished step. Where memory ran out, it goes on with less.
 */
export async function* runWithRetries(
  job: Job,
  learnt: LearntSavings,
  start: (job: Job) => AsyncGenerator<Progress, Picture, void>,
): AsyncGenerator<Told, Picture, void> {
  const known = [...(job.known ?? [])];
  let lostAt: number | null = null;
  for (let tries = TRIES; ;) {
    const before = known.length;
    const savings = learnt.of(job);
    let less: MemorySavings | null = null;
    try {
      const run = start({ ...job, known: [...known], ...(savings && { savings }) });
      for (;;) {
        const { done, value } = await run.next();
        if (done) return value;
        if (value.kind === 'short-of-memory') {
          less = value.savings;
          continue;
        }
        if (value.kind === 'step') known.push(...value.answers);
        yield value;
      }
    } catch (thrown) {
      const { code } = toDrobeError(thrown);
      if (isAbort(thrown)) throw thrown;
      if (code === 'out-of-memory' && less) {
        learnt.learn(job, less);
        continue;
      }
      tries = known.length > before ? TRIES : tries - 1;
      if ((code !== 'device-lost' && code !== 'engine-crashed') || tries === 0) throw thrown;
      // Lost again at the same step: some cards are reset when they run out of memory.
      if (less && lostAt === known.length) learnt.learn(job, less);
      lostAt = known.length;
      yield { kind: 'notice', notice: { code: 'resumed', after: code } };
    }
  }
}
