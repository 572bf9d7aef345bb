/** A worker, and the calls that go to it. */
import { DrobeError } from '../errors';
import { connect, type Port, type Remote } from './rpc';

export type EngineWorker = Port & Pick<Worker, 'terminate' | 'onerror' | 'onmessageerror'>;

/** A worker, and the calls that can be made to it. */
export interface Line<A> {
  readonly remote: Remote<A>;
  /** Ends the worker once nothing is asked of it any more. */
  end(): void;
  /** Ends it in the midst of what it does: its open calls fail with 'engine-crashed', or end if they were told to stop. */
  breakOff(): void;
}

/** @param onDeath called when the worker dies, before its open calls fail with 'engine-crashed'. */
export function lineTo<A>(worker: EngineWorker, onDeath = () => {}): Line<A> {
  const died = new AbortController();
  const die = (reason: string) => {
    onDeath();
    worker.terminate();
    died.abort(new DrobeError('engine-crashed', { reason }));
  };
  worker.onerror = (event) => die(event.message || 'the worker did not start');
  worker.onmessageerror = () => die('a message could not be read');
  return {
    remote: connect<A>(worker, died.signal),
    end: () => worker.terminate(),
    breakOff: () => die('it was broken off'),
  };
}

/** Passes on the origins of a worker's requests for as long as it lives. */
export async function follow(
  requests: AsyncIterable<readonly string[]>,
  take: (origins: readonly string[]) => void,
) {
  try {
    for await (const origins of requests) take(origins);
  } catch {
    // The worker is gone, and makes no more requests.
  }
}
