/** How many steps a picture takes. */
import { plan } from '../../sampling/plan';
import type { Sampling } from '../../sampling/settings';

/** What nearly all models were trained with; where the steps lie hangs on little else. */
const usual = { kind: 'scaled_linear', betaStart: 0.00085, betaEnd: 0.012, steps: 1000 } as const;

/** What is chosen, as far as it has a say. */
export interface Chosen extends Sampling {
  readonly steps: number;
}

/**
 * How many steps are made. What stands in the way of any is told when it is drawn.
 * @param strength of what is drawn over; absent where nothing is.
 */
export function stepsMade({ steps, ...sampling }: Chosen, strength?: number): number {
  const course = { steps, noise: usual, ...(strength !== undefined && { strength }) };
  try {
    return plan(sampling, course).points.length;
  } catch {
    return 0;
  }
}
