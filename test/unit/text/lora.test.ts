import { describe, expect, it } from 'vitest';
import { loraTags, withLora } from '../../../src/text/lora';

describe('LoRA tags', () => {
  it.each([
    ['a fox', 'a fox', []],
    ['a fox <lora:winter>', 'a fox', [['winter', 1, 1]]],
    ['<lora:winter:0.8> a fox', 'a fox', [['winter', 0.8, 0.8]]],
    [
      'a <lora:one:-0.5>big <LORA:two words:2:0>fox',
      'a big fox',
      [
        ['one', -0.5, -0.5],
        ['two words', 2, 0],
      ],
    ],
    ['a fox <lora:w:te=0.25:unet=1.5>', 'a fox', [['w', 0.25, 1.5]]],
    ['a fox <lora:w:strong>', 'a fox', [['w', 1, 1]]],
    ['a < lora and <hypernet:x:1>', 'a < lora and <hypernet:x:1>', []],
    ['line one\n<lora:w:1>\nline two', 'line one\n\nline two', [['w', 1, 1]]],
  ])('of %j', (prompt, rest, loras) => {
    expect(loraTags(prompt)).toEqual({
      prompt: rest,
      loras: loras.map(([name, text, unet]) => ({ name, text, unet })),
    });
  });
});

describe('a prompt with a LoRA', () => {
  it.each([
    ['a fox', 'winter', 1, 'a fox <lora:winter:1>'],
    ['', 'winter', 1, '<lora:winter:1>'],
    ['a <lora:Winter:0.3> fox', 'winter', 0.55, 'a <lora:winter:0.55> fox'],
    ['a <lora:winter:0.3> fox <lora:other:1>', 'winter', null, 'a fox <lora:other:1>'],
    ['a <lora:winter:1> fox <lora:winter:2>', 'winter', 0.5, 'a <lora:winter:0.5> fox'],
    ['a fox', 'winter', null, 'a fox'],
  ])('%j, %s at %s', (prompt, name, weight, expected) => {
    expect(withLora(prompt, name, weight)).toBe(expected);
  });
});
