/** What is known of a checkpoint while it is imported, and who is read from then on. */
import { expect, test } from 'vitest';
import type { LocalModel, ModelEntry } from '../../../src/engine/api';
import { Arrivals } from '../../../src/engine/files/arriving';
import { DrobeError } from '../../../src/errors';
import { plain } from '../../../src/weights/store/layout';
import { memorySource, type ByteSource } from '../../../src/weights/source';
import { written } from '../../safetensors';
import { full, turn } from '../ui/fake';

const tensor = { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) } as const;
const file = new File([await written(new Map([['weight', tensor]])).arrayBuffer()], 'a.safetensors');
const model: LocalModel = {
  name: file.name,
  bytes: file.size,
  layout: plain({ file, path: file.name }, file.size),
  beside: { 'config.yaml': 'v' },
};
const entry: ModelEntry = { ...full('a'), bytes: file.size, origin: 'arriving' };
const range = [{ begin: 0, end: 1 }];

/** A copy that says whether it was asked for. */
function copies(): { asked: string[]; checked: number; stored: (id: string) => Promise<ByteSource> } {
  const found = {
    asked: [] as string[],
    checked: 0,
    stored: async (id: string): Promise<ByteSource> => {
      found.asked.push(id);
      return { ...memorySource(new Uint8Array(file.size)), check: async () => void found.checked++ };
    },
  };
  return found;
}

test('it is listed and read from its own file, with what lies beside that, until its copy is there', async () => {
  const copy = copies();
  const arriving = new Arrivals(copy.stored);
  const over = new AbortController();
  const stay = arriving.stay(entry, model, over.signal);
  expect(arriving.list()).toEqual([entry]);
  expect(arriving.has('a')).toBe(true);
  expect(arriving.find('a')).toMatchObject({ file: 'a.safetensors', beside: model.beside });
  const opened = await arriving.open('a');
  expect([...opened!.header.tensors.keys()]).toEqual(['weight']);
  expect(opened!.header.metadata.get('config.yaml')).toBe('v');
  await opened!.source.check?.(range);
  expect(copy).toMatchObject({ asked: [], checked: 0 });

  over.abort();
  await stay;
  expect(arriving.list()).toEqual([]);
  expect(await arriving.open('a')).toBeNull();
  await opened!.source.check?.(range);
  expect(copy).toMatchObject({ asked: ['a'], checked: 1 });
});

test('where none comes of it, it is not listed any more, and whoever has it open keeps the file', async () => {
  const arriving = new Arrivals((id) => Promise.reject(new DrobeError('model-gone', { model: id })));
  const over = new AbortController();
  const stay = arriving.stay(entry, model, over.signal);
  const opened = await arriving.open('a');
  over.abort();
  await stay;
  expect(arriving.has('a')).toBe(false);
  expect(arriving.find('a')).toBeUndefined();
  await expect(opened!.source.check?.(range)).resolves.toBeUndefined();
  await turn();
});
