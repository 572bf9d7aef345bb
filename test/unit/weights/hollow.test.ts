import { expect, test } from 'vitest';
import { mustNotBeHollow } from '../../../src/weights/hollow';

const SIZE = 3e9;
const tensor = { name: 'w', dtype: 'F16', shape: [SIZE / 2 - 500], begin: 1000, end: SIZE } as const;

/** Whether a file of noughts is refused in which one byte is something else. */
function refused(at: number, begin: number = tensor.begin): Promise<unknown> {
  const slice = (from: number, to: number) => ({
    arrayBuffer: () => {
      const bytes = new Uint8Array(to - from);
      if (from <= at && at < to) bytes[at - from] = 1;
      return Promise.resolve(bytes.buffer);
    },
  });
  const header = { tensors: new Map([['w', { ...tensor, begin }]]), metadata: new Map(), bytes: SIZE };
  return mustNotBeHollow({ size: SIZE, slice }, header).then(
    () => null,
    (error: unknown) => error,
  );
}

test('a file is hollow if its last megabyte is nothing but noughts', async () => {
  const error = { code: 'file-is-hollow', facts: { zeroBytes: 2 ** 20 } };
  expect(await refused(SIZE - 2 ** 20 - 1)).toMatchObject(error);
  expect(await refused(SIZE - 2 ** 20)).toBeNull();
  expect(await refused(SIZE - 1)).toBeNull();
});

test('small files may be', async () => {
  expect(await refused(0, SIZE - 2e6)).toBeNull();
});
