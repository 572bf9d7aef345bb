import { describe, expect, it } from 'vitest';
import { attention, comfyWeights, type Piece } from '../../../src/text/attention';

const pairs = (pieces: readonly Piece[]) => pieces.map(({ text, weight }) => [text, weight]);

describe("A1111's emphasis", () => {
  it.each([
    ['a (b) c', 'a ', 1, 'b', 1.1, ' c', 1],
    ['[a]', 'a', 1 / 1.1],
    ['(a:0.5) b', 'a', 0.5, ' b', 1],
    ['((a:2) b)', 'a', 2.2, ' b', 1.1],
    ['(a', 'a', 1.1],
    ['a)]', 'a)]', 1],
    ['\\(a\\) \\[b\\]', '(a) [b]', 1],
    ['a BREAK b', 'a', 1, 'BREAK', -1, 'b', 1],
    ['', '', 1],
  ])('of %j', (prompt, ...expected) => {
    expect(pairs(attention(prompt)).flat()).toEqual(expected);
  });

  it('takes what only looks like a weight for text', () => {
    expect(pairs(attention('(a:1.2.3) b'))).toEqual([
      ['a:1.2.3', 1.1],
      [' b', 1],
    ]);
    expect(pairs(attention('x (a:.) (b:+..5)'))).toEqual([
      ['x ', 1],
      ['a:.', 1.1],
      [' ', 1],
      ['b:+..5', 1.1],
    ]);
  });

  it('tells words as Python does, beyond ASCII', () => {
    expect(pairs(attention('éBREAK b'))).toEqual([['éBREAK b', 1]]);
    expect(pairs(attention('a\u3000BREAK\u0085b'))).toEqual([
      ['a', 1],
      ['BREAK', -1],
      ['b', 1],
    ]);
  });

  it('reads a hundred thousand brackets in no time', () => {
    const long = '('.repeat(50_000) + 'a' + ')'.repeat(50_000);
    expect(attention(long)).toHaveLength(1);
  });
});

describe("ComfyUI's weights", () => {
  it.each([
    ['a (b) c', 'a ', 1, 'b', 1.1, ' c', 1],
    ['((a:1.2):1.3)', 'a', 1.2],
    ['((a) b:0.5)', 'a', 0.55, ' b', 0.5],
    ['[a] BREAK', '[a] BREAK', 1],
    ['(a', '(a', 1],
    [') (a)', ') (a)', 1],
    ['\\(a\\)', '(a)', 1],
  ])('of %j', (prompt, ...expected) => {
    expect(pairs(comfyWeights(prompt)).flat()).toEqual(expected);
  });
});

it.each([
  ['closed', '('.repeat(20_000) + 'a' + ')'.repeat(20_000)],
  ['open', '('.repeat(20_000) + 'a'],
  ['with weights', '('.repeat(20_000) + 'a' + ':1.1)'.repeat(20_000)],
])('brackets may be nested however deep, %s', (_, prompt) => {
  expect(attention(prompt).map(({ text }) => text)).toContainEqual(expect.stringContaining('a'));
  expect(
    comfyWeights(prompt)
      .map(({ text }) => text)
      .join(''),
  ).toContain('a');
});
