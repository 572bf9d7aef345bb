/** Has hints made by a worker, which is started when the first one is asked for. */
import type { Pixels } from '../../canvas/pixels';
import { connect, type Remote } from '../../engine/rpc';
import { confinedScript } from '../../engine/scripts';
import { DrobeError } from '../../errors';
import type { HintApi } from './hint-worker';
import address from './hint-worker?worker&url';
import type { HintSteps } from './orders';

let line: Remote<HintApi> | null = null;

const never = new AbortController().signal;

/** @throws DrobeError 'engine-crashed' where the worker does not start, or dies; the next call starts another one. */
async function asked(
  call: (worker: Remote<HintApi>) => AsyncGenerator<never, Pixels, void>,
): Promise<Pixels> {
  line ??= start();
  const { value } = await call(line).next();
  return value;
}

export const hintSteps: HintSteps = {
  hint: (order) => asked((worker) => worker.hint(never, order)),
  shown: (order) => asked((worker) => worker.shown(never, order)),
  fitted: (made, order) => asked((worker) => worker.fitted(never, made, order)),
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
