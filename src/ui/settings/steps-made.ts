/** How many steps a picture takes. */
import { plan } from '../../sampling/plan';
import type { Sampling } from '../../sampling/settings';

/** The noise that nearly all models were trained with: the number of steps depends on little else. */
const usual = { kind: 'scaled_linear', betaStart: 0.00085, betaEnd: 0.012, steps: 1000 } as const;

/** The settings it depends on. */
export interface Chosen extends Sampling {
  readonly steps: number;
}

/**
 * How many steps a run makes; 0 where it cannot be planned, which drawing will explain.
 * @param strength of image to image; absent for none.
 */
export function stepsMade({ steps, ...sampling }: Chosen, strength?: number): number {
  const course = { steps, noise: usual, ...(strength !== undefined && { strength }) };
  try {
    return plan(sampling, course).points.length;
  } catch {
    return 0;
  }
}
