/**
 * Reads pieces and names them by their bytes. Several workers do so at a time, while the engine's writes to the disk or
 * loads a net. Each is given all its pieces at once, as the engine's worker may be busy for seconds.
 */
import { nameHere, type Named } from '../../weights/store/naming';
import type { Call } from '../api';
import { serve } from '../rpc';

export interface NamerApi {
  /** Reports each piece's name, in their order. */
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
