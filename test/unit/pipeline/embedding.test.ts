import { expect, it } from 'vitest';
import { embeddingOf, wordsFor } from '../../../src/pipeline/files/embedding';
import { recognise } from '../../../src/nets/detect/detect';
import { memorySource } from '../../../src/weights/source';
import { stableDiffusion15 } from '../nets/stable-diffusion';

it('vectors are counted on from the last token', () => {
  const rows = [[new Float32Array(2)]];
  const embeddings = [
    { trigger: 'one', rows: [...rows, ...rows] },
    { trigger: 'two', rows },
  ];
  expect(wordsFor(embeddings)).toEqual([
    { trigger: 'one', ids: [49408, 49409] },
    { trigger: 'two', ids: [49410] },
  ]);
});

it('vectors that hold no numbers are refused, by the name of their file', () => {
  const model = recognise({ tensors: stableDiffusion15(), metadata: new Map() }).model;
  const file = new Uint8Array(Float32Array.from({ length: 768 }, (_, i) => (i === 9 ? NaN : 1)).buffer);
  const info = { name: 'emb_params', dtype: 'F32' as const, shape: [1, 768], begin: 0, end: file.length };
  const header = {
    tensors: new Map([[info.name, info]]),
    metadata: new Map<string, string>(),
    bytes: file.length,
  };
  const tensors = [{ name: info.name, encoder: null }];
  const from = { file: 'toy.safetensors', header, source: memorySource(file), tensors };
  expect(() => embeddingOf('toy', [from], model)).toThrow(
    'weight-not-a-number, key: emb_params, count: 1, name: toy.safetensors',
  );
});
