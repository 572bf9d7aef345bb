import { describe, expect, it } from 'vitest';
import { feed } from '../../../src/runtime/feeder';
import type { Patch } from '../../../src/runtime/tensor-bytes';
import { convert } from '../../../src/weights/values/half';
import { pack } from '../../../src/weights/values/pack';
import type { Dtype, TensorInfo } from '../../../src/weights/safetensors';
import { memorySource } from '../../../src/weights/source';

/** What ONNX Runtime is handed of one weight, or the error that feeding ended with. */
function fed(stored: Uint8Array<ArrayBuffer>, dtype: Dtype, count: number, to: 'f16' | 'f32', patch?: Patch) {
  const size = to === 'f16' ? 2 : 4;
  const placement = { key: 'w', dtype: to, location: 'a', offset: 0, length: size * count };
  const info = { name: 'w', dtype, shape: [count], begin: 0, end: stored.length };
  const patches = new Map(patch && [['w', patch]]);
  const { externalData, failed } = feed([placement], {
    tensors: new Map([['w', info]]),
    source: memorySource(stored),
    patches,
  });
  const read = () => externalData[0]!.data.subarray(0, size * count);
  return { read, failed };
}

it('what is wrong with a weight is told by its name in the file, and by the name of the file', () => {
  const fail = (info: Partial<TensorInfo> | null) => {
    const whole = { name: 'theirs', dtype: 'F32', shape: [1], begin: 0, end: 4, ...info } as const;
    const tensors = new Map(info && [['w', whole]]);
    const placement = { key: 'w', dtype: 'f32', location: 'a', offset: 0, length: 4 } as const;
    const source = memorySource(new Uint8Array(8));
    const { externalData, failed } = feed([placement], { tensors, source, name: 'soft' });
    expect(() => externalData[0]!.data.subarray(0, 4)).toThrow();
    return failed();
  };
  expect(fail({ dtype: 'I32' })).toMatchObject({
    code: 'bad-weight',
    facts: { key: 'theirs', name: 'soft' },
  });
  expect(fail({ end: 0 })).toMatchObject({ code: 'bad-weight', facts: { key: 'theirs', name: 'soft' } });
  expect(fail(null)).toMatchObject({ code: 'missing-weight', facts: { key: 'w', name: 'soft' } });
});

describe.each([
  ['F64', new Uint8Array(Float64Array.of(1, 0.5, -2).buffer), new Uint8Array(Float64Array.of(NaN).buffer)],
  [
    'F32',
    new Uint8Array(Float32Array.of(1, 0.5, -2).buffer),
    new Uint8Array(Float32Array.of(Infinity).buffer),
  ],
  ['F16', Uint8Array.of(0, 0x3c, 0, 0x38, 0, 0xc0), Uint8Array.of(0, 0x7e)],
  ['BF16', Uint8Array.of(0x80, 0x3f, 0, 0x3f, 0, 0xc0), Uint8Array.of(0xc0, 0xff)],
  ['F8_E4M3', Uint8Array.of(0x38, 0x30, 0xc0), Uint8Array.of(0x7f)],
  ['F8_E5M2', Uint8Array.of(0x3c, 0x38, 0xc0), Uint8Array.of(0x7c)],
] as const)('a weight in %s', (dtype, sound, bad) => {
  const damaged = sound.slice();
  damaged.set(bad, bad.length);
  const double: Patch = (weights) => weights.forEach((value, i) => (weights[i] = 2 * value));

  it.each(['f16', 'f32'] as const)('passes as %s', (to) => {
    const { read, failed } = fed(sound, dtype, 3, to);
    expect([...new Float32Array(convert(read(), to === 'f16' ? 'F16' : 'F32', 'F32').buffer)]).toEqual([
      1, 0.5, -2,
    ]);
    expect(failed()).toBeUndefined();
  });

  it.each([
    ['as it is', undefined],
    ['changed by a LoRA', double],
  ])('does not pass where one of its values is no number: %s', (_, patch) => {
    for (const to of ['f16', 'f32'] as const) {
      const { read, failed } = fed(damaged, dtype, 3, to, patch);
      expect(read).toThrow('weight-not-a-number, key: w, count: 1');
      expect(failed()).toMatchObject({ code: 'weight-not-a-number', facts: { key: 'w', count: 1 } });
    }
  });
});

it.each(['f16', 'f32'] as const)(
  'a matrix that lies turned is seen and changed as it is used, as %s',
  (to) => {
    const stored = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer); // [[1, 2], [3, 4], [5, 6]]
    const info = {
      name: 'w',
      dtype: 'F32' as const,
      shape: [2, 3],
      begin: 0,
      end: stored.length,
      turned: true as const,
    };
    const length = (to === 'f16' ? 2 : 4) * 6;
    const used = (patches: ReadonlyMap<string, Patch>): number[] => {
      const placement = { key: 'w', dtype: to, location: 'a', offset: 0, length };
      const { externalData } = feed([placement], {
        tensors: new Map([['w', info]]),
        source: memorySource(stored),
        patches,
      });
      const bytes = externalData[0]!.data.subarray(0, length);
      return [...new Float32Array(convert(bytes, to === 'f16' ? 'F16' : 'F32', 'F32').buffer)];
    };
    expect(used(new Map())).toEqual([1, 3, 5, 2, 4, 6]);
    const firstRow: Patch = (weights) => weights.fill(0, 0, 3);
    expect(used(new Map([['w', firstRow]]))).toEqual([0, 0, 0, 2, 4, 6]);
  },
);

it.each([2, 4] as const)(
  'kernels are changed by a LoRA before they are transformed for squares of %i',
  (side) => {
    const info = { name: 'w', dtype: 'F32' as const, shape: [2, 1, 3, 3], begin: 0, end: 72 };
    const stored = new Uint8Array(Float32Array.from({ length: 18 }, (_, i) => i).buffer);
    const length = 4 * 2 * (side + 2) ** 2;
    const form = { part: 'kernels', side } as const;
    const placement = { key: 'w', dtype: 'f32', form, location: 'a', offset: 0, length } as const;
    const twice: Patch = (weights) => weights.forEach((value, i) => (weights[i] = 2 * value));
    const tensors = new Map([['w', info]]);
    const patches = new Map([['w', twice]]);
    const { externalData } = feed([placement], { tensors, source: memorySource(stored), patches });
    const numbers = [...new Float32Array(Uint8Array.from(externalData[0]!.data.subarray(0, length)).buffer)];
    // Of both kernels: the first sum is the first number alone, the last sum the last.
    expect([numbers.slice(0, 2), numbers.slice(-2)]).toEqual([
      [2 * 0, 2 * 9],
      [2 * 8, 2 * 17],
    ]);
  },
);

describe.each([8, 4] as const)('a weight packed into %i bits', (bits) => {
  const values = Float32Array.from({ length: 128 }, (_, i) => Math.sin(i * 12.9898 + 4.1));
  const info = { name: 'w', dtype: 'F32', shape: [2, 64], begin: 0, end: 512 } as const;
  const packed = { bits, scaleType: 'f16' } as const;
  const codes = { key: 'w', dtype: 'u8', form: { ...packed, part: 'codes' }, location: 'a' } as const;
  const scales = { key: 'w', dtype: 'f16', form: { ...packed, part: 'scales' }, location: 'a' } as const;
  const length = 16 * bits;
  const placements = [
    { ...codes, offset: 0, length },
    { ...scales, offset: length, length: 8 },
  ];

  /** What is handed over of it, codes and then scales or the other way round, and how often the file is read for it. */
  function both(first: 'codes' | 'scales', tensor: TensorInfo = info, patch?: Patch) {
    let reads = 0;
    const stored = memorySource(new Uint8Array(values.buffer));
    const source = { ...stored, read: (begin: number, end: number) => (reads++, stored.read(begin, end)) };
    const patches = new Map(patch && [['w', patch]]);
    const { externalData } = feed(placements, { tensors: new Map([['w', tensor]]), source, patches });
    const ask = (from: number, to: number): number[] => [...externalData[0]!.data.subarray(from, to)];
    const asked = { codes: [] as number[], scales: [] as number[] };
    const order = first === 'codes' ? (['codes', 'scales'] as const) : (['scales', 'codes'] as const);
    for (const part of order) asked[part] = part === 'codes' ? ask(0, length) : ask(length, length + 8);
    return { ...asked, reads };
  }
  const expected = (numbers: Float32Array) => {
    const { codes, scales } = pack(numbers, bits, 32, 'f16');
    return { codes: [...codes], scales: [...scales] };
  };

  it('is read once where its codes are asked for first, and is the same where they are not', () => {
    expect(both('codes')).toEqual({ ...expected(values), reads: 1 });
    expect(both('scales')).toEqual({ ...expected(values), reads: 2 });
  });

  it('is changed before, and turned', () => {
    const double: Patch = (weights) => weights.forEach((value, i) => (weights[i] = 2 * value));
    expect(both('codes', info, double)).toMatchObject(expected(values.map((value) => 2 * value)));
    const turned = both('codes', { ...info, shape: [32, 4], turned: true });
    expect(turned).toMatchObject(expected(values.map((_, i) => values[(i % 4) * 32 + Math.floor(i / 4)]!)));
  });
});
