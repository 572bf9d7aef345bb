/** Workers for a single task, beside the engine's. */
import { DrobeError } from '../errors';
import { connect, type Remote } from './rpc';
import { confinedScript } from './scripts';

/**
 * Starts a worker, and ends it when the work is done or aborted.
 * @param address of its script.
 * @throws DrobeError 'engine-crashed' where it cannot be started or dies.
 */
export async function inWorker<A, T>(
  address: string,
  name: string,
  signal: AbortSignal,
  work: (api: Remote<A>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const worker = new Worker(confinedScript(address), { type: 'module', name });
  const over = new AbortController();
  const die = (reason: string) => over.abort(new DrobeError('engine-crashed', { reason }));
  worker.onerror = ({ message }) => die(message || 'the worker did not start');
  worker.onmessageerror = () => die('a message could not be read');
  const end = () => over.abort(signal.reason);
  signal.addEventListener('abort', end);
  try {
    return await work(connect<A>(worker, over.signal), over.signal);
  } finally {
    signal.removeEventListener('abort', end);
    worker.terminate();
  }
}
