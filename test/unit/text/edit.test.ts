import { describe, expect, it } from 'vitest';
import { reweigh, withExample } from '../../../src/text/edit';

/** The prompt after the key, with what is selected between bars, which stand for the selection before, too. */
function pressed(marked: string, more: 1 | -1): string | null {
  const [before = '', selected = '', after] = marked.split('¦');
  const prompt = before + selected + (after ?? '');
  const start = before.length;
  const edit = reweigh(prompt, start, after === undefined ? start : start + selected.length, more);
  if (!edit) return null;
  const changed = prompt.slice(0, edit.from) + edit.text + prompt.slice(edit.to);
  return `${changed.slice(0, edit.start)}¦${changed.slice(edit.start, edit.end)}¦${changed.slice(edit.end)}`;
}

describe('more weight', () => {
  it.each([
    ['a c¦at b', 'a (¦cat¦:1.1) b'],
    ['a ¦red cat ¦b', 'a (¦red cat¦:1.1) b'],
    ['a (¦cat¦:1.1) b', 'a (¦cat¦:1.2) b'],
    ['a (big c¦at:1.9)', 'a (¦big cat¦:2.0)'],
    ['a ¦(cat:1.3)¦', 'a (¦cat¦:1.4)'],
    ['(c¦at)', '(¦cat¦:1.2)'],
    ['((c¦at))', '(¦cat¦:1.3)'],
    ['[c¦at]', '¦cat¦'],
    ['(cat:0.9¦)', '¦cat¦'],
    ['(a (b¦:1.2) c:1.5)', '(a (¦b¦:1.3) c:1.5)'],
    ['(a ¦b¦ c:1.5)', '(a (¦b¦:1.1) c:1.5)'],
    ['(cat:-0.1)¦', null],
    ['(¦cat:-0.2)', '(¦cat¦:-0.1)'],
    ['[a|c¦at]', '[a|(¦cat¦:1.1)]'],
    ['[a:c¦at:0.5]', '[a:(¦cat¦:1.1):0.5]'],
    ['\\(c¦at\\)', '\\((¦cat¦:1.1)\\)'],
    ['(a) ¦b¦', '(a) (¦b¦:1.1)'],
    ['žalia ež¦erą', 'žalia (¦ežerą¦:1.1)'],
  ])('in %j', (before, after) => {
    expect(pressed(before, 1)).toBe(after);
  });
});

describe('less weight', () => {
  it.each([
    ['c¦at', '(¦cat¦:0.9)'],
    ['(c¦at:1.1)', '¦cat¦'],
    ['(c¦at)', '¦cat¦'],
    ['[c¦at]', '(¦cat¦:0.8)'],
    ['(cat:0¦.3)', '(¦cat¦:0.2)'],
  ])('in %j', (before, after) => {
    expect(pressed(before, -1)).toBe(after);
  });
});

describe('a tag', () => {
  it.each([
    ['<lora:i¦nk:0.8> a', 1, '<lora:i¦¦nk:0.85> a'],
    ['<lora:i¦nk:0.8> a', -1, '<lora:i¦¦nk:0.75> a'],
    ['<lora:i¦nk>', -1, '<lora:i¦¦nk:0.95>'],
    ['<lora:i¦nk:1:0.5>', 1, '<lora:i¦¦nk:1:0.55>'],
    ['<lora:i¦nk:te=1:unet=0.5>', 1, '<lora:i¦¦nk:te=1:unet=0.55>'],
    ['¦<lora:ink:0.95>¦', 1, '¦<lora:ink:1>¦'],
  ] as const)('%j by %i', (before, more, after) => {
    expect(pressed(before, more)).toBe(after);
  });
});

it('nothing is weighed where there is nothing', () => {
  expect([pressed('a, ¦ b', 1), pressed('a¦  ¦b', 1), pressed('', 1)]).toEqual([null, null, null]);
});

it('a suggestion takes the place of another one, and stands behind what was typed', () => {
  const examples = ['red apple', 'house'];
  const taken = (prompt: string) => withExample(prompt, 'house', examples);
  expect(['', ' ', 'red apple', 'red apple '].map(taken)).toEqual(['house', 'house', 'house', 'house']);
  expect(taken('a red apple')).toBe('a red apple, house');
  expect(taken('a red apple, ')).toBe('a red apple, house');
});
