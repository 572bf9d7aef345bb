import { expect, it } from 'vitest';
import type { ModelEntry } from '../../../src/engine/api';
import { referenceFiles } from '../../../src/engine/references';

const entry = (id: string, addon: Extract<ModelEntry, { addon: unknown }>['addon']): ModelEntry => ({
  ...{ id, file: `${id}.safetensors`, bytes: 1, origin: 'stored' },
  addon,
});
const wants = { seen: 'embedding', width: 1024 } as const;
const base = 'Stable Diffusion 1.x';
const adapter = entry('a', { kind: 'ip-adapter', name: 'a', variant: 'plain', base, wants });
const encoder = (id: string, projection: number) =>
  entry(id, { kind: 'image-encoder', name: id, gives: { embedding: projection, states: 1280 } });
const asked = { model: 'a', pixels: { width: 1, height: 1, rgba: new Uint8ClampedArray(4) }, weight: 1 };
const reference = { ...asked, start: 0, end: 1 };

it('the first encoder that fits looks, unless another that fits was chosen', () => {
  const here = [encoder('bigG', 1280), adapter, encoder('h', 1024), encoder('other', 1024)];
  const chosen = (encoder: string) => referenceFiles([{ ...reference, encoder }], here);
  expect(referenceFiles([reference], here)).toEqual([{ adapter: 'a', encoder: 'h' }]);
  expect(chosen('other')).toEqual([{ adapter: 'a', encoder: 'other' }]);
  expect(chosen('bigG')).toEqual([{ adapter: 'a', encoder: 'h' }]);
});

it('what is missing is said', () => {
  expect(() => referenceFiles([reference], [encoder('h', 1024)])).toThrow(/^model-gone, model: a/);
  expect(() => referenceFiles([reference], [adapter, encoder('bigG', 1280)])).toThrow(
    /^encoder-missing, name: a, seen: embedding, width: 1024/,
  );
});
