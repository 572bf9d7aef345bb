/** How little strength still changes a picture: of few steps it may leave none. */
import { plan } from '../../sampling/plan';
import type { Sampling } from '../../sampling/settings';
import { strengths } from './ranges';

/** What nearly all models were trained with; where the steps lie hangs on little else. */
const usual = { kind: 'scaled_linear', betaStart: 0.00085, betaEnd: 0.012, steps: 1000 } as const;

/** What is chosen, as far as it has a say. */
export interface Chosen extends Sampling {
  readonly steps: number;
}

/** Nothing where this strength leaves a step to make; else the least that does, null where none would. */
export function tooLittle(chosen: Chosen, strength: number): { readonly least: number | null } | null {
  if (leaves(chosen, strength)) return null;
  const { min, max, step } = strengths;
  const all = Array.from({ length: Math.round((max - min) / step) + 1 }, (_, i) => min + i * step);
  const least = all.find((more) => more > strength && leaves(chosen, more));
  return { least: least === undefined ? null : Number(least.toFixed(2)) };
}

const leaves = (chosen: Chosen, strength: number): boolean => stepsMade(chosen, strength) > 0;

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
