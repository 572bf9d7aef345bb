/** A file put together from others: described, not copied. */
import type { Slices } from '../safetensors';

/** Its own bytes, then ranges of other files, one after another. */
export interface Layout<F> {
  readonly head: Uint8Array<ArrayBuffer>;
  readonly ranges: readonly Range<F>[];
}

/** From `begin` to before `end` in a file. */
export interface Range<F> {
  readonly file: F;
  readonly begin: number;
  readonly end: number;
}

/** A file as it is. */
export const plain = <F>(file: F, bytes: number): Layout<F> => ({
  head: new Uint8Array(),
  ranges: [{ file, begin: 0, end: bytes }],
});

/** The same layout of other files. @param map gives the file to use in place of one. */
export const mapFiles = <F, G>({ head, ranges }: Layout<F>, map: (file: F) => G): Layout<G> => ({
  head,
  ranges: ranges.map(({ file, begin, end }) => ({ file: map(file), begin, end })),
});

/** The size of a file of this layout. */
export const bytesOf = ({ head, ranges }: Layout<unknown>): number =>
  ranges.reduce((sum, { begin, end }) => sum + end - begin, head.length);

/** The part of a layout that lies between two offsets. */
export function within<F>({ head, ranges }: Layout<F>, begin: number, end: number): Layout<F> {
  let at = head.length;
  const inside: Range<F>[] = [];
  for (const range of ranges) {
    const from = Math.max(begin, at);
    const to = Math.min(end, at + range.end - range.begin);
    const shift = range.begin - at;
    if (from < to) inside.push({ file: range.file, begin: from + shift, end: to + shift });
    at += range.end - range.begin;
  }
  return { head: head.slice(begin, end), ranges: inside };
}

/** The layout as Blobs, one for each piece: reading them reads the original files. */
export function blobsOf({ head, ranges }: Layout<Blob>): Blob[] {
  const own = head.length > 0 ? [new Blob([head])] : [];
  return [...own, ...ranges.map(({ file, begin, end }) => file.slice(begin, end))];
}

/** A file of which only the beginning is at hand, enough to read its header. The rest reads as zeros. */
export function beginningOf(head: Blob, bytes: number): Slices {
  return {
    size: bytes,
    slice(begin, end) {
      const there = head.slice(begin, end);
      const beyond = Math.max(0, Math.min(end, bytes) - begin - there.size);
      return new Blob([there, new Uint8Array(beyond)]);
    },
  };
}
