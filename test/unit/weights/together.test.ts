import { describe, expect, it } from 'vitest';
import { memorySource, type ByteSource } from '../../../src/weights/source';
import { readTogether } from '../../../src/weights/together';

const KIB = 2 ** 10;

/** Bytes that differ from their neighbours, and what was read of them. */
function file(bytes: number): { source: ByteSource; reads: [number, number][] } {
  const content = memorySource(Uint8Array.from({ length: bytes }, (_, n) => (n * 31 + (n >> 8)) & 255));
  const reads: [number, number][] = [];
  const source: ByteSource = {
    ...content,
    read(begin, end) {
      reads.push([begin, end]);
      return content.read(begin, end);
    },
  };
  return { source, reads };
}

/** Tensors one behind the other. */
function tensorsOf(sizes: readonly number[], begin = 0): { begin: number; end: number }[] {
  return sizes.map((size) => ({ begin, end: (begin += size) }));
}

describe('small tensors that lie side by side', () => {
  it('are read at once, in whatever order they are asked for', () => {
    const tensors = tensorsOf([4, 320, 1280, 8, 64 * KIB]);
    const { source, reads } = file(100 * KIB);
    const together = readTogether(source, tensors);
    for (const { begin, end } of [3, 0, 4, 1, 2].map((n) => tensors[n]!))
      expect(together.read(begin, end)).toEqual(source.read(begin, end));
    expect(reads.filter(([begin, end]) => begin === 0 && end === tensors.at(-1)!.end)).toHaveLength(1);
    expect(reads).toHaveLength(1 + tensors.length); // and ours, to compare with
  });

  it('are kept no longer than until each was read', () => {
    const tensors = tensorsOf([16, 16]);
    const { source, reads } = file(64);
    const together = readTogether(source, [...tensors, ...tensors]);
    for (const { begin, end } of tensors) together.read(begin, end);
    expect(reads).toEqual([[0, 32]]);
    expect(together.read(16, 32)).toEqual(source.read(16, 32));
    expect(reads[1]).toEqual([16, 32]);
  });

  it('are no more than a mebibyte at a time', () => {
    const tensors = tensorsOf(Array.from({ length: 30 }, () => 100 * KIB));
    const { source, reads } = file(3000 * KIB);
    const together = readTogether(source, tensors);
    for (const { begin, end } of tensors) together.read(begin, end);
    expect(reads.map(([begin, end]) => (end - begin) / KIB)).toEqual([1000, 1000, 1000]);
  });
});

it('large tensors, parts of tensors, and what nobody spoke of are read as ever', () => {
  const [small, large, after] = tensorsOf([16, 200 * KIB, 16]) as [Range, Range, Range];
  const { source, reads } = file(300 * KIB);
  const together = readTogether(source, [small, large, after]);
  together.read(large.begin, large.end);
  together.read(small.begin + 4, small.end);
  together.read(250 * KIB, 251 * KIB);
  together.read(after.begin, after.end);
  expect(reads).toEqual([
    [16, 16 + 200 * KIB],
    [4, 16],
    [250 * KIB, 251 * KIB],
    [after.begin, after.end],
  ]);
});

type Range = { readonly begin: number; readonly end: number };

it('tensors with bytes between them are not read as one: another file may begin there', () => {
  const { source, reads } = file(64);
  const together = readTogether(source, [...tensorsOf([8], 0), ...tensorsOf([8], 16)]);
  together.read(0, 8);
  together.read(16, 24);
  expect(reads).toEqual([
    [0, 8],
    [16, 24],
  ]);
});
