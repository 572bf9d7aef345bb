import { expect, test } from 'vitest';
import { keepShared, takeShared, type ShareCache } from '../../../src/sw/shared';

/** A cache in a map. */
function fakeCache(): ShareCache {
  const kept = new Map<string, Response>();
  const keyOf = (request: RequestInfo | URL): string =>
    new URL(request instanceof Request ? request.url : request, 'https://app.example').href;
  return {
    put: async (request, response) => void kept.set(keyOf(request), response),
    match: async (request) => kept.get(keyOf(request))?.clone(),
    delete: async (request) => kept.delete(keyOf(request)),
    keys: async () => [...kept.keys()].map((url) => new Request(url)),
  };
}

function posted(fields: Record<string, string | File>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

test('what was shared is taken as it was, once', async () => {
  const cache = fakeCache();
  const file = new File(['bytes'], 'ąžuolas 1.png', { type: 'image/png' });
  await keepShared(cache, posted({ title: ' ', text: 'an oak', url: 'https://a.example/', files: file }));

  const { files, texts } = await takeShared(cache);
  expect(texts).toEqual(['an oak', 'https://a.example/']);
  expect(files.map(({ name, type }) => [name, type])).toEqual([['ąžuolas 1.png', 'image/png']]);
  expect(await files[0]!.text()).toBe('bytes');

  expect(await takeShared(cache)).toEqual({ files: [], texts: [] });
});

test('what nobody came for makes room, and a field of files that was left empty is none', async () => {
  const cache = fakeCache();
  await keepShared(cache, posted({ files: new File(['first'], 'first.png', { type: 'image/png' }) }));
  await keepShared(cache, posted({ text: 'second', files: new File([], '') }));
  expect(await takeShared(cache)).toEqual({ files: [], texts: ['second'] });
});

test('any site may post here: what is no picture is not taken', async () => {
  const cache = fakeCache();
  const model = new File(['weights'], 'model.safetensors', { type: 'application/octet-stream' });
  await keepShared(cache, posted({ text: 'an oak', files: model }));
  expect(await takeShared(cache)).toEqual({ files: [], texts: ['an oak'] });
});
