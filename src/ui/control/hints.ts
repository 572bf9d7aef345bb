/** Has hints made by a worker, which is started when the first one is asked for. */
import { connect, type Remote } from '../../engine/rpc';
import { confinedScript } from '../../engine/scripts';
import { DrobeError } from '../../errors';
import type { HintApi } from './hint-worker';
import address from './hint-worker?worker&url';
import type { MakeHint } from './orders';

let line: Remote<HintApi> | null = null;

/** @throws DrobeError 'engine-crashed' where the worker does not start, or dies; the next call starts another one. */
export const makeHint: MakeHint = async (order) => {
  line ??= start();
  const { value } = await line.hint(new AbortController().signal, order).next();
  return value;
};

function start(): Remote<HintApi> {
  const worker = new Worker(confinedScript(address), { type: 'module', name: 'drobe-hints' });
  const died = new AbortController();
  worker.onerror = ({ message }) => {
    worker.terminate();
    line = null;
    died.abort(new DrobeError('engine-crashed', { reason: message || 'the worker for hints did not start' }));
  };
  return connect<HintApi>(worker, died.signal);
}
