import { describe, expect, it } from 'vitest';
import { loraTags, sameName, withLora } from '../../../src/text/lora';

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

describe('a prompt with a LoRA', () => {
  it.each([
    ['a fox', 'winter', 1, 'a fox <lora:winter:1>'],
    ['', 'winter', 1, '<lora:winter:1>'],
    ['a <lora:Winter:0.3> fox', 'winter', 0.55, 'a <lora:winter:0.55> fox'],
    ['a <lora:winter:0.3> fox <lora:other:1>', 'winter', null, 'a fox <lora:other:1>'],
    ['a <lora:winter:1> fox <lora:winter:2>', 'winter', 0.5, 'a <lora:winter:0.5> fox'],
    ['a fox', 'winter', null, 'a fox'],
    ['a <lora:style:2:0.3> fox', 'style:2', 0.5, 'a <lora:style:2:0.5> fox'],
    ['<lora:style:2>', 'style:2', 0.5, '<lora:style:2:0.5>'],
  ])('%j, %s at %s', (prompt, name, weight, expected) => {
    expect(withLora(prompt, name, weight)).toBe(expected);
  });
});
