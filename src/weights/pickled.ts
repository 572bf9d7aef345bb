/** What a pickle of tensors holds beside numbers, texts and lists, and a file of torch.save beside pickles. */
import type { Dtype } from './safetensors';

/** A file of numbers beside the pickle. */
export class Storage {
  /** Its name there. */
  readonly key: string;
  readonly dtype: Dtype;
  /** How many numbers it has. */
  readonly count: number;

  constructor(key: string, dtype: Dtype, count: number) {
    this.key = key;
    this.dtype = dtype;
    this.count = count;
  }
}

/** A view of a storage. Lengths are counted in numbers. */
export class PickledTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** A dict, an OrderedDict too. */
export type PickledDict = ReadonlyMap<unknown, unknown>;

/** What a file of torch.save holds. */
export interface Saved {
  readonly value: unknown;
  /** Where the bytes of a storage lie in the file. @throws DrobeError 'bad-pickle' where they do not. */
  numbersOf(storage: Storage): Promise<Numbers>;
}

export interface Numbers {
  readonly begin: number;
  readonly bytes: number;
}
