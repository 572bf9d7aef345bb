/** Computes a model's hashes, in a worker of its own: it takes many times as long as reading, and nothing waits for it. */
import { hashesOf, type Hashes } from '../../weights/store/hashes';
import type { Call } from '../api';
import { answer, serve } from '../rpc';

export interface HasherApi {
  /** @param tensorsFrom where the header of a LoRA ends; null of any other file. */
  hashes(file: Blob, tensorsFrom: number | null): Call<never, Hashes>;
}

const api: HasherApi = {
  hashes: (file, tensorsFrom) => answer(() => hashesOf(file, tensorsFrom)),
};

serve(self, api);
