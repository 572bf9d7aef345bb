import { describe, expect, it } from 'vitest';
import { parts } from '../../../src/text/parts';

describe('AND', () => {
  it.each([
    ['a', 'a', 1],
    ['a AND b', 'a', 1, ' b', 1],
    ['a :1.2 AND b:-.5', 'a', 1.2, ' b', -0.5],
    ['a and bAND', 'a and bAND', 1],
    ['a :1.2.3', 'a :1.2.3', 1],
    ['žAND b', 'žAND b', 1],
  ])('in %j', (prompt, ...expected) => {
    expect(parts(prompt).flatMap(({ text, weight }) => [text, weight])).toEqual(expected);
  });

  it('is found in long texts, too', () => {
    const long = `${' '.repeat(20_000)}x${' :'.repeat(20_000)}y`;
    expect(parts(`${long} AND b`)).toHaveLength(2);
  });
});
