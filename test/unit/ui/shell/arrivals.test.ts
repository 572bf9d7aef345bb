import { expect, test, vi } from 'vitest';
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
    },
    downloads: { suggest: (address: string) => done.push(`suggest ${address}`) },
    recipes: {
      followed: (fragment: string) => fragment === '#R' && done.push('recipe') > 0,
      pasted: (text: string) => text === 'R' && done.push('recipe') > 0,
    },
    library: { keeping: { current: { inPlace: false } } },
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
  await vi.waitFor(() => expect(done).toEqual(expected));
});

test('words that are shared take the place of the prompt, which can be taken back', async () => {
  const {
    arrivals: arriving,
    settings,
    changes,
  } = arrivals({ files: [], texts: ['see https://a.example/'] });
  arriving.follow('#shared');
  await vi.waitFor(() => expect(settings.current.prompt).toBe('see https://a.example/'));
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
