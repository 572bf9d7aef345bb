/** Reads ranges of Blobs through blobSource, which works in a worker only, and answers with the bytes or the error. */
import { toDrobeError } from '../../src/errors';
import { blobSource } from '../../src/weights/source';

export interface Question {
  readonly parts: readonly Blob[];
  readonly ranges: readonly (readonly [begin: number, end: number])[];
  readonly atOnce?: number;
}

export type Answer = { readonly bytes: number; readonly read: Uint8Array[] } | { readonly code: string };

self.onmessage = ({ data }: MessageEvent<Question>) => {
  self.postMessage(answer(data));
};

function answer({ parts, ranges, atOnce }: Question): Answer {
  try {
    const source = blobSource(parts, atOnce);
    return { bytes: source.bytes, read: ranges.map(([begin, end]) => source.read(begin, end)) };
  } catch (error) {
    return { code: toDrobeError(error).code };
  }
}
