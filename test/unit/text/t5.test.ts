import { describe, expect, it } from 'vitest';
import { conditions } from '../../../src/text/conditions';
import { endedAt, t5Tokens } from '../../../src/text/t5';

/** A token for each letter. */
const tokenize = (text: string): number[] =>
  Array.from(text.replaceAll(' ', ''), (letter) => letter.charCodeAt(0));
const ids = tokenize;

describe('what T5 reads', () => {
  it('is the whole of a text, each piece with its weight', () => {
    const pieces = [
      { text: 'ab', weight: 1 },
      { text: 'c', weight: 1.3 },
    ];
    expect(t5Tokens(pieces, tokenize)).toEqual({ ids: ids('abc'), weights: [1, 1, 1.3] });
  });

  it('knows no BREAK', () => {
    const [{ t5 }] = conditions('a BREAK b', 'prompt', {
      ...{ tokenize, t5: tokenize, language: 'A1111', emphasis: 'A1111', steps: 4 },
    }) as [ReturnType<typeof conditions>[number]];
    expect(t5).toEqual([{ ids: ids('ab'), weights: [1, 1] }]);
  });

  it('is one text for each that a prompt becomes on the way', () => {
    const [{ t5, texts }] = conditions('[(a:2):b:2]', 'prompt', {
      ...{ tokenize, t5: tokenize, language: 'A1111', emphasis: 'A1111', steps: 4 },
    }) as [ReturnType<typeof conditions>[number]];
    expect(texts).toHaveLength(2);
    expect(t5).toEqual([
      { ids: ids('a'), weights: [2] },
      { ids: ids('b'), weights: [1] },
    ]);
  });

  it('ends with a mark, and with padding where there is room', () => {
    const text = { ids: [5, 6, 7], weights: [1, 2, 3] };
    const marks = { eos: 1, pad: 0 };
    expect(endedAt(text, 5, marks)).toEqual({
      ids: Int32Array.of(5, 6, 7, 1, 0),
      weights: Float32Array.of(1, 2, 3, 1, 1),
    });
    expect(endedAt(text, 3, marks)).toEqual({
      ids: Int32Array.of(5, 6, 1),
      weights: Float32Array.of(1, 2, 1),
    });
  });
});
