import { describe, expect, it } from 'vitest';
import { attention, comfyWeights } from '../../../src/text/attention';
import { comfyWindows, marked, windows, type Tokenizer, type Windows } from '../../../src/text/windows';

/** A token for each letter and sign. */
const letters: Tokenizer = (text) => Array.from(text.replaceAll(/\s/g, ''), (sign) => sign.codePointAt(0)!);
const toy = { trigger: '<toy>', ids: [900, 901, 902] };
const words = [toy];

const shown = ({ windows }: Windows) =>
  windows.map(({ ids }) => ids.map((id) => (id >= 900 ? '#' : String.fromCodePoint(id))).join(''));
const cut = (prompt: string, room: number, backtrack = 3) =>
  windows(attention(prompt), { tokenize: letters, words, room, backtrack });

describe("A1111's windows", () => {
  it.each([
    ['', ['']],
    ['abcde', ['abcde']],
    ['abcdef', ['abcde', 'f']],
    ['ab,cdef', ['ab,', 'cdef']],
    ['a,bcdef', ['a,bcd', 'ef']],
    ['abcd,ef', ['abcd,', 'ef']],
    ['abcde,f', ['abcde', ',f']],
    ['ab BREAK c', ['ab', 'c']],
    ['BREAK', ['']],
    ['(a BREAK b)', ['aBREA', 'Kb']],
    ['ab <toy> c', ['ab###', 'c']],
    ['abc <toy> d', ['abc', '###d']],
    ['a,b <TOY>', ['a,b', '###']],
  ])('of %j', (prompt, expected) => {
    expect(shown(cut(prompt, 5))).toEqual(expected);
  });

  it('count a window as full where another follows, or a BREAK', () => {
    expect(cut('ab,cdef', 5).used).toBe(9);
    expect(cut('a BREAK b', 5).used).toBe(6);
    expect(cut('a BREAK', 5).used).toBe(5);
    expect(cut('', 5).used).toBe(0);
  });

  it('do not go back to a comma where that is not wished', () => {
    expect(shown(cut('abcd,efg', 7, 0))).toEqual(['abcd,ef', 'g']);
  });

  it('know a word with too many vectors as a word only', () => {
    expect(shown(cut('<toy>', 2))).toEqual(['<t', 'oy', '>']);
  });

  it('give each token the weight of its piece, and each vector of a word', () => {
    expect(cut('a (b <toy>:1.5)', 5).windows[0]!.weights).toEqual([1, 1.5, 1.5, 1.5, 1.5]);
  });
});

describe("ComfyUI's windows", () => {
  const comfy = (prompt: string) =>
    shown(comfyWindows(comfyWeights(prompt), { tokenize: letters, words, room: 10 }));
  it.each([
    ['', ['']],
    ['abcdefghijkl', ['abcdefghij', 'kl']],
    ['abcdefg (hijkl)', ['abcdefg', 'hijkl']],
    ['ab (cdefghijkl:1.2)', ['abcdefghij', 'kl']],
    ['ab embedding:<toy>, cd', ['ab###,cd']],
    ['a <toy>', ['a<toy>']],
    ['abcdefghi embedding:<toy>', ['abcdefghi', '###']],
    ['embedding:none', ['embedding:', 'none']],
  ])('of %j', (prompt, expected) => {
    expect(comfy(prompt)).toEqual(expected);
  });
});

it('marks stand around the tokens, and padding counts as it stands', () => {
  const { ids, weights } = marked(
    { ids: [7, 8], weights: [1.5, 0.5] },
    { bos: 1, eos: 2, pad: 3, length: 6 },
  );
  expect([...ids]).toEqual([1, 7, 8, 2, 3, 3]);
  expect([...weights]).toEqual([1, 1.5, 0.5, 1, 1, 1]);
});
