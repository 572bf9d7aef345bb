/** How much pictures count that are part of the prompt, in each step of a pass. */
import type { DenoiserValues } from '../batch';
import type { Question } from '../guidance';
import { forceOf, isPrompted } from './guides';
import type { Reference } from '../job';

/** Gives what the UNet is asked, with what it is told of pictures. @param step of the pass, counted from 0. */
export type Refer = (values: DenoiserValues, asked: readonly Question[], step: number) => DenoiserValues;

/**
 * The questions that guidance leads away from are shown nothing in their place.
 * @param steps that the pass makes.
 */
export function referringTo(references: readonly Reference[], steps: number): Refer {
  if (references.length === 0) return (values) => values;
  const force = references.map((one) => forceOf(steps)({ ...one, mode: 'balanced' }));
  return (values, asked, step) => {
    const rows = asked.map((question) => [
      Number(isPrompted(question)),
      ...force.map((of) => of(question, step)),
    ]);
    const shape = [asked.length, 1 + references.length];
    return { ...values, pictures: { data: Float32Array.from(rows.flat()), shape } };
  };
}
