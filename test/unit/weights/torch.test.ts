import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { DrobeError } from '../../../src/errors';
import type { Slices, TensorInfo } from '../../../src/weights/safetensors';
import { readTorch } from '../../../src/weights/torch/torch';
import { mulberry32 } from './golden';

const folder = new URL('../../golden/data/torch/', import.meta.url);
const golden = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(new URL(name, folder)));

const slicesOf = (bytes: Uint8Array<ArrayBuffer>): Slices => ({
  size: bytes.length,
  slice: (begin, end) => ({ arrayBuffer: () => Promise.resolve(bytes.slice(begin, end).buffer) }),
});

async function verdict(bytes: Uint8Array<ArrayBuffer>): Promise<TensorInfo[] | DrobeError> {
  try {
    return await readTorch(slicesOf(bytes));
  } catch (error) {
    if (error instanceof DrobeError) return error;
    throw error;
  }
}

/** Replaces bytes that stand once in a file by as many others. */
function changed(bytes: Uint8Array<ArrayBuffer>, from: string, to: string): Uint8Array<ArrayBuffer> {
  const latin = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));
  const at = Buffer.from(bytes).indexOf(Buffer.from(latin(from)));
  const copy = bytes.slice();
  copy.set(latin(to), at);
  return copy;
}

describe('readTorch', () => {
  it('reads the directory, the pickle and where numbers begin, and no numbers', async () => {
    const bytes = golden('params.pth');
    const tensors = await readTorch(slicesOf(bytes));
    const numbers = new Uint8Array(bytes.length);
    for (const { begin, end } of tensors) numbers.fill(1, begin, end);
    const read = new Uint8Array(bytes.length);
    await readTorch({
      size: bytes.length,
      slice(begin, end) {
        // The end of the file is searched for its directory: this one is so small that it is all of it.
        if (end < bytes.length) read.fill(1, begin, end);
        return slicesOf(bytes).slice(begin, end);
      },
    });
    expect(read.some((was, i) => was === 1 && numbers[i] === 1)).toBe(false);
  });

  it('refuses numbers whose highest byte is first', async () => {
    const big = changed(golden('params.pth'), 'little', 'big\0\0\0');
    expect(await verdict(big)).toMatchObject({ code: 'bad-pickle', facts: { reason: /highest byte/ } });
  });

  it.each([
    ['cut in two', (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, bytes.length / 2)],
    ['without its end', (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, -10)],
    ['with other bytes after it', (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array([...bytes, 1])],
    ['of nothing', () => new Uint8Array(0)],
  ])('refuses a zip %s', async (_, spoil) => {
    expect(await verdict(spoil(golden('params.pth')))).toMatchObject({ code: 'bad-pickle' });
  });
});

test('files damaged at random, 6,000 times, give tensors inside the file or a DrobeError', async () => {
  const random = mulberry32(1712);
  const below = (count: number): number => Math.floor(random() * count);
  const seeds = readdirSync(folder)
    .filter((name) => /\.(?:pth|pt|ckpt)$/.test(name))
    .map(golden);
  let accepted = 0;
  for (let round = 0; round < 6000; round++) {
    const bytes = seeds[below(seeds.length)]!.slice();
    // Half of them near the end, where the directory is.
    const place = (): number => (random() < 0.5 ? below(bytes.length) : bytes.length - 1 - below(700));
    for (let edits = 1 + below(3); edits > 0; edits--) {
      const at = Math.max(0, place());
      const kind = random();
      if (kind < 0.6) bytes[at] = below(256);
      else if (kind < 0.8) bytes.fill(255, at, at + 1 + below(8));
      else bytes.copyWithin(at, Math.max(0, place()), bytes.length);
    }
    const result = await verdict(bytes);
    if (result instanceof DrobeError) continue;
    accepted++;
    for (const { begin, end } of result) {
      if (!(begin >= 0 && begin <= end && end <= bytes.length)) expect.fail(`${begin} to ${end}`);
    }
  }
  expect(accepted).toBeGreaterThan(100);
  expect(accepted).toBeLessThan(5900);
});
