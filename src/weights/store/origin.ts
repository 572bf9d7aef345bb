/** Where on servers a model's bytes are, and can be fetched again. */
import type { Layout } from './layout';
import type { RemoteRef } from '../download/missing-pieces';

/** A file on a server, with what is needed to check that it arrived intact. */
export interface RemoteSource extends RemoteRef {
  /** Its header, which is not fetched with the tensors. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** In hexadecimal; null where nobody states it. */
  readonly sha256: string | null;
}

/** A model in files on servers, as it will be stored. Its head is the whole header. */
export type RemoteModel = Layout<RemoteSource>;
