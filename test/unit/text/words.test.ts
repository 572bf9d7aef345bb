import { describe, expect, it } from 'vitest';
import { cutAtWords, mentions } from '../../../src/text/words';

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
});
