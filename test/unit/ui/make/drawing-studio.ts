/** A studio whose engine draws at once, or as a test has it. */
import type { EngineApi } from '../../../../src/engine/api';
import type { Remote } from '../../../../src/engine/rpc';
import { Studio } from '../../../../src/ui/make/studio.svelte';
import { engine, hints, miniature, picture, pictures, fakeStorage } from '../fake';

type Generate = Remote<EngineApi>['generate'];

export const draw: Generate = async function* (_, job) {
  yield { kind: 'encoding', what: 'prompt' };
  for (let step = 1; step <= job.steps; step++)
    yield { kind: 'step', step, steps: job.steps, preview: null, answers: [] };
  return picture(job);
};

export function studioWith(
  generate: Generate,
  options: {
    items?: Record<string, string>;
    now?: () => number;
    breakOff?: Remote<EngineApi>['breakOff'];
  } = {},
) {
  let seed = 100;
  const { breakOff } = options;
  const studio = new Studio(engine({ generate, ...(breakOff && { breakOff }) }), () => [], {
    storage: fakeStorage(options.items),
    database: null,
    pictures,
    hints,
    now: options.now ?? (() => 0),
    seed: () => ++seed,
  });
  studio.chosen.adopt(miniature);
  return studio;
}
