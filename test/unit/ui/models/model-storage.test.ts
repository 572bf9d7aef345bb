import { expect, test } from 'vitest';
import type { EngineApi } from '../../../../src/engine/api';
import type { Remote } from '../../../../src/engine/rpc';
import { DrobeError } from '../../../../src/errors';
import { ModelStorage } from '../../../../src/ui/models/model-storage.svelte';
import { engine, full, gate, stopped, turn } from '../fake';

const facts = { usedBytes: 5, freeBytes: 7, persisted: true, shared: new Map([['a', 3]]) };

function vaultOf(calls: Partial<Remote<EngineApi>> = {}) {
  const saved: [string, string][] = [];
  const storage = new ModelStorage(
    engine({
      // oxlint-disable-next-line require-yield -- a call that only answers
      storage: async function* () {
        return facts;
      },
      ...calls,
    }),
    (file, name) => void file.text().then((text) => saved.push([name, text])),
  );
  return { storage, saved };
}

test('it tells what is stored when it is opened', async () => {
  const { storage } = vaultOf();
  await storage.show();
  expect(storage.open).toBe(true);
  expect(storage.facts).toEqual(facts);
});

test('models are verified side by side, each with its own outcome, and not twice at a time', async () => {
  const { opened, open } = gate();
  let asked = 0;
  const { storage } = vaultOf({
    verify: async function* (_, id) {
      asked++;
      yield { doneBytes: 1, totalBytes: 2 };
      if (id === 'bad') throw new DrobeError('model-gone', { model: id });
      await opened;
      return { damaged: ['x'], unknown: 0, server: null };
    },
  });
  const run = storage.verify(full('a'));
  await turn();
  expect(storage.tasks['a']).toEqual({ kind: 'verifying', doneBytes: 1, totalBytes: 2 });
  await storage.verify(full('a'));
  await storage.verify(full('bad'));
  expect(asked).toBe(2);
  expect(storage.tasks['bad']).toMatchObject({ kind: 'failed', error: { code: 'model-gone' } });
  open();
  await run;
  expect(storage.tasks['a']).toEqual({ kind: 'verified', damaged: ['x'], unknown: 0, server: null });
});

test('closing stops what is being verified, and forgets what came of it', async () => {
  const { storage } = vaultOf({
    verify: async function* (signal) {
      yield { doneBytes: 1, totalBytes: 2 };
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(stopped())));
      throw new Error('never');
    },
  });
  await storage.show();
  const run = storage.verify(full('a'));
  await turn();
  storage.close();
  await run;
  expect(storage.open).toBe(false);
  expect(storage.tasks).toEqual({});
});

test('a model is saved under the name of its file; where that fails it is told', async () => {
  const { storage, saved } = vaultOf({
    // oxlint-disable-next-line require-yield -- a call that only answers or fails
    contents: async function* (_, id) {
      if (id === 'bad') throw new DrobeError('model-damaged', { file: 'bad', reason: 'x' });
      return new Blob(['bytes']);
    },
  });
  await storage.export({ ...full('a'), file: 'somewhere/../a.safetensors' });
  await turn();
  expect(saved).toEqual([['a.safetensors', 'bytes']]);
  await storage.export(full('bad'));
  expect(storage.tasks['bad']).toMatchObject({ kind: 'failed', error: { code: 'model-damaged' } });
});

test('where the engine cannot tell what is stored, the rest of the window is there all the same', async () => {
  const { storage } = vaultOf({
    // oxlint-disable-next-line require-yield -- a call that only fails
    storage: async function* () {
      throw new DrobeError('storage');
    },
  });
  await storage.show();
  expect([storage.open, storage.facts]).toEqual([true, null]);
});
