import { describe, expect, it } from 'vitest';
import type { Header, TensorInfo } from '../../../src/weights/safetensors';
import { segmentsOf } from '../../../src/weights/segments';

/** A header of 100 bytes, then tensors of these sizes. */
function headerOf(...sizes: [name: string, bytes: number][]): Header {
  let at = 100;
  const tensors = new Map<string, TensorInfo>();
  for (const [name, bytes] of sizes) {
    tensors.set(name, { name, dtype: 'U8', shape: [bytes], begin: at, end: at + bytes });
    at += bytes;
  }
  return { tensors, metadata: new Map(), bytes: at };
}
const sizesOf = (header: Header): number[] =>
  segmentsOf(header, [], { large: 50, max: 200 }).map(({ begin, end }) => end - begin);

describe('pieces of a file', () => {
  it('are its header, each large tensor, and the small ones between two large ones', () => {
    const header = headerOf(['a.1', 10], ['a.2', 20], ['a.3', 50], ['a.4', 60], ['a.5', 1], ['a.6', 2]);
    expect(sizesOf(header)).toEqual([100, 30, 50, 60, 3]);
  });

  it('do not reach from one net into the next', () => {
    expect(sizesOf(headerOf(['a.1', 10], ['b.1', 20], ['b.2', 5], ['alone', 3], ['too', 4]))).toEqual([
      100, 10, 25, 7,
    ]);
  });

  it('are cut where they would be too large, counted from their own beginning', () => {
    expect(sizesOf(headerOf(['a.1', 10], ['a.2', 450]))).toEqual([100, 10, 200, 200, 50]);
  });

  it('end at seams, too', () => {
    const header = headerOf(['a.1', 10], ['a.2', 20], ['a.3', 30]);
    const pieces = segmentsOf(header, [100, 110, 130], { large: 50, max: 200 });
    expect(pieces.map(({ end }) => end)).toEqual([100, 110, 130, 160]);
  });

  it('lie one after another, from the first byte to the last', () => {
    const header = headerOf(['a.1', 10], ['b.2', 450], ['b.3', 0], ['b.4', 60], ['c', 5]);
    const pieces = segmentsOf(header, [], { large: 50, max: 200 });
    expect(pieces[0]!.begin).toBe(0);
    expect(pieces.at(-1)!.end).toBe(header.bytes);
    expect(pieces.slice(1).every(({ begin }, i) => begin === pieces[i]!.end)).toBe(true);
    expect(segmentsOf({ ...header, bytes: 100, tensors: new Map() })).toEqual([{ begin: 0, end: 100 }]);
  });

  it('of equal tensors are equal, wherever they lie', () => {
    const shared: [string, number][] = [
      ['v.1', 10],
      ['v.2', 300],
      ['v.3', 7],
    ];
    const first = sizesOf(headerOf(['u.1', 1234], ...shared));
    const second = sizesOf(headerOf(['t.1', 3], ['t.2', 55], ...shared));
    expect(first.slice(-4)).toEqual([10, 200, 100, 7]);
    expect(second.slice(-4)).toEqual([10, 200, 100, 7]);
  });
});
