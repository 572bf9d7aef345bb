import { describe, expect, it } from 'vitest';
import { conditions, languageOf, type Language, type Reading } from '../../../src/text/conditions';
import { tokenCount } from '../../../src/text/count';
import { distinctWindows, encodings } from '../../../src/text/encodings';
import { CLIP, type Tokenizer, type Window } from '../../../src/text/windows';

/** A token for each letter and sign. */
const letters: Tokenizer = (text) => Array.from(text.replaceAll(/\s/g, ''), (sign) => sign.codePointAt(0)!);
const reading = (language: Language = 'A1111', more: Partial<Reading> = {}): Reading => ({
  language,
  emphasis: language === 'plain' ? 'off' : language,
  steps: 4,
  tokenize: letters,
  room: 5,
  ...more,
});
const shown = (windows: readonly Window[]) =>
  windows.map(({ ids }) => String.fromCodePoint(...ids)).join('/');
const read = (prompt: string, asked = reading(), which: 'prompt' | 'negative' = 'prompt') =>
  conditions(prompt, which, asked).map(({ weight, schedule, texts }) => [
    weight,
    schedule.map(({ until, text }) => `${until}:${text}`).join(' '),
    ...texts.map(shown),
  ]);

describe('the conditions of a prompt', () => {
  it('are one, with one text, for plain words', () => {
    expect(read('abc')).toEqual([[1, '4:0', 'abc']]);
  });

  it('are several where it says AND, each with its own schedule', () => {
    expect(read('[a|b] c AND d :0.5')).toEqual([
      [1, '1:0 2:1 3:0 4:1', 'ac', 'bc'],
      [0.5, '4:0', 'd'],
    ]);
  });

  it('are one for a negative prompt, where AND is a word', () => {
    expect(read('a AND b', reading(), 'negative')).toEqual([[1, '4:0', 'aANDb']]);
  });

  it('have windows alike in number, empty ones where a text is shorter', () => {
    expect(read('[abcdefgh:x:2]')).toEqual([[1, '2:0 4:1', 'abcde/fgh', 'x/']]);
  });

  it.each([
    ['plain', 'a|b'],
    ['ComfyUI', '[ab]'],
  ] as const)('read no more in %s than that knows', (language, prompt) => {
    expect(read(prompt, reading(language))).toEqual([[1, '4:0', prompt]]);
  });

  it('are cut where only so many windows are read', () => {
    expect(read('abcdefgh', reading('plain', { limit: 1, backtrack: 0 }))).toEqual([[1, '4:0', 'abcde']]);
  });

  it('take brackets for letters when emphasis is off, but edit on', () => {
    expect(read('(a)[b:c:2]', reading('A1111', { emphasis: 'off' }))).toEqual([
      [1, '2:0 4:1', '(a)b', '(a)c'],
    ]);
  });

  it('are those of the second pass where that is asked for', () => {
    expect(read('[a:b:0.5]', reading('A1111', { hires: 2 }))).toEqual([[1, '2:0', 'b']]);
    expect(read('ab', reading('plain', { hires: 2 }))).toEqual([[1, '2:0', 'ab']]);
  });
});

it('a language goes with a way of emphasis', () => {
  expect([
    languageOf('A1111', 'diffusers'),
    languageOf('No norm', 'ComfyUI'),
    languageOf('ComfyUI', 'A1111'),
    languageOf('off', 'A1111'),
    languageOf('off', 'diffusers'),
  ]).toEqual(['A1111', 'A1111', 'ComfyUI', 'A1111', 'plain']);
});

describe('encodings', () => {
  const marks = { ...CLIP, length: 7 };
  // One number for each token: how many ids its window has.
  const encodingOf = ({ ids }: Window) => ({
    context: new Float32Array(7).fill(ids.length + 1),
    pooled: Float32Array.of(ids.length),
  });
  const encoders = { marks, widths: [1], encodingOf };

  it('are asked for once, whatever the weights', () => {
    const asked = [
      ...conditions('(ab) AND ab AND c', 'prompt', reading()),
      ...conditions('c', 'negative', reading()),
    ];
    expect(distinctWindows(asked, 'A1111').map((window) => shown([window]))).toEqual(['ab', 'c']);
    expect(distinctWindows(asked, 'ComfyUI').map((window) => shown([window]))).toEqual(['ab', 'c', '']);
  });

  it('are put together from windows; the first stands for the whole', () => {
    const [condition] = conditions('abcdefgh', 'prompt', reading());
    const [found] = encodings(condition!, { ...encoders, emphasis: 'A1111' });
    expect([...found!.context]).toEqual([...Array<number>(7).fill(6), ...Array<number>(7).fill(4)]);
    expect([...found!.pooled]).toEqual([5]);
  });

  it('have the weights of their texts', () => {
    const [condition] = conditions('(a:2)b', 'prompt', reading());
    const [found] = encodings(condition!, { ...encoders, emphasis: 'ComfyUI' });
    expect([...found!.context]).toEqual([3, 5, 3, 3, 3, 3, 3]); // 3 is 2 more than the empty window's 1
  });

  it('share a mean as often as their texts stand in the schedule', () => {
    const [condition] = conditions('[(a:3)|b|]', 'prompt', reading()); // (a:3) b nothing (a:3)
    const [first] = encodings(condition!, { ...encoders, emphasis: 'A1111' });
    const ratio = (2 * 14 + 14 + 7) / (2 * 18 + 14 + 7);
    expect(first!.context[0]).toBeCloseTo(2 * ratio, 6);
  });
});

describe('the counter', () => {
  it.each([
    ['', 0, 5],
    ['abcde', 5, 5],
    ['abcdef', 6, 10],
    ['a AND bcd', 3, 5],
    ['[abcdef:g:1]', 6, 10],
  ])('of %j', (prompt, used, room) => {
    expect(tokenCount(prompt, 'prompt', reading())).toEqual({ used, room });
  });

  it('shows no more room than is read', () => {
    expect(tokenCount('abcdef', 'prompt', reading('plain', { limit: 1 }))).toEqual({ used: 6, room: 5 });
  });
});
