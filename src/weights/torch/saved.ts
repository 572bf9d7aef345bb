/** What is common to both kinds of files of torch.save. */
import type { Storage } from './pickled';

/** What a file of torch.save holds. */
export interface Saved {
  readonly value: unknown;
  /** Where the bytes of a storage lie in the file. @throws DrobeError 'bad-pickle' where they do not. */
  numbersOf(storage: Storage): Promise<Numbers>;
}

/** Where a tensor's numbers lie in the file. */
export interface Numbers {
  readonly begin: number;
  readonly bytes: number;
}
