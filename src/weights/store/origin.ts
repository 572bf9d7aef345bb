/** Where a model's bytes are on servers, and can be had again. */
import type { Layout } from './layout';
import type { RemoteRef } from '../download/wanted';

/** A file on a server, with what it takes to know that all of it arrived as it should. */
export interface RemoteSource extends RemoteRef {
  /** Its own header: what of it is not fetched with the tensors. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** In hexadecimal; null where nobody states it. */
  readonly sha256: string | null;
}

/** A model as it will be, in files on servers. Its head is the whole header. */
export type RemoteModel = Layout<RemoteSource>;
