import { expect, test } from 'vitest';
import { mustNotBeHollow } from '../../../src/weights/hollow';

const SIZE = 3e9;
const tensor = { name: 'w', dtype: 'F16', shape: [SIZE / 2 - 500], begin: 1000, end: SIZE } as const;

/** Whether a file of noughts is refused in which these bytes are something else. */
function refused(at: readonly number[], begin: number = tensor.begin): Promise<unknown> {
  const slice = (from: number, to: number) => ({
    arrayBuffer: () => {
      const bytes = new Uint8Array(to - from);
      for (const one of at) if (from <= one && one < to) bytes[one - from] = 1;
      return Promise.resolve(bytes.buffer);
    },
  });
  const header = { tensors: new Map([['w', { ...tensor, begin }]]), metadata: new Map(), bytes: SIZE };
  return mustNotBeHollow({ size: SIZE, slice }, header).then(
    () => null,
    (error: unknown) => error,
  );
}

const first = tensor.begin;

test('a file is hollow if it begins with numbers and its last megabyte is nothing but noughts', async () => {
  const error = { code: 'file-is-hollow', facts: { zeroBytes: 2 ** 20 } };
  expect(await refused([first, SIZE - 2 ** 20 - 1])).toMatchObject(error);
  expect(await refused([first, SIZE - 2 ** 20])).toBeNull();
  expect(await refused([first, SIZE - 1])).toBeNull();
});

test('a file of noughts alone is none, as such are made on purpose', async () => {
  expect(await refused([])).toBeNull();
  expect(await refused([0])).toBeNull(); // its header
});

test('small files may be', async () => {
  expect(await refused([SIZE - 2e6], SIZE - 2e6)).toBeNull();
});
