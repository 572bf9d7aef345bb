import { expect, test } from 'vitest';
import { settlePrompts } from '../../../src/engine/prompts';

const lists = new Map([['animal', ['fox', 'owl', 'bear']]]);
const settle = (prompt: string, more: { negative?: string; seed?: bigint; index?: number } = {}) => {
  const { negative = '', seed = 1n, index } = more;
  const batch = index === undefined ? {} : { batch: { index, count: 9 } };
  return settlePrompts({ prompt, negative, seed, ...batch }, ['ink'], lists);
};

test('what the seed draws is told in the recipe, tags and all, and read without them', () => {
  const { told, read, loras } = settle('a __animal__ in {ink|ink} <lora:ink:0.5>');
  expect(told.prompt).toMatch(/^a (?:fox|owl|bear) in ink <lora:ink:0\.5>$/);
  expect(read.prompt).toBe(told.prompt.replace('<lora:ink:0.5>', ''));
  expect(loras).toEqual([{ name: 'ink', text: 0.5, unet: 0.5 }]);
});

test('another seed draws otherwise, and so does each picture of a batch, all of them again', () => {
  const drawn = (more: object): string => settle('{a|b|c|d|e|f|g|h}', more).told.prompt;
  const seeds = Array.from({ length: 12 }, (_, n) => drawn({ seed: BigInt(n) }));
  expect(new Set(seeds).size).toBeGreaterThan(3);
  expect(Array.from({ length: 12 }, (_, index) => drawn({ seed: 0n, index }))).toEqual(seeds);
  expect(drawn({ seed: 5n })).toBe(seeds[5]);
});

test('lists that are not there and tags that mean nothing are named', () => {
  const { missing, ignored, read } = settle('__planet__ <hypernet:old:1>');
  expect(missing).toEqual(['planet']);
  expect(ignored).toEqual(['<hypernet:old:1>']);
  expect(read.prompt.trim()).toBe('__planet__');
});

test('tags in a negative prompt are text, as in A1111', () => {
  const { read, loras } = settle('a', { negative: '<lora:ink:1>' });
  expect([read.negative, loras]).toEqual(['<lora:ink:1>', []]);
});
