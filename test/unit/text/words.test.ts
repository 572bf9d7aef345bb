import { describe, expect, it } from 'vitest';
import { callWord, cutAtWords, mentions } from '../../../src/text/words';

const toy = { trigger: '<toy>', ids: [900, 901] };
const style = { trigger: 'my-style', ids: [800] };
const other = { trigger: 'my-style-2', ids: [700] };

describe('a word with vectors of its own', () => {
  it.each([
    ['a <toy> b', ['a ', toy, ' b']],
    ['<TOY>', [toy]],
    ['My-Style, <toy>', [style, ', ', toy]],
    ['my-style-2', [other]],
    ['amy-style', ['amy-style']],
    ['žmy-style', ['žmy-style']],
    ['', []],
  ])('in %j', (prompt, parts) => {
    expect(cutAtWords(prompt, [toy, style, other])).toEqual(parts);
  });

  it('is found as a whole word, in any letter case', () => {
    expect(mentions('a photo of MY-style.', 'my-style')).toBe(true);
    expect(mentions('my-styles', 'my-style')).toBe(false);
    expect(mentions('x<cat-toy>y', '<cat-toy>')).toBe(false);
    expect(mentions('a (b) c', '(b)')).toBe(true);
  });

  it('is found with its brackets escaped, and with accents apart (macOS)', () => {
    expect(mentions('by ink \\(v2\\).', 'ink (v2)')).toBe(true);
    expect(mentions('a z\u030c', 'ž')).toBe(true);
    expect(mentions('a ž', 'z\u030c')).toBe(true);
    expect(cutAtWords('a z\u030c b', [{ trigger: 'Ž', ids: [1] }])).toEqual([
      'a ',
      { trigger: 'Ž', ids: [1] },
      ' b',
    ]);
  });
});

it.each([
  ['ink', 'ink'],
  ['ink (v2)', 'ink _v2_'],
  [' a:b|c\\<d>  e ', 'a_b_c_d_ e'],
  ['墨 🎨', '墨 🎨'],
])('a file named %j is called by the word %j', (file, word) => {
  expect(callWord(file)).toBe(word);
  expect(callWord(word)).toBe(word);
});
