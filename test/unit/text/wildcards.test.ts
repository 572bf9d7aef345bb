import { describe, expect, it } from 'vitest';
import { draw, linesOf } from '../../../src/text/wildcards';

const drawn = (prompt: string, seed = 1n, lists = {}) =>
  draw([prompt], seed, new Map(Object.entries(lists))).prompts[0]!;
/** What comes out of a hundred seeds, sorted. */
const all = (prompt: string, lists = {}) =>
  [...new Set(Array.from({ length: 200 }, (_, seed) => drawn(prompt, BigInt(seed), lists)))].sort();

describe('wildcards', () => {
  it.each([
    ['a {red|blue} car', ['a blue car', 'a red car']],
    ['a{ big|} car', ['a big car', 'a car']],
    ['{a|{b|c}}', ['a', 'b', 'c']],
    ['{2$$a|b}', ['a, b', 'b, a']],
    ['{2$$ and $$a|b}', ['a and b', 'b and a']],
    ['{0-1$$a}', ['', 'a']],
    ['{1-$$a|b}', ['a', 'a, b', 'b', 'b, a']],
    ['{5$$a|b}', ['a, b', 'b, a']],
    ['{0::a|b}', ['b']],
    ['{[a|b]|c}', ['[a|b]', 'c']],
    ['{(a:1.2)|<lora:b:0.5>}', ['(a:1.2)', '<lora:b:0.5>']],
  ])('of %j', (prompt, expected) => {
    expect(all(prompt)).toEqual(expected);
  });

  it.each([
    '',
    'a, (b:1.2) [c|d] e_f __',
    '{a} {{b}}',
    '\\{a|b\\}',
    '{a|b',
    'a|b}',
    'the __none__ list',
    '\\__a__',
    'ą{',
  ])('leave %j as it stands', (prompt) => {
    expect(all(prompt)).toEqual([prompt]);
  });

  const lists = { animal: ['fox', '{red|blue} __Bird__'], bird: ['owl', 'old __animal__'] };

  it('take lines of lists, in which the same may stand', () => {
    expect(all('a __animal__', { ...lists, bird: ['owl'] })).toEqual(['a blue owl', 'a fox', 'a red owl']);
  });

  it('end where lists ask for each other', () => {
    const many = all('__animal__', lists);
    expect(many).toContain('fox');
    expect(many).toContain('red old __animal__');
  });

  it('name the lists that are not at hand', () => {
    const { prompts, missing } = draw(['__a/b c__', '__animal__ __d__'], 1n, new Map([['animal', ['fox']]]));
    expect([prompts, missing]).toEqual([
      ['__a/b c__', 'fox __d__'],
      ['a/b c', 'd'],
    ]);
  });

  it('do not grow without end', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`l${i}`, [`__l${i + 1}__ __l${i + 1}__`]]),
    );
    expect(drawn('__l0__', 1n, doubling).length).toBeLessThan(1e6);
  });

  it('are always the same for a seed, which is used as a whole', () => {
    const digits = '{0|1|2|3|4|5|6|7|8|9}'.repeat(12);
    expect(drawn(digits, 1n)).toBe(drawn(digits, 1n));
    const seeds = [0n, 1n, 2n, 1n << 32n, (1n << 64n) - 1n];
    expect(new Set(seeds.map((seed) => drawn(digits, seed))).size).toBe(seeds.length);
  });

  it('are even', () => {
    const counts = new Map<string, number>();
    for (let seed = 0n; seed < 3000n; seed++) {
      const found = drawn('{a|2::b}', seed);
      counts.set(found, (counts.get(found) ?? 0) + 1);
    }
    expect(Math.abs(counts.get('a')! - 1000)).toBeLessThan(80);
  });

  it('are drawn by SplitMix64, whose first number for seed 1234567 is known', () => {
    // 6457827717110365317 / 2^64 = 0.35008...: line 350 of a thousand.
    const list = Array.from({ length: 1000 }, (_, i) => `${i}`);
    expect(drawn('__n__', 1234567n, { n: list })).toBe('350');
  });
});

it("a list's file may have comments and empty lines", () => {
  expect(linesOf('# colours\nred\r\n\n  blue \n')).toEqual(['red', 'blue']);
});

it('braces deeper than anyone nests them are text', () => {
  const { prompts } = draw(['{a|'.repeat(20_000) + 'b' + '}'.repeat(20_000)], 1n);
  expect(prompts[0]).toMatch(/^[ab{|}]*$/);
});
