/**
 * Reads stored pieces and compares them with their names. In a worker of its own: the engine's is busy from end to end
 * while a net is loaded, and what this one reads meanwhile costs no time.
 */
import { statesOf, type Found } from '../weights/verify';
import type { Call } from './api';
import { serve } from './rpc';

export interface CheckerApi {
  /** The numbers of those that are damaged. Tells the bytes of each when it is read. */
  damaged(pieces: readonly Found[]): Call<number, ReadonlySet<number>>;
}

const api: CheckerApi = {
  damaged: (pieces) =>
    // eslint-disable-next-line require-yield -- what it has to tell it reports, which costs no turn of the event loop
    async function* ({ report, signal }) {
      const damaged = new Set<number>();
      let n = 0;
      for await (const { part, state } of statesOf(pieces)) {
        signal.throwIfAborted();
        if (state === 'damaged') damaged.add(n);
        n++;
        report(part.bytes);
      }
      return damaged;
    },
};

serve(self, api);
