import { createStore, keys, set } from 'idb-keyval';
import { expect, it } from 'vitest';
import { Hashing } from '../../src/engine/files/hashing';
import { hashesOf, keepHashes, keptHashes } from '../../src/weights/store/hashes';
import { openStored, removeStored, store } from '../../src/weights/store/store';
import { sweep } from '../../src/weights/store/sweep';
import { written } from '../safetensors';

const database = createStore('drobe-weights', 'weights');
const never = new AbortController().signal;

/** @param names of tensors, eight bytes each. */
async function stored(...names: string[]): Promise<string> {
  const tensor = { dtype: 'F32' as const, shape: [1, 2], bytes: new Uint8Array(8) };
  const file = written(new Map(names.map((name) => [name, tensor])));
  const run = store(file, [{ begin: 0, end: file.size }], { file: 'a', extra: {} }, never);
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value.id;
  }
}

/** Of what is stored: other tests may have drawn with what is served. */
const kept = async (): Promise<unknown[]> =>
  (await keys<string[]>(database)).filter(([kind, id]) => kind === 'hashes' && !id?.startsWith('served:'));

it('hashes come some time after a model, are computed once, and go with it', async () => {
  const id = await stored('a');
  let opened = 0;
  const open = async (): Promise<Blob> => {
    opened++;
    return new Blob((await openStored(id)).blobs.slice());
  };
  const background = new Hashing(open);
  expect(await background.of(id)).toBeNull();
  await expect.poll(() => background.of(id)).not.toBeNull();
  const hashes = await hashesOf(await open(), null);
  expect(await background.of(id)).toEqual(hashes);
  expect(await new Hashing(open).of(id)).toEqual(hashes);
  await sweep();
  expect(await keptHashes(id)).toEqual(hashes);
  expect(opened).toBe(2);
  await removeStored(id);
  expect(await kept()).toEqual([]);
});

it('of a LoRA, and of nothing else, what lies behind its header is hashed too', async () => {
  const layer = 'lora_unet_mid_block_attentions_0_proj_in';
  const id = await stored(`${layer}.lora_down.weight`, `${layer}.lora_up.weight`);
  const file = new Blob((await openStored(id)).blobs.slice());
  const background = new Hashing(() => Promise.resolve(file));
  await expect.poll(() => background.of(id)).toEqual(await hashesOf(file, file.size - 16));
  await removeStored(id);
});

it('of a model that is gone meanwhile, or cannot be read, nothing is kept', async () => {
  await keepHashes('gone', { file: '0'.repeat(64), tensors: '0'.repeat(64) });
  expect(await kept()).toEqual([]);
  const background = new Hashing(() => Promise.reject(new Error('damaged')));
  for (let i = 0; i < 3; i++) expect(await background.of('gone')).toBeNull();
  await set(['hashes', 'odd'], { file: 'x' }, database);
  expect(await keptHashes('odd')).toBeNull();
});
