import { expect, test } from 'vitest';
import type { AddonFacts } from '../../../src/engine/api';
import { calledWords, standsAlone } from '../../../src/engine/called';
import { countTokens } from '../../../src/engine/count';
import { embeddingFacts, loraFacts } from '../../../src/engine/files/facts';
import { storedEntry } from '../../../src/engine/files/stored';
import { embeddingOf, type EmbeddingSource } from '../../../src/pipeline/files/embedding';
import { recognise } from '../../../src/nets/detect/detect';
import { memorySource } from '../../../src/weights/source';
import type { TensorInfo } from '../../../src/weights/safetensors';
import { stableDiffusion15, stableDiffusionXL } from '../nets/stable-diffusion';

const embedding = (name: string, ...words: string[]): { id: string; addon: AddonFacts } => ({
  id: name,
  addon: { kind: 'embedding', name, words: words.map((trigger) => ({ trigger, vectors: 2 })) },
});
const lora = (name: string, ...words: string[]): { id: string; addon: AddonFacts } => ({
  id: name,
  addon: {
    kind: 'lora',
    name,
    modules: 1,
    base: null,
    words: words.map((trigger) => ({ trigger, vectors: 2 })),
  },
});
const called = (on: readonly string[], ...prompts: string[]) =>
  calledWords(
    [
      embedding('toy_2', 'toy_2', '<toy>'),
      embedding('toy', 'toy', '<toy>'),
      lora('ink', 'inky'),
      lora('oil'),
    ],
    prompts,
    new Set(on),
  );

test('a word calls all files that have it, in the order of their names', () => {
  expect(called([], 'a <TOY> there')).toContainEqual({ trigger: '<toy>', ids: ['toy', 'toy_2'] });
  expect(called([], 'a cat', 'no toy_2')).toContainEqual({ trigger: 'toy_2', ids: ['toy_2'] });
});

test('a word that a prompt has inside of a longer one alone is not told as one that does not fit', () => {
  const all = ['<toy>', 'toy'];
  expect(standsAlone('toy', all, ['a <toy> there'])).toBe(false);
  expect(standsAlone('<toy>', all, ['a <toy> there'])).toBe(true);
  expect(standsAlone('toy', all, ['a <toy> there', 'no Toy'])).toBe(true);
});

test('a word in a LoRA is one while the LoRA is on', () => {
  expect(called(['oil'], 'an inky cat')).toEqual([]);
  expect(called(['ink'], 'an inky cat')).toEqual([{ trigger: 'inky', ids: ['ink'] }]);
});

const headerOf = (shapes: Readonly<Record<string, readonly number[]>>) => {
  let end = 0;
  const tensors = new Map<string, TensorInfo>();
  for (const [name, shape] of Object.entries(shapes)) {
    const begin = end;
    end += 4 * shape.reduce((n, d) => n * d, 1);
    tensors.set(name, { name, dtype: 'F32', shape, begin, end });
  }
  return { tensors, metadata: new Map<string, string>(), bytes: end };
};
const sourceOf = (
  shapes: Readonly<Record<string, readonly number[]>>,
  encoders: readonly (number | null)[] = [],
): EmbeddingSource => {
  const header = headerOf(shapes);
  const tensors = [...header.tensors.keys()].map((name, i) => ({ name, encoder: encoders[i] ?? null }));
  return { file: 'x', header, source: memorySource(new Uint8Array(header.bytes)), tensors };
};

test('the words of files are remembered with them', () => {
  const several = headerOf({ '<s0>': [1, 768], '<s1>': [2, 768] });
  expect(embeddingFacts(several, 'set.safetensors')).toMatchObject({
    words: [
      { trigger: '<s0>', vectors: 1 },
      { trigger: '<s1>', vectors: 2 },
    ],
  });
  const bundle = headerOf({
    'lora_unet_conv_in.diff': [320, 4, 3, 3],
    'bundle_emb.toy.emb_params': [2, 768],
  });
  expect(loraFacts(bundle, 'ink.safetensors')).toMatchObject({
    modules: 1,
    words: [{ trigger: 'toy', vectors: 2 }],
  });
});

test('what was remembered before a file could have several words is still known', () => {
  const extra = { addon: { kind: 'embedding', name: 'toy', triggers: ['toy', '<toy>'], vectors: 3 } };
  const stored = { id: 'a', file: 'toy.safetensors', bytes: 1, kind: 'copy', extra };
  expect(storedEntry(stored as unknown as Parameters<typeof storedEntry>[0])).toMatchObject({
    addon: {
      kind: 'embedding',
      words: [
        { trigger: 'toy', vectors: 3 },
        { trigger: '<toy>', vectors: 3 },
      ],
    },
  });
});

test('tokens of a word in a LoRA are counted while it is on', () => {
  const entry = { ...lora('ink', 'inky'), file: 'ink.safetensors', bytes: 1, origin: 'stored' } as const;
  const count = (prompt: string) =>
    countTokens(
      { prompt, negative: '', emphasis: 'off', like: 'A1111', steps: 20 },
      (text) => text.split(/\s+/).flatMap((word) => (word ? [1] : [])),
      [entry],
    ).prompt;
  expect(count('inky cat <lora:ink:1>')).toMatchObject({ used: 3 });
  expect(count('inky cat')).toMatchObject({ used: 2 });
});

const sd1 = recognise({ tensors: stableDiffusion15(), metadata: new Map() }).model;
const sdxl = recognise({ tensors: stableDiffusionXL(), metadata: new Map() }).model;
const rowsFor = (model: typeof sd1, ...sources: EmbeddingSource[]) =>
  embeddingOf('toy', sources, model)?.rows.map((row) => row.map(({ length }) => length)) ?? null;

test('a word takes the vectors that are as wide as the model wants them', () => {
  const [narrow, wide] = [sourceOf({ toy: [2, 768] }), sourceOf({ toy: [2, 1280] })];
  expect(rowsFor(sd1, narrow)).toEqual([[768], [768]]);
  expect(rowsFor(sd1, sourceOf({ toy: [768] }))).toEqual([[768]]);
  expect(rowsFor(sd1, wide)).toBeNull();
  expect(rowsFor(sd1, wide, narrow), 'of two words alike it is the one that fits').toEqual([[768], [768]]);
  expect(rowsFor(sdxl, narrow)).toBeNull();
});

test('for SDXL one file has both, or two files have one each', () => {
  const both = [
    [768, 1280],
    [768, 1280],
  ];
  expect(rowsFor(sdxl, sourceOf({ clip_g: [2, 1280], clip_l: [2, 768] }, [1, 0]))).toEqual(both);
  expect(rowsFor(sdxl, sourceOf({ toy: [2, 768] }), sourceOf({ toy: [2, 1280] }))).toEqual(both);
  expect(rowsFor(sdxl, sourceOf({ toy: [2, 1280] }), sourceOf({ toy: [2, 768] }))).toEqual(both);
  const unequal = [sourceOf({ toy: [1, 768] }), sourceOf({ toy: [2, 1280] })];
  expect(rowsFor(sdxl, ...unequal), 'as many vectors each').toBeNull();
});
