import type { Job } from '../src/pipeline/job';
import { chosenBy } from '../src/sampling/labels';

/** What a test says of a job: seeds as numbers, samplers by any name. */
export type Asked = Omit<Partial<Job>, 'seed' | 'sampler'> & {
  readonly seed?: number | bigint;
  readonly sampler?: string;
};

/** A job in which what is not said is as in diffusers. */
export function jobWith({ seed = 0, sampler = 'Euler', schedule, ...rest }: Asked): Job {
  const chosen = chosenBy(sampler, schedule);
  if (!chosen) throw new Error(`no sampler is called ${sampler}`);
  return {
    ...{ prompt: '', negative: '', width: 64, height: 64, steps: 1, guidance: 1, source: null },
    ...{ spacing: 'leading', like: 'diffusers', rng: 'CPU' },
    ...chosen,
    ...rest,
    seed: BigInt(seed),
  };
}
