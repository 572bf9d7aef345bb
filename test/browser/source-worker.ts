/** Reads ranges of Blobs through blobSource, which works in a worker only, and answers with the bytes or the error. */
import { toDrobeError } from '../../src/errors';
import { blobSource, release, memorySource } from '../../src/weights/source';

export interface Question {
  readonly parts: readonly Blob[];
  readonly ranges: readonly (readonly [begin: number, end: number])[];
}

export type Answer =
  | {
      readonly bytes: number;
      readonly read: Uint8Array[];
      /** How many bytes are left of a read one that was let go of, and of memory that a source only shows. */
      readonly left: readonly [own: number, shown: number];
    }
  | { readonly code: string };

self.onmessage = ({ data: { parts, ranges } }: MessageEvent<Question>) => {
  self.postMessage(answer(parts, ranges));
};

function answer(parts: Question['parts'], ranges: Question['ranges']): Answer {
  try {
    const source = blobSource(parts);
    const read = ranges.map(([begin, end]) => source.read(begin, end));
    const [own, shown] = [
      source.read(0, source.bytes),
      memorySource(new Uint8Array(source.bytes)).read(0, source.bytes),
    ];
    release(own);
    release(shown);
    return { bytes: source.bytes, read, left: [own.length, shown.length] };
  } catch (error) {
    return { code: toDrobeError(error).code };
  }
}
