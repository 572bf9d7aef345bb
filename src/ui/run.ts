import type { Job, Picture, Pixels, Progress } from '../engine/api';
import { isAbort, toDrobeError, type DrobeError } from '../errors';
import type { Result } from './result';

export type Stage = Exclude<Progress, { kind: 'notice' }>;

export interface Running {
  readonly kind: 'running';
  readonly job: Job;
  /** Which picture of how many. */
  readonly number: number;
  readonly of: number;
  readonly stage: Stage | null;
  readonly preview: Pixels | null;
  /** Milliseconds still to go for this picture, once two steps have been measured. */
  readonly left: number | null;
  readonly stopping: boolean;
}

export type Run =
  | { readonly kind: 'idle' }
  | Running
  | { readonly kind: 'failed'; readonly error: DrobeError; readonly file: string }
  | { readonly kind: 'done'; readonly result: Result };

/** Pulls a run to its end and tells how far it is. */
export async function follow(
  pulled: AsyncGenerator<Progress, Picture, void>,
  now: () => number,
  told: (progress: Progress, left: number | null) => void,
): Promise<Picture> {
  const times: number[] = [];
  for (;;) {
    const { done, value } = await pulled.next();
    if (done) return value;
    if (value.kind === 'step') times.push(now());
    told(value, value.kind === 'step' ? timeLeft(times, value.steps - value.step) : null);
  }
}

/** From the times at which steps were done: the mean step, times those to come. The first warms up and counts not. */
function timeLeft(times: readonly number[], steps: number): number | null {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined || times.length < 2) return null;
  return ((last - first) / (times.length - 1)) * steps;
}

/** So often in a row without a finished step, and a run is given up. */
const TRIES = 3;

/** What the UNet has led to so far. */
export type Known = NonNullable<Job['known']>;

/**
 * A run that outlives the engine: where the graphics card is lost or the worker dies, it is started again with what is
 * known of it, and goes on from the last finished step.
 */
export async function* persistent(
  before: Known,
  start: (known: Known) => AsyncGenerator<Progress, Picture, void>,
): AsyncGenerator<Progress, Picture, void> {
  const known = [...before];
  for (let tries = TRIES; ;) {
    const had = known.length;
    try {
      const run = start([...known]);
      for (;;) {
        const { done, value } = await run.next();
        if (done) return value;
        if (value.kind === 'step') known.push(...value.answers);
        yield value;
      }
    } catch (thrown) {
      const { code } = toDrobeError(thrown);
      tries = known.length > had ? TRIES : tries - 1;
      if (isAbort(thrown) || (code !== 'device-lost' && code !== 'engine-crashed') || tries === 0)
        throw thrown;
      yield { kind: 'notice', notice: { code: 'resumed', after: code } };
    }
  }
}
