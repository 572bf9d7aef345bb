/** Compares stored pieces with their names, in workers beside the engine. */
import type { Judge } from '../../weights/store/stored';
import { statesOf } from '../../weights/store/verify';
import { nameInWorkers } from './naming';

/** @throws DrobeError 'engine-crashed' where a worker cannot be started. */
export const judge: Judge = async (pieces, onBytes) => {
  const damaged = new Set<number>();
  let n = 0;
  for await (const { part, state } of statesOf(pieces, new AbortController().signal, nameInWorkers)) {
    if (state === 'damaged') damaged.add(n);
    n++;
    onBytes(part.bytes);
  }
  return damaged;
};
