/** Has stored pieces compared with their names beside the work of the engine. */
import { DrobeError } from '../errors';
import type { Judge } from '../weights/stored';
import type { CheckerApi } from './checker';
import checkerAddress from './checker?worker&url';
import { connect } from './rpc';
import { confinedScript } from './scripts';

/** @throws DrobeError 'engine-crashed' where the worker cannot be started. */
export const judge: Judge = async (pieces, onBytes) => {
  const worker = new Worker(confinedScript(checkerAddress), { type: 'module', name: 'drobe-checker' });
  const died = new AbortController();
  worker.onerror = ({ message }) => died.abort(new DrobeError('engine-crashed', { reason: message }));
  try {
    const run = connect<CheckerApi>(worker, died.signal).damaged(new AbortController().signal, pieces);
    for (;;) {
      const { done, value } = await run.next();
      if (done) return value;
      onBytes(value);
    }
  } finally {
    worker.terminate();
  }
};
