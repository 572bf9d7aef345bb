import type { Model } from '../../src/nets/model';
import type { BetaSchedule } from '../../src/sampling/betas';

/** What every Stable Diffusion 1.x, 2.x and XL was trained with. */
export const stableDiffusionBetas: BetaSchedule = {
  betaStart: 0.00085,
  betaEnd: 0.012,
  steps: 1000,
  kind: 'scaled_linear',
};

/** What a model was trained with, which here is a table of betas for all. */
export function betasOf({ noise }: Model): BetaSchedule {
  if (!('betaStart' in noise)) throw new Error('it was trained over noise without betas');
  return noise;
}
