import { describe, expect, it } from 'vitest';
import { encodePrompt } from '../../../src/text/prompt';
import type { Tokenizer } from '../../../src/text/windows';

/** A token for each pair of letters of a word and for every other sign. */
const pairs: Tokenizer = (text) =>
  [...text.matchAll(/\p{L}{1,2}|[^\s\p{L}]/gu)].map(([piece]) => piece.codePointAt(0)!);
const marks = { bos: 1, eos: 2, pad: 3, length: 6 };

describe('encodePrompt', () => {
  it('puts marks around the ids and pads the rest', () => {
    expect(encodePrompt(pairs, 'ab c', marks)).toEqual({
      ids: Int32Array.of(1, 97, 99, 2, 3, 3),
      dropped: '',
    });
  });

  it('lets exactly length - 2 ids through', () => {
    expect(encodePrompt(pairs, 'a b c d', marks)).toEqual({
      ids: Int32Array.of(1, 97, 98, 99, 100, 2),
      dropped: '',
    });
  });

  it.each([
    ['a b c d e', 'e'],
    ['a b c d  Éé F ', 'Éé F'],
    ['a b c defg h', 'defg h'],
    ['one,two,three', 'two,three'],
    ['a b c,d,e', 'd,e'],
    ['abcdefghij', 'abcdefghij'],
  ])('of "%s" drops "%s"', (prompt, dropped) => {
    expect(encodePrompt(pairs, prompt, marks).dropped).toBe(dropped);
  });

  it('drops from the beginning of a word whose pieces do not add up to its ids', () => {
    const swallow: Tokenizer = (text) => pairs(text.replaceAll(',', ''));
    const rude: Tokenizer = (text) => (text.includes(',') ? [...swallow(text), 9] : swallow(text));
    expect(encodePrompt(rude, 'a b,cc,dd,ee', marks).dropped).toBe('b,cc,dd,ee');
  });
});
