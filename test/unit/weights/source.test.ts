import { expect, it } from 'vitest';
import type { Segment } from '../../../src/weights/segments';
import { memorySource, concatenated, succeeded, type ByteSource } from '../../../src/weights/source';

const [first, second] = [memorySource(Uint8Array.of(1, 2, 3)), memorySource(Uint8Array.of(4, 5, 6, 7))];

it('two sources are read as if one lay behind the other', () => {
  const both = concatenated(first, second);
  expect(both.bytes).toBe(7);
  expect([...both.read(1, 3)]).toEqual([2, 3]);
  expect([...both.read(3, 6)]).toEqual([4, 5, 6]);
  expect(() => both.read(2, 4)).toThrow(expect.objectContaining({ code: 'bug' }));
});

it('each of two sources checks what lies in it', async () => {
  const checked: (readonly Segment[])[] = [];
  const checking = (source: ByteSource): ByteSource => ({
    ...source,
    check: (ranges) => Promise.resolve(void checked.push(ranges)),
  });
  const ranges = [
    { begin: 0, end: 2 },
    { begin: 4, end: 7 },
  ];
  await concatenated(checking(first), checking(second)).check?.(ranges);
  expect(checked).toEqual([[{ begin: 0, end: 2 }], [{ begin: 1, end: 4 }]]);
  await expect(concatenated(first, second).check?.(ranges)).resolves.toBeUndefined();
});

it('one source succeeds another with a check, and no byte of it is read before', async () => {
  const checked: (readonly Segment[])[] = [];
  const copy: ByteSource = {
    ...memorySource(Uint8Array.of(7, 8, 9)), // others, to be told apart
    check: (ranges) => Promise.resolve(void checked.push(ranges)),
  };
  const { source, succeed } = succeeded(first);
  const ranges = [{ begin: 0, end: 2 }];
  await source.check?.(ranges);
  expect([...source.read(0, 2)]).toEqual([1, 2]);
  succeed(copy);
  expect([...source.read(0, 2)]).toEqual([1, 2]);
  expect(checked).toEqual([]);
  await source.check?.(ranges);
  expect([...source.read(0, 2)]).toEqual([7, 8]);
  expect(checked).toEqual([ranges]);
});
