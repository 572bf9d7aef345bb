import { describe, expect, it } from 'vitest';
import { build, input, type Target } from '../../../src/graph/graph';
import { linear } from '../../../src/graph/nn';
import { scope } from '../../../src/graph/scope';

const whole: Target = { layout: 'nhwc', dtype: 'f16', fusedAttention: true, maxScoreBytes: 2 ** 28 };

/** What a linear layer of so many numbers, in and out, asks of the file: each part's length in bytes. */
function parts(target: Target, inner: number, outer: number, options: { delicate?: boolean } = {}) {
  const weights = new Map([
    ['l.weight', { shape: [outer, inner] }],
    ['l.bias', { shape: [outer] }],
  ]);
  const x = input('x', [3, inner], target, 'f16');
  const { model, placements } = build({ y: linear(x, scope(weights, target)('l'), options) });
  const asked = placements.map(({ key, form, length }) => [key, form?.part ?? 'all', length]);
  return {
    asked,
    op: new TextDecoder('latin1').decode(model).includes('MatMulNBits') ? 'MatMulNBits' : 'Gemm',
  };
}

describe.each([8, 4] as const)('a linear layer in %i bits', (bits) => {
  it('has a code for each number of its weight, and a scale of two bytes for 32 of them', () => {
    const { asked, op } = parts({ ...whole, bits }, 320, 64);
    expect(op).toBe('MatMulNBits');
    expect(asked).toEqual([
      ['l.weight', 'codes', 320 * 64 * (bits / 8)],
      ['l.weight', 'scales', 10 * 64 * 2],
      ['l.bias', 'all', 64 * 2],
    ]);
  });

  it('has 8 at least where errors go on to the end', () => {
    expect(parts({ ...whole, bits }, 64, 32, { delicate: true })).toEqual(
      parts({ ...whole, bits: 8 }, 64, 32),
    );
  });

  it('stays whole where a row of its weight is no number of blocks', () => {
    expect(parts({ ...whole, bits }, 48, 64)).toEqual(parts(whole, 48, 64));
    expect(parts(whole, 48, 64).asked[0]).toEqual(['l.weight', 'all', 48 * 64 * 2]);
  });
});
