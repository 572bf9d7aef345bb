import { describe, expect, it } from 'vitest';
import { DrobeError } from '../../../src/errors';
import type { Patch, Weights } from '../../../src/runtime/tensor-bytes';
import { withRows, type Rows } from '../../../src/runtime/rows';
import { f32ToF16 } from '../../../src/weights/values/half';
import type { ByteSource } from '../../../src/weights/source';

/** A table of 4 rows of 3 halves, 0 to 11, behind 2 other bytes; and what was read and compared of it. */
function table(source: Partial<ByteSource> = {}, patch?: Patch) {
  const file = new Uint8Array(26);
  const info = { name: 'theirs', dtype: 'F16', shape: [4, 3], begin: 2, end: 26 } as const;
  file.set(new Uint8Array(f32ToF16(Float32Array.from({ length: 12 }, (_, i) => i)).buffer), 2);
  const log: string[] = [];
  const weights: Weights = {
    tensors: new Map([['t', info]]),
    patches: new Map(patch && [['t', patch]]),
    source: {
      bytes: file.length,
      read(begin, end) {
        log.push(`read ${begin} ${end}`);
        return file.slice(begin, end);
      },
      check(ranges) {
        log.push(`check ${ranges.map(({ begin, end }) => `${begin} ${end}`).join(', ')}`);
        return Promise.resolve();
      },
      ...source,
    },
  };
  const read = (...rows: number[]) =>
    withRows(weights, [{ key: 't', rows: new Set(rows) }], (found) => Promise.resolve(plain(found)));
  return { read, log, file };
}

const plain = ([rows]: readonly Rows[]) => [...rows!].map(([row, numbers]) => [row, [...numbers]]);

describe('rows of a table', () => {
  it('are read by themselves, and what is read is compared with what was stored', async () => {
    const { read, log } = table();
    expect(await read(3, 1)).toEqual([
      [3, [9, 10, 11]],
      [1, [3, 4, 5]],
    ]);
    expect(log).toEqual(['check 20 26, 8 14', 'read 20 26', 'read 8 14']);
  });

  it('have what is added to the table, whatever it needs of the other rows', async () => {
    const addsTheFirst: Patch = (all) => all.forEach((_, i) => (all[i]! += i < 3 ? 0 : 100 + all[i % 3]!));
    expect(await table({}, addsTheFirst).read(2)).toEqual([[2, [106, 108, 110]]]);
  });

  it('that the table does not have, or that are no numbers, are told by its name in the file', async () => {
    const { read, file } = table();
    await expect(read(4)).rejects.toMatchObject({ code: 'bad-weight', facts: { key: 'theirs' } });
    file.fill(0xff, 2, 4);
    await expect(read(0)).rejects.toMatchObject({ code: 'weight-not-a-number', facts: { key: 'theirs' } });
    expect(await read(1)).toEqual([[1, [3, 4, 5]]]);
  });

  it('of a damaged file are refused as such, even where they are no numbers any more', async () => {
    const damaged = new DrobeError('model-damaged');
    const { read, file } = table({ check: () => Promise.reject(damaged) });
    await expect(read(1)).rejects.toBe(damaged);
    file.fill(0xff);
    await expect(read(1)).rejects.toBe(damaged);
  });
});
