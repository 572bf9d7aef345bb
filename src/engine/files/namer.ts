/**
 * Reads pieces and names them by their bytes. In workers of their own, several at a time: what the engine's does meanwhile,
 * be it writing to the disk or loading a net, costs no time. All pieces of a worker are told to it at once, as the engine's
 * may be busy for seconds.
 */
import { nameHere, type Named } from '../../weights/store/naming';
import type { Call } from '../api';
import { serve } from '../rpc';

export interface NamerApi {
  /** Tells each piece's name when it is known, in their order. */
  names(pieces: readonly Blob[]): Call<Named, void>;
}

const api: NamerApi = {
  names: (pieces) =>
    // oxlint-disable-next-line require-yield -- what it has to tell it reports, which costs no turn of the event loop
    async function* ({ report, signal }) {
      for await (const named of nameHere(pieces, signal)) report(named);
    },
};

serve(self, api);
