import { describe, expect, it } from 'vitest';
import { maxSeed, parseSeed, seedAfter } from '../../../src/sampling/seed';

describe('parseSeed', () => {
  it.each([
    ['0', 0n],
    [' 1234567890 ', 1234567890n],
    ['007', 7n],
    ['4294967296', 2n ** 32n],
    ['9007199254740993', 2n ** 53n + 1n],
    ['18446744073709551615', maxSeed],
  ])('reads %j exactly', (text, seed) => expect(parseSeed(text)).toBe(seed));

  it.each(['-1', '−1', ' -1 ', '', '  '])('takes %j for a random one', (text) => {
    expect(parseSeed(text)).toBe('random');
  });

  it.each(['-2', '1.5', '1e3', '0x10', '1 2', '1,000', 'cat', 'NaN', '+1', '--1', '१'])(
    'does not take %j, and says so',
    (text) => {
      expect(parseSeed(text)).toEqual({ error: 'no-seed', written: text });
    },
  );

  it('does not clamp what is too large', () => {
    expect(parseSeed('18446744073709551616')).toEqual({
      error: 'seed-too-large',
      written: '18446744073709551616',
    });
    expect(parseSeed('9'.repeat(10_000))).toEqual({
      error: 'seed-too-large',
      written: `${'9'.repeat(39)}…`,
    });
  });

  it('reads every seed back as it is written', () => {
    for (let bits = 0n; bits < 64n; bits++) {
      for (const seed of [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n].filter((each) => each <= maxSeed))
        expect(parseSeed(seed.toString())).toBe(seed);
    }
  });
});

it('after the largest seed comes 0', () => {
  expect([seedAfter(7n, 3), seedAfter(maxSeed, 0), seedAfter(maxSeed, 2)]).toEqual([10n, maxSeed, 1n]);
});
