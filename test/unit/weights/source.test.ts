import { expect, it } from 'vitest';
import type { Segment } from '../../../src/weights/segments';
import { memorySource, oneBehind, type ByteSource } from '../../../src/weights/source';

const [first, second] = [memorySource(Uint8Array.of(1, 2, 3)), memorySource(Uint8Array.of(4, 5, 6, 7))];

it('two sources are read as if one lay behind the other', () => {
  const both = oneBehind(first, second);
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
  await oneBehind(checking(first), checking(second)).check?.(ranges);
  expect(checked).toEqual([[{ begin: 0, end: 2 }], [{ begin: 1, end: 4 }]]);
  await expect(oneBehind(first, second).check?.(ranges)).resolves.toBeUndefined();
});
