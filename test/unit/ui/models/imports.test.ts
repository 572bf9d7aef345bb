import { expect, test } from 'vitest';
import type { LocalFile, ModelEntry } from '../../../../src/engine/api';
import { DrobeError } from '../../../../src/errors';
import { en } from '../../../../src/ui/words/en';
import { full, gate, miniature, stopped, turn } from '../fake';
import { file, libraryOf, modelIn } from './library-of';

test('files are imported one after the other; a bad one is told and the rest goes on', async () => {
  const { library } = libraryOf([miniature]);
  await library.load();
  await library.imports.add([file('one'), file('bad'), file('two')]);
  expect(library.entries.map(({ id }) => id)).toEqual(['mini', 'one', 'two']);
  expect(library.selected?.id).toBe('two');
  expect(library.failures).toMatchObject([{ file: 'bad.safetensors', error: { code: 'file-is-html' } }]);
  expect(library.imports.current.kind).toBe('idle');
});

test('files that are one model are imported as one; those that lack others are told', async () => {
  const { library } = libraryOf([miniature], {
    // oxlint-disable-next-line require-yield -- a call that only answers
    gather: async function* (_, files) {
      return {
        models: [modelIn('folder.safetensors', ...files.slice(1))],
        refused: [{ file: files[0]!.path, problem: { code: 'missing-part', facts: { part: 'VAE' } } }],
        settings: [],
      };
    },
  });
  await library.imports.add([file('alone'), file('unet'), file('vae')]);
  expect(library.entries.map(({ id }) => id)).toEqual(['folder']);
  expect(library.failures).toMatchObject([
    { file: 'alone.safetensors', error: { code: 'missing-part', facts: { part: 'VAE' } } },
  ]);
});

test('settings that come later are told to the models of their name, and a person where there is none', async () => {
  const yaml = (name: string): LocalFile => ({ file: new File([''], name), path: name });
  const { library } = libraryOf([full('sd')], {
    // oxlint-disable-next-line require-yield -- a call that only answers
    gather: async function* (_, settings) {
      return { models: [], refused: [], settings };
    },
    // oxlint-disable-next-line require-yield -- a call that only answers
    annotate: async function* (_, { file: { name } }) {
      if (name !== 'sd.yaml') throw new DrobeError('settings-alone');
      const entry = full('sd');
      return [{ ...entry, facts: { ...entry.facts, family: 'told' } }];
    },
  });
  await library.load();
  await library.imports.add([yaml('sd.yaml'), yaml('other.yaml')]);
  expect(library.entries).toMatchObject([{ id: 'sd', facts: { family: 'told' } }]);
  expect(library.selected?.id).toBe('sd');
  expect(library.failures).toMatchObject([{ file: 'other.yaml', error: { code: 'settings-alone' } }]);
});

test('files that cannot even be looked at are told by the first of them', async () => {
  const { library } = libraryOf([miniature], {
    // oxlint-disable-next-line require-yield -- a call that only fails
    gather: async function* () {
      throw new DrobeError('engine-crashed', { reason: 'test' });
    },
  });
  await library.imports.add([file('one'), file('two')]);
  expect(library.failures).toMatchObject([{ file: 'one.safetensors', error: { code: 'engine-crashed' } }]);
  expect(library.imports.current.kind).toBe('idle');
});

test('files that come while one is in work wait for their turn', async () => {
  const { opened, open } = gate();
  const { library } = libraryOf([miniature], {
    install: async function* (_, { name }) {
      yield { doneBytes: 1, totalBytes: 2 };
      await opened;
      return full(name);
    },
  });
  const installs = library.imports.add([file('one')]);
  await turn();
  expect(library.imports.current).toMatchObject({ file: 'one.safetensors', number: 1, of: 1, doneBytes: 1 });
  await library.imports.add([file('two')]);
  expect(library.imports.current).toMatchObject({ number: 1, of: 2 });
  open();
  await installs;
  expect(library.entries).toHaveLength(2);
});

test('stopping an import drops the waiting files too, and is no failure', async () => {
  const { library } = libraryOf([miniature], {
    install: async function* (signal) {
      yield { doneBytes: 1, totalBytes: 2 };
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(stopped())));
      throw new Error('never');
    },
  });
  const installs = library.imports.add([file('one'), file('two')]);
  await turn();
  expect(library.imports.stop().map(({ name }) => name)).toEqual(['one.safetensors', 'two.safetensors']);
  await installs;
  expect(library.imports.current.kind).toBe('idle');
  expect(library.failures).toEqual([]);
  expect(library.imports.stop()).toEqual([]);
});

test('what was stopped is imported again, and what is added before the stopped import has ended', async () => {
  let first = true;
  const { opened, open } = gate();
  const { library } = libraryOf([miniature], {
    install: async function* (signal, { name }) {
      yield { doneBytes: 1, totalBytes: 2 };
      if (first) {
        first = false;
        await opened;
      }
      signal.throwIfAborted();
      return full(name.replace('.safetensors', ''));
    },
  });
  const installs = library.imports.add([file('one'), file('two')]);
  await turn();
  const stopped = library.imports.stop();
  await library.imports.add([file('three')]);
  open();
  await installs;
  expect(library.entries.map(({ id }) => id)).toEqual(['three']);
  await library.imports.again(stopped);
  expect(library.entries.map(({ id }) => id)).toEqual(['three', 'one', 'two']);
  expect(library.failures).toEqual([]);
});

/** An import that is told of early, and waits. */
function early(end: () => ModelEntry = () => full('one')) {
  const { opened, open } = gate();
  const made = libraryOf([miniature, full()], {
    install: async function* (signal) {
      yield { doneBytes: 0, totalBytes: 2, entry: { ...full('one'), origin: 'arriving' } };
      signal.addEventListener('abort', open);
      await opened;
      signal.throwIfAborted();
      return end();
    },
  });
  return { ...made, finish: open };
}

test('a checkpoint is chosen before it is copied, and its copy takes its place without another choice', async () => {
  const { library, chosen, finish } = early();
  await library.load();
  library.select('full');
  const installs = library.imports.add([file('one')]);
  await turn();
  expect(library.selected).toMatchObject({ id: 'one', origin: 'arriving' });
  expect(library.imports.current).toMatchObject({ file: 'one.safetensors', usable: true });
  expect(library.choice.current).toEqual({ id: 'one', before: 'full' });
  library.select('mini');
  finish();
  await installs;
  expect(library.entries.map(({ id, origin }) => [id, origin])).toEqual([
    ['mini', 'served'],
    ['full', 'stored'],
    ['one', 'stored'],
  ]);
  expect(library.selected?.id).toBe('mini');
  expect(chosen.map((model) => model?.id)).toEqual(['mini', 'full', 'one', 'mini']);
  expect(library.remarks).toEqual([]);
});

test('chosen all the time, it is told of once more when its copy is there', async () => {
  const { library, chosen, finish } = early();
  await library.load();
  const installs = library.imports.add([file('one')]);
  await turn();
  finish();
  await installs;
  expect(chosen.map((model) => model?.origin)).toEqual(['served', 'arriving', 'stored']);
  expect(library.choice.current).toEqual({ id: 'one', before: '' });
});

test.each([
  ['fails', ({ finish }) => finish(), ['one.safetensors']],
  ['is stopped', ({ library }) => library.imports.stop(), []],
] satisfies [string, (what: ReturnType<typeof early>) => void, string[]][])(
  'where an import %s, what was chosen before is chosen again',
  async (_, end, failed) => {
    const made = early(() => {
      throw new DrobeError('storage');
    });
    const { library, chosen } = made;
    await library.load();
    library.select('full');
    const installs = library.imports.add([file('one')]);
    await turn();
    expect(library.selected?.id).toBe('one');
    end(made);
    await installs;
    expect(library.entries.map(({ id }) => id)).toEqual(['mini', 'full']);
    expect(chosen.map((model) => model?.id)).toEqual(['mini', 'full', 'one', 'full']);
    expect(library.failures.map((failure) => failure.file)).toEqual(failed);
  },
);

test('a page that is closed in the middle of an import finds what was chosen before', async () => {
  const items: Record<string, string> = {};
  const { library } = libraryOf([miniature, full()], {}, items);
  library.choice.current = { id: 'one', before: 'full' };
  library.choice.save();
  const after = libraryOf([miniature, full()], {}, items);
  await after.library.load();
  expect(after.library.selected?.id).toBe('full');
});

test('files that can be found again are used in place where that is wanted, others are copied', async () => {
  const linked: string[] = [];
  const { library } = libraryOf([miniature], {
    // oxlint-disable-next-line require-yield -- a call that only answers
    link: async function* (_, { name }) {
      linked.push(name);
      return { ...full('linked'), origin: 'linked' };
    },
  });
  const handle = {} as FileSystemFileHandle; // is only passed on
  await library.imports.add([{ ...file('one'), handle }]);
  expect(linked).toEqual([]);
  library.imports.keeping.current.inPlace = true;
  await library.imports.add([{ ...file('two'), handle }, file('three')]);
  expect(linked).toEqual(['two.safetensors']);
  expect(library.entries.map(({ id }) => id)).toEqual(['one', 'linked', 'three']);
});

test('the person is asked for every file that is used in place, and for no other', async () => {
  const asked: string[] = [];
  const handle = (name: string) =>
    ({ requestPermission: async () => void asked.push(name) }) as unknown as FileSystemFileHandle;
  const { library } = libraryOf([miniature, { ...full('in place'), origin: 'linked' }], {
    // oxlint-disable-next-line require-yield -- a call that only answers
    filesOf: async function* (_, id) {
      return [handle(`${id} 1`), handle(`${id} 2`)];
    },
  });
  await library.load();
  await library.allow();
  expect(asked).toEqual(['in place 1', 'in place 2']);
});

test('a file whose name is taken gets another one, and that is told', async () => {
  const { library } = libraryOf([full('ink')]);
  await library.load();
  await library.imports.add([file('Ink')]);
  expect(library.entries.map((entry) => entry.file)).toEqual(['ink.safetensors', 'Ink-2.safetensors']);
  expect(library.remarks).toEqual([{ kind: 'renamed', file: 'Ink.safetensors', name: 'Ink-2.safetensors' }]);
  library.forget(library.remarks[0]!);
  expect(library.remarks).toEqual([]);
});

test('what adds to models is told of when it has come, as it is not chosen: one file by its name, several together', async () => {
  const addon = { kind: 'vae', name: 'soft' } as const;
  const { library } = libraryOf([miniature], {
    // oxlint-disable-next-line require-yield -- a call that only answers
    install: async function* (_, { name }) {
      return { id: name, file: name, bytes: 9, origin: 'stored', addon };
    },
  });
  await library.load();
  const told = () => library.remarks.map((remark) => en.models.remark(remark));
  await library.imports.add([file('soft')]);
  expect(told()).toEqual(['soft.safetensors is here now: VAE, to be chosen under “Advanced”.']);
  await library.imports.add([file('two'), file('three')]);
  expect(told()).toEqual(['2 files are here now: “Models on this device” says what each is for.']);
  expect(library.selected?.id).toBe('mini');
});

test('a file that is there already stays one, and that is told', async () => {
  const { library } = libraryOf([full('ink')], {
    // oxlint-disable-next-line require-yield -- a call that only answers
    install: async function* () {
      return full('ink');
    },
  });
  await library.load();
  await library.imports.add([file('ink')]);
  expect(library.entries).toHaveLength(1);
  expect(library.remarks).toEqual([{ kind: 'again', file: 'ink.safetensors' }]);
});

test('of models that come together the last is chosen, but none under the hands of who went on working: that is told', async () => {
  let worked = 0;
  const work = () => String(worked);
  const { library } = libraryOf([miniature], {}, {}, work);
  await library.load();
  await library.imports.add([file('one'), file('two')]);
  expect([library.selected?.id, library.remarks]).toEqual(['two', []]);

  const later = libraryOf(
    [miniature],
    {
      install: async function* (_, { name }) {
        yield { doneBytes: 1, totalBytes: 2 };
        // Another picture, while the second one is copied.
        if (name.startsWith('two')) worked++;
        return full(name.replace('.safetensors', ''));
      },
    },
    {},
    work,
  ).library;
  await later.load();
  await later.imports.add([file('one'), file('two')]);
  const arrived = { kind: 'arrived', file: 'two.safetensors', id: 'two' } as const;
  expect([later.selected?.id, later.remarks]).toEqual(['one', [arrived]]);
  later.takeUp(later.remarks[0] as typeof arrived);
  expect([later.selected?.id, later.remarks]).toEqual(['two', []]);

  const download = later.choosing();
  later.select('one');
  later.add(full('three'), 'three.safetensors', download);
  expect(later.selected?.id).toBe('one');
});

test('what came and was not chosen is told no more when its import comes to nothing', async () => {
  let worked = 0;
  const told: unknown[] = [];
  const { library } = libraryOf(
    [miniature],
    {
      install: async function* () {
        worked++;
        yield { doneBytes: 1, totalBytes: 2, entry: { ...full('one'), origin: 'arriving' } };
        told.push(library.remarks.map(({ kind }) => kind));
        throw new DrobeError('storage');
      },
    },
    {},
    () => String(worked),
  );
  await library.load();
  await library.imports.add([file('one')]);
  expect([told, library.remarks, library.selected?.id]).toEqual([[['arrived']], [], 'mini']);
});
