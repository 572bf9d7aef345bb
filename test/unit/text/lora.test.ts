import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { callName, loraTags, nameApart, sameName, withLora, withOtherName } from '../../../src/text/lora';
import { draw } from '../../../src/text/wildcards';

describe('LoRA tags', () => {
  it.each([
    ['a fox', 'a fox', []],
    ['a fox <lora:winter>', 'a fox ', [['winter', 1, 1]]],
    ['<lora:winter:0.8> a fox', ' a fox', [['winter', 0.8, 0.8]]],
    [
      'a <lora:one:-0.5>big <LORA:two words:2:0>fox',
      'a big fox',
      [
        ['one', -0.5, -0.5],
        ['two words', 2, 0],
      ],
    ],
    ['a fox <lora:w:te=0.25:unet=1.5>', 'a fox ', [['w', 0.25, 1.5]]],
    ['<lora:w:0.5:te=0.25>', '', [['w', 0.25, 0.25]]],
    ['<lora:w:nan>', '', [['w:nan', 1, 1]]],
    ['<lora:w:0,8>', '', [['w', 0.8, 0.8]]],
    ['<lora:my:style:0.5>', '', [['my:style', 0.5, 0.5]]],
    ['<lora:a=b [x] (y).v1:0.5>', '', [['a=b [x] (y).v1', 0.5, 0.5]]],
    ['<lora:w:strong>', '', [['w:strong', 1, 1]]],
    ['<lyco:w:0.3>', '', [['w', 0.3, 0.3]]],
    ['a < lora and <lora:>', 'a < lora and <lora:>', []],
    ['line one\n<lora:w:1>\nline two', 'line one\n\nline two', [['w', 1, 1]]],
  ])('of %j', (prompt, rest, loras) => {
    expect(loraTags(prompt)).toEqual({
      prompt: rest,
      loras: loras.map(([name, text, unet]) => ({ name, text, unet })),
      others: [],
    });
  });

  it('are told from tags of other kinds', () => {
    expect(loraTags('a <hypernet:x:1> b')).toEqual({
      prompt: 'a  b',
      loras: [],
      others: [{ kind: 'hypernet', items: ['x', '1'] }],
    });
  });

  it('name the longest of the names that are known', () => {
    const { loras } = loraTags('<lora:style:2:0.8><lora:style:3>', ['style', 'Style:2']);
    expect(loras).toEqual([
      { name: 'style:2', text: 0.8, unet: 0.8 },
      { name: 'style', text: 3, unet: 3 },
    ]);
  });
});

it('names are the same in other capitals, and with accents apart', () => {
  expect(sameName('Žiema', 'z\u030ciema ')).toBe(true);
  expect(sameName('ziema', 'žiema')).toBe(false);
});

it.each([
  ['a<b>c', 'a_b_c'],
  [' ink ', 'ink'],
  ['ink  two', 'ink two'],
  ['{red|blue}', '_red_blue_'],
  ['my__style__', 'my_style_'],
  ['z\u030ciema', 'žiema'],
  ['style:2', 'style:2'],
  ['"ink" (v1) [x] 🎨 墨', '"ink" (v1) [x] 🎨 墨'],
  [' ', '_'],
])('a file named %j is called %j', (file, name) => {
  expect(callName(file)).toBe(name);
  expect(sameName(file, name)).toBe(true);
});

it('a name that others have gets a number', () => {
  expect(nameApart('ink', [])).toBe('ink');
  expect(nameApart('Ink', ['ink'])).toBe('Ink-2');
  expect(nameApart('ink', ['INK', 'ink-2', 'z'])).toBe('ink-3');
  expect(nameApart('z\u030c', ['ž'])).toBe('z\u030c-2');
});

it('a tag for a file of any name is understood, weighed, renamed and taken out again, and nothing is drawn in it', () => {
  const letter = fc.oneof(
    fc.constantFrom(
      '<',
      '>',
      ':',
      ' ',
      '{',
      '|',
      '}',
      '_',
      '__',
      '$$',
      '(',
      ']',
      '"',
      ',',
      '\\',
      '=',
      '0',
      '\n',
    ),
    fc.string({ unit: 'grapheme', maxLength: 2 }),
  );
  const name = fc.array(letter, { maxLength: 8 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(name, name, (file, other) => {
      fc.pre(!sameName(file, other));
      const tagged = withLora('a fox', file, 0.5);
      expect(draw([tagged], 1n, new Map([['_', ['drawn']]])).prompts).toEqual([tagged]);
      const { prompt, loras } = loraTags(tagged, [file]);
      expect(prompt).toBe('a fox ');
      expect(loras).toMatchObject([{ text: 0.5, unet: 0.5 }]);
      expect(sameName(loras[0]!.name, file)).toBe(true);
      expect(withLora(tagged, file, -1)).toBe(tagged.replace(/0\.5>$/, '-1>'));
      expect(withLora(tagged, file, null)).toBe('a fox');
      expect(withOtherName(tagged, file, other)).toBe(withLora('a fox', other, 0.5));
    }),
    { seed: 15, numRuns: 500 },
  );
});

describe('a prompt with a LoRA', () => {
  it.each([
    ['a fox', 'winter', 1, 'a fox <lora:winter:1>'],
    ['', 'winter', 1, '<lora:winter:1>'],
    ['a <lora:Winter:0.3> fox', 'winter', 0.55, 'a <lora:winter:0.55> fox'],
    ['a <lora:winter:0.3> fox <lora:other:1>', 'winter', null, 'a fox <lora:other:1>'],
    ['a <lora:winter:1> fox <lora:winter:2>', 'winter', 0.5, 'a <lora:winter:0.5> fox'],
    ['a fox', 'winter', null, 'a fox'],
    ['a  fox <lora:a  b:1> <lora:winter:1>', 'winter', null, 'a  fox <lora:a  b:1>'],
    ['<lora:winter:1> a fox', 'winter', null, 'a fox'],
    ['a <lora:style:2:0.3> fox', 'style:2', 0.5, 'a <lora:style:2:0.5> fox'],
    ['<lora:style:2>', 'style:2', 0.5, '<lora:style:2:0.5>'],
    ['a <lora:winter:0.5:0.8> fox', 'winter', 0.75, 'a <lora:winter:0.5:0.75> fox'],
    ['<lora:winter:te=0:unet=1>', 'winter', 0.5, '<lora:winter:0:0.5>'],
  ])('%j, %s at %s', (prompt, name, weight, expected) => {
    expect(withLora(prompt, name, weight)).toBe(expected);
  });
});
