import { describe, expect, it } from 'vitest';
import { TorchGenerator } from '../../../src/sampling/random';
import { pasted, slerp } from '../../../src/sampling/variation';

const shape = { channels: 2, h: 5, w: 4 };
const [noise, variation] = [1, 2].map((seed) => new TorchGenerator(seed).randn(40)) as [
  Float32Array<ArrayBuffer>,
  Float32Array<ArrayBuffer>,
];

describe('slerp', () => {
  it('goes from the one noise to the other', () => {
    for (const [share, end] of [
      [0, noise],
      [1, variation],
    ] as const)
      slerp(share, noise, variation, shape).forEach((v, i) => expect(v).toBeCloseTo(end[i]!, 5));
  });

  it('keeps the length of columns of one length', () => {
    const column = { channels: 1, h: 2, w: 1 };
    const half = slerp(0.5, Float32Array.of(3, 0), Float32Array.of(0, 3), column);
    expect([...half].map((v) => v.toFixed(4))).toEqual(['2.1213', '2.1213']);
  });

  it('takes the shares the wrong way round for nearly parallel noises, as A1111 does', () => {
    const twice = noise.map((v) => 2 * v);
    slerp(0.3, noise, twice, shape).forEach((v, i) => expect(v).toBeCloseTo(1.7 * noise[i]!, 5));
  });
});

describe('pasting', () => {
  const side = (h: number, w: number) => ({ channels: 1, h, w });
  const ones = (h: number, w: number) => new Float32Array(h * w).fill(1);
  const paste = (from: [number, number], to: [number, number]): string =>
    pasted(ones(...from), side(...from), new Float32Array(to[0] * to[1]), side(...to)).join('');

  it('lays smaller noise in the middle', () => expect(paste([2, 2], [4, 4])).toBe('0000011001100000'));
  it('rounds the margin down', () => expect(paste([1, 2], [2, 5])).toBe('0110000000'));
  it('cuts off what is larger on one side', () => expect(paste([4, 1], [2, 3])).toBe('010010'));
  it('leaves a place where larger noise cannot be in the middle', () => {
    expect(paste([1, 8], [1, 5])).toBe('11110');
  });
  it('takes the middle of the larger', () => {
    const row = Float32Array.from({ length: 6 }, (_, i) => i);
    expect([...pasted(row, side(1, 6), new Float32Array(2), side(1, 2))]).toEqual([2, 3]);
  });
});
