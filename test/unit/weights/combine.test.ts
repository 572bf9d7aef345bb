import { describe, expect, it } from 'vitest';
import { combine } from '../../../src/weights/values/combine';
import { blobsOf } from '../../../src/weights/store/layout';
import { readHeader } from '../../../src/weights/safetensors';
import { tensorsOf, written, type StoredTensor, type StoredTensors } from '../../safetensors';

const tensors = (...all: [string, StoredTensor][]): StoredTensors => new Map(all);
const part = async (file: Blob, prefix: string) => ({
  file,
  header: await readHeader(file),
  rename: (name: string) => `${prefix}.${name}`,
});

const combined = (...all: Parameters<typeof combine<Blob>>): Blob => new Blob(blobsOf(combine(...all)));

const first = tensors(
  ['b', { dtype: 'F32', shape: [2], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
  ['a', { dtype: 'BF16', shape: [3, 1], bytes: Uint8Array.of(9, 10, 11, 12, 13, 14) }],
  ['empty', { dtype: 'F16', shape: [0, 4], bytes: new Uint8Array() }],
);
const second = tensors(
  ['7', { dtype: 'I64', shape: [], bytes: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1) }],
  ['žuvis "x"', { dtype: 'U8', shape: [3], bytes: Uint8Array.of(1, 1, 2) }],
);

describe('several files as one', () => {
  it('hold all tensors in order, with their dtypes, shapes and bytes, under new names', async () => {
    const whole = combined([await part(written(second), 's'), await part(written(first), 'f')]);
    const found = await tensorsOf(whole);
    expect([...found.keys()]).toEqual(['s.7', 's.žuvis "x"', 'f.b', 'f.a', 'f.empty']);
    expect([...found.values()]).toEqual([...second.values(), ...first.values()]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('begin their data at a multiple of 8 bytes (name %i long)', async (n) => {
    const whole = combined([await part(written(second), 'x'.repeat(n))]);
    const { tensors } = await readHeader(whole);
    expect(tensors.get(`${'x'.repeat(n)}.7`)!.begin % 8).toBe(0);
  });

  it('keep what they are told to state, and tensors of any name', async () => {
    const file = written(first);
    const header = await readHeader(file);
    const names: Record<string, string> = { b: '__proto__', a: '0', empty: '-1' };
    const rename = (name: string) => names[name]!; // all three
    const read = await readHeader(combined([{ file, header, rename }], new Map([['modelspec.title', 'T']])));
    expect([...read.tensors.keys()]).toEqual(['__proto__', '0', '-1']);
    expect([...read.metadata]).toEqual([['modelspec.title', 'T']]);
  });

  it('are refused when two tensors would have one name', async () => {
    const one = await part(written(first), 'x');
    expect(() => combine([one, one])).toThrow(/bad-header.*"x\.b" twice/);
    expect(() => combine([{ ...one, rename: () => '__metadata__' }])).toThrow(/bad-header/);
  });

  it('are put together without a look at their bytes', async () => {
    const file = written(first);
    const { header, rename } = await part(file, 'x');
    const sliced: [number | undefined, number | undefined][] = [];
    const spied = new Blob([file]);
    spied.slice = (begin, end) => (sliced.push([begin, end]), file.slice(begin, end));
    spied.arrayBuffer = () => Promise.reject(new Error('read'));
    combined([{ file: spied, header, rename }]);
    expect(sliced).toEqual([[file.size - 14, file.size]]);
  });
});
