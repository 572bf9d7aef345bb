import { expect, test } from 'vitest';
import type { LocalFile } from '../../../../src/engine/api';
import type { Shared } from '../../../../src/sw/shared';
import { Changes } from '../../../../src/ui/controls/changes.svelte';
import { Arrivals, type Launch } from '../../../../src/ui/shell/arrivals.svelte';

/** Rooms that note what is done in them; `recipes` know a recipe by the letter R. */
function arrivals(shared: Shared = { files: [], texts: [] }) {
  const done: string[] = [];
  const settings = { current: { prompt: 'before' } };
  const changes = new Changes();
  const rooms = {
    studio: {
      settings,
      changes,
      form: { take: ({ prompt }: { prompt: string }) => void (settings.current.prompt = prompt) },
      choose: (mode: string) => done.push(mode),
      view: { showCanvas: () => done.push('canvas') },
      place: { mode: 'text', source: { current: null } },
      startFrom: ({ name }: File) => done.push(`start from ${name}`),
    },
    downloads: { suggest: (address: string) => done.push(`suggest ${address}`) },
    recipes: {
      followed: (fragment: string) => fragment === '#R' && done.push('recipe') > 0,
      pasted: (text: string) => text === 'R' && done.push('recipe') > 0,
      refuseLink: () => done.push('refuse'),
      look: ({ name }: File, aside: number) =>
        name.startsWith('R')
          ? Promise.resolve(done.push(`look at ${name}, ${aside} left`) > 0)
          : Promise.reject(new DOMException('gone', 'NotReadableError')),
    },
    library: {
      imports: {
        keeping: { current: { inPlace: false } },
        add: (files: LocalFile[]) => done.push(...files.map(({ path }) => `install ${path}`)),
      },
    },
    showAlbum: () => done.push('album'),
  } as unknown as ConstructorParameters<typeof Arrivals>[0];
  return { arrivals: new Arrivals(rooms, async () => shared), done, settings, changes };
}

test.each([
  ['#new', ['text', 'canvas']],
  ['#inpaint', ['inpaint']],
  ['#album', ['album']],
  ['#R', ['recipe']],
])('%s behind an address is followed', (fragment, expected) => {
  const { arrivals: arriving, done } = arrivals();
  expect(arriving.follow(fragment)).toBe(true);
  expect(done).toEqual(expected);
});

test.each(['', '#', '#unheard-of', '#constructor'])('%o behind an address says nothing', (fragment) => {
  expect(arrivals().arrivals.follow(fragment)).toBe(false);
});

test.each([
  ['a link to a recipe', ['https://a.example/drobe/#R'], ['recipe']],
  ['an address', ['A model', 'https://a.example/model'], ['suggest https://a.example/model']],
  ['a recipe', ['R'], ['recipe']],
])('what is shared may be %s', async (_, texts, expected) => {
  const { arrivals: arriving, done } = arrivals({ files: [], texts });
  arriving.follow('#shared');
  await expect.poll(() => done).toEqual(expected);
});

test.each([
  ['a recipe', 'R', ['recipe']],
  ['a link to a recipe', 'https://a.example/#R', ['recipe']],
  ['an address', 'https://a.example/model', ['suggest https://a.example/model']],
  ['a picture’s address', 'https://a.example/cat.PNG?w=1', ['refuse']],
  ['words', 'a red apple', []],
])('beside all fields may be dropped or pasted %s', (_, text, expected) => {
  const { arrivals: arriving, done, settings } = arrivals();
  arriving.takeText(text);
  expect([done, settings.current.prompt]).toEqual([expected, 'before']);
});

test('words that are shared take the place of the prompt, which can be taken back', async () => {
  const {
    arrivals: arriving,
    settings,
    changes,
  } = arrivals({ files: [], texts: ['see https://a.example/'] });
  arriving.follow('#shared');
  await expect.poll(() => settings.current.prompt).toBe('see https://a.example/');
  changes.undo();
  expect(settings.current.prompt).toBe('before');
});

test('the installed app is started at an address, once it listens', () => {
  const { arrivals: arriving, done } = arrivals();
  let launch: (with_: Launch) => void = () => undefined;
  arriving.listen({ setConsumer: (consumer) => (launch = consumer) });
  launch({ targetURL: 'https://app.example/some/folder/#inpaint' });
  expect(done).toEqual(['inpaint']);
});

test('a file that cannot be read is handed on to whoever says so', async () => {
  const { arrivals: arriving, done } = arrivals();
  const gone = (name: string) => ({ file: new File([], name), path: name });
  await arriving.take([gone('photo.png'), gone('model.safetensors')]);
  expect(done).toEqual(['start from photo.png', 'install model.safetensors']);
});

test('of several pictures the first is looked at for a recipe, and the others are counted', async () => {
  const { arrivals: arriving, done } = arrivals();
  await arriving.take(
    ['R1.png', 'R2.png', 'R3.png'].map((name) => ({ file: new File([], name), path: name })),
  );
  expect(done).toEqual(['look at R1.png, 2 left']);
});

test('a picture is known by how it begins where its name does not say so', async () => {
  const { arrivals: arriving, done } = arrivals();
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const file = (name: string, content: BlobPart) => ({ file: new File([content], name), path: name });
  for (const one of [
    file('download', png),
    file('photo.jpg_large', new Uint8Array([0xff, 0xd8, 0xff, 0xe0])),
    file('model.safetensors', png),
    file('notes', 'BMW, red'),
  ])
    await arriving.take([one]);
  expect(done).toEqual([
    ...['start from download', 'start from photo.jpg_large'],
    ...['install model.safetensors', 'install notes'],
  ]);
});
