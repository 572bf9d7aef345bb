/** Reads ranges of Blobs through blobSource, which works in a worker only, and answers with the bytes or the error. */
import { toDrobeError } from '../../src/errors';
import { blobSource } from '../../src/weights/source';

export interface Question {
  readonly parts: readonly Blob[];
  readonly ranges: readonly (readonly [begin: number, end: number])[];
}

export type Answer = { readonly bytes: number; readonly read: Uint8Array[] } | { readonly code: string };

self.onmessage = ({ data: { parts, ranges } }: MessageEvent<Question>) => {
  self.postMessage(answer(parts, ranges));
};

function answer(parts: Question['parts'], ranges: Question['ranges']): Answer {
  try {
    const source = blobSource(parts);
    return { bytes: source.bytes, read: ranges.map(([begin, end]) => source.read(begin, end)) };
  } catch (error) {
    return { code: toDrobeError(error).code };
  }
}
