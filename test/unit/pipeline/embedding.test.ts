import { describe, expect, it } from 'vitest';
import { embeddingOf, wordsFor } from '../../../src/pipeline/embedding';
import { detect } from '../../../src/nets/detect';
import { memorySource } from '../../../src/weights/source';
import { stableDiffusion15 } from '../nets/stable-diffusion';
import { encodePrompt } from '../../../src/text/prompt';
import { CLIP } from '../../../src/text/windows';
import { mentions } from '../../../src/text/words';

/** One id for each letter. */
const letters = (text: string): number[] =>
  Array.from(text.replaceAll(' ', ''), (letter) => letter.charCodeAt(0));
const marks = { ...CLIP, length: 9 }; // room for seven
const toy = { trigger: '<toy>', ids: [900, 901] };
const style = { trigger: 'my-style', ids: [800] };

const encoded = (prompt: string) => {
  const { ids, dropped } = encodePrompt(letters, prompt, marks, [toy, style]);
  return [[...ids].slice(1).filter((id) => id !== marks.eos), dropped];
};

describe('a word with vectors of its own', () => {
  it.each([
    ['a <toy> b', [97, 900, 901, 98], ''],
    ['<TOY>', [900, 901], ''],
    ['My-Style, <toy>', [800, 44, 900, 901], ''],
    ['amy-style', letters('amy-sty'), 'style'],
    ['abcdef <toy> g', letters('abcdef'), '<toy> g'],
    ['<toy> abc defgh', [900, 901, ...letters('abc'), ...letters('de')], 'defgh'],
  ])('in %j', (prompt, ids, dropped) => {
    expect(encoded(prompt)).toEqual([ids, dropped]);
  });

  it('is found as a whole word, in any letter case', () => {
    expect(mentions('a photo of MY-style.', 'my-style')).toBe(true);
    expect(mentions('my-styles', 'my-style')).toBe(false);
    expect(mentions('x<cat-toy>y', '<cat-toy>')).toBe(false);
    expect(mentions('a (b) c', '(b)')).toBe(true);
  });
});

it('vectors take the rows of tokens that no prompt uses, from the end of the vocabulary', () => {
  const rows = [[new Float32Array(2)]];
  const embeddings = [
    { trigger: 'one', rows: [...rows, ...rows] },
    { trigger: 'two', rows },
  ];
  expect(wordsFor(embeddings, new Set([49405, 49403]))).toEqual([
    { trigger: 'one', ids: [49404, 49402] },
    { trigger: 'two', ids: [49401] },
  ]);
});

it('vectors that hold no numbers are refused, by the word', () => {
  const model = detect({ tensors: stableDiffusion15(), metadata: new Map() });
  const file = new Uint8Array(Float32Array.from({ length: 768 }, (_, i) => (i === 9 ? NaN : 1)).buffer);
  const info = { name: 'emb_params', dtype: 'F32' as const, shape: [1, 768], begin: 0, end: file.length };
  const header = {
    tensors: new Map([[info.name, info]]),
    metadata: new Map<string, string>(),
    bytes: file.length,
  };
  expect(() => embeddingOf(header, memorySource(file), 'toy', model)).toThrow(
    'weight-not-a-number, key: emb_params, count: 1, name: toy',
  );
});
