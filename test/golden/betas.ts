import type { BetaSchedule } from '../../src/sampling/betas';

/** What every Stable Diffusion 1.x, 2.x and XL was trained with. */
export const stableDiffusionBetas: BetaSchedule = {
  betaStart: 0.00085,
  betaEnd: 0.012,
  steps: 1000,
  kind: 'scaled_linear',
};
