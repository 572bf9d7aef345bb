import { expect, test } from 'vitest';
import { DrobeError } from '../../../../src/errors';
import { broken, full, miniature } from '../fake';
import { libraryOf } from './library-of';

test('the first model that works is chosen', async () => {
  const { library, chosen } = libraryOf([broken, miniature, full()]);
  await library.load();
  expect(library.selected?.id).toBe('mini');
  expect(chosen).toEqual([miniature]);
});

test('the remembered model is chosen, as long as it is there', async () => {
  const items: Record<string, string> = {};
  const before = libraryOf([miniature, full()], {}, items);
  await before.library.load();
  before.library.select('full');
  before.library.choice.save();

  const after = libraryOf([miniature, full()], {}, items);
  await after.library.load();
  expect(after.library.selected?.id).toBe('full');

  const without = libraryOf([miniature], {}, items);
  await without.library.load();
  expect(without.library.selected?.id).toBe('mini');
});

test('with no model at all there is none', async () => {
  const { library, chosen } = libraryOf([]);
  await library.load();
  expect(library.selected).toBeNull();
  expect(chosen).toEqual([null]);
});

test('models of the same title are told apart by their files', () => {
  const { library } = libraryOf([]);
  library.entries = [miniature, full('a')];
  expect(library.label(miniature)).toBe('mini-sd, mini-sd.safetensors');
  library.entries = [miniature, broken];
  expect(library.label(miniature)).toBe('mini-sd');
});

test('a model with a problem cannot be chosen', async () => {
  const { library } = libraryOf([miniature, broken]);
  await library.load();
  library.select('broken');
  expect(library.selected?.id).toBe('mini');
});

test('a list that could not be read says why, and can be read again', async () => {
  let fails = true;
  const { library } = libraryOf([], {
    // oxlint-disable-next-line require-yield -- a call that only answers or fails
    models: async function* () {
      if (fails) throw new DrobeError('engine-crashed', { reason: 'test' });
      return [miniature];
    },
  });
  await library.load();
  expect(library.listing).toMatchObject({ kind: 'failed', error: { code: 'engine-crashed' } });
  fails = false;
  await library.load();
  expect(library.listing.kind).toBe('ready');
});

test('when the chosen model is removed another one takes its place', async () => {
  const removed: string[] = [];
  const { library, chosen } = libraryOf([miniature, full()], {
    // oxlint-disable-next-line require-yield -- a call that only answers
    remove: async function* (_, id) {
      removed.push(id);
    },
  });
  await library.load();
  library.select('full');
  await library.remove(full());
  expect(removed).toEqual(['full']);
  expect(library.entries).toEqual([miniature]);
  expect(chosen.at(-1)?.id).toBe('mini');
});

test('a model is renamed in its place, never to a name that another has or that leads elsewhere', async () => {
  const asked: string[] = [];
  const { library } = libraryOf([full('ink'), full('chalk')], {
    // oxlint-disable-next-line require-yield -- a call that only answers
    rename: async function* (_, id, name) {
      asked.push(name);
      return { ...full('ink'), id, file: name };
    },
  });
  await library.load();
  const [ink] = library.entries;
  for (const name of ['pencil', ' chalk ', '../x', ' ']) await library.rename(ink!, name);
  expect(asked).toEqual(['pencil.safetensors', 'chalk-2.safetensors', '.._x.safetensors', 'ink.safetensors']);
  expect(library.entries.map((entry) => entry.file)).toEqual(['ink.safetensors', 'chalk.safetensors']);
});
