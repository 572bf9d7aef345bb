import { expect, test } from 'vitest';
import { maxSeed } from '../../../../src/sampling/seed';
import type { Studio } from '../../../../src/ui/make/studio.svelte';
import { RANDOM } from '../../../../src/ui/settings/settings';
import { drawGrey, gate, miniature, pictureFile, stopped, studioAtWork, turn } from '../fake';

/** With the whole of a picture masked, in Inpaint mode, and so many candidates. */
async function withCandidates(count: number) {
  const { studio, jobs } = studioAtWork();
  studio.choose('inpaint');
  await studio.startFrom(pictureFile());
  studio.place.board.invert();
  Object.assign(studio.settings.current, { count, seed: '1', like: 'A1111' });
  await studio.generate();
  return { studio, jobs };
}

const seeds = (results: Studio['album']['results']) => results.map(({ job }) => job.seed);

test('a run of several makes them with one seed after the other, as A1111 does', async () => {
  const { studio, jobs } = await withCandidates(3);
  expect(jobs.map(({ seed }) => seed)).toEqual([1n, 2n, 3n]);
  expect(seeds(studio.view.candidates)).toEqual([1n, 2n, 3n]);
  expect(studio.album.results.map(({ settings }) => settings.seed)).toEqual(['3', '2', '1']);
  expect(studio.settings.current.seed).toBe('1');
  expect([studio.run.kind, studio.view.shown]).toEqual(['done', studio.album.results[0]]);
});

test.each(['diffusers', 'ComfyUI'] as const)('to %s a run of several is one batch', async (like) => {
  const { studio, jobs } = studioAtWork();
  Object.assign(studio.settings.current, { count: 3, seed: '1', like });
  await studio.generate();
  const batch = (index: number, count = 3) => ({ seed: 1n, batch: { index, count } });
  expect(jobs).toMatchObject([batch(0), batch(1), batch(2)]);
  expect(studio.album.results.map(({ fileName }) => fileName)).toEqual([
    ...['drobe-1-3.png', 'drobe-1-2.png', 'drobe-1-1.png'],
  ]);

  // One of them once more, and what comes behind it.
  studio.view.show(studio.album.results[1]!);
  studio.form.typeSeed('seed', '9');
  studio.reuse.settings();
  studio.settings.current.count = 1;
  await studio.generate();
  expect(jobs.at(-1)).toEqual(jobs[1]);
  studio.settings.current.count = 3;
  await studio.generate();
  expect(jobs.slice(-3)).toMatchObject([batch(1), batch(2), batch(3, 4)]);

  // Another seed has nothing to do with that batch.
  studio.form.typeSeed('seed', '9');
  studio.settings.current.count = 1;
  await studio.generate();
  expect(jobs.at(-1)).not.toHaveProperty('batch');
  studio.view.show(studio.album.results[2]!);
  studio.reuse.seed();
  await studio.generate();
  expect(jobs.at(-1)).toMatchObject(batch(2));
});

test('a batch that was left in work is gone on with, and the next run is its own', async () => {
  const { studio, jobs } = studioAtWork();
  const { inputs } = studio.place;
  const rest = { seed: '1', count: 2, rare: { batch: { index: 1, count: 3 } } };
  const settings = { ...studio.settings.current, ...rest };
  await studio.ordering.goOn({ id: 'left', settings, inputs, steps: 0, known: [], stopped: false });
  expect(jobs.map(({ seed, batch }) => [seed, batch?.index, batch?.count])).toEqual([
    [1n, 1, 3],
    [1n, 2, 3],
  ]);
  expect(studio.settings.current).toMatchObject({ seed: RANDOM });
  expect(studio.settings.current.rare).not.toHaveProperty('batch');
});

test('after the last seed comes the first', async () => {
  const { studio, jobs } = studioAtWork();
  Object.assign(studio.settings.current, { count: 3, seed: String(maxSeed - 1n), like: 'A1111' });
  await studio.generate();
  expect(jobs.map(({ seed }) => seed)).toEqual([maxSeed - 1n, maxSeed, 0n]);
});

test('a run of several that is cancelled keeps those that are done', async () => {
  const { studio, jobs } = studioAtWork(miniature, async function* (signal, job) {
    if (job.seed < 9n) return yield* drawGrey(signal, job);
    yield { kind: 'encoding', what: 'prompt' };
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(stopped())));
    throw new Error('never');
  });
  Object.assign(studio.settings.current, { count: 4, seed: '7', like: 'A1111' });
  const run = studio.generate();
  for (let i = 0; i < 100 && jobs.length < 3; i++) await turn();
  expect(studio.run).toMatchObject({ kind: 'running', number: 3, of: 4 });
  studio.cancel();
  await run;
  expect([seeds(studio.album.results), jobs.length, studio.run.kind]).toEqual([[8n, 7n], 3, 'idle']);
  expect(studio.view.shown).toBe(studio.album.results[0]);
});

test('what is painted while a run is in work is for the next one', async () => {
  const { opened, open } = gate();
  const { studio } = studioAtWork(miniature, async function* (signal, job) {
    await opened;
    return yield* drawGrey(signal, job);
  });
  studio.choose('inpaint');
  await studio.startFrom(pictureFile());
  studio.place.board.invert();
  studio.settings.current.maskBlur = 0;
  const run = studio.generate();
  studio.place.board.clear();
  open();
  await run;
  const { pixels } = studio.album.results[0]!.itself;
  expect(new Set(pixels?.rgba.filter((_, i) => i % 4 === 0))).toEqual(new Set([99]));
});

test('candidates are what was made of the picture in work, and of no other', async () => {
  const { studio } = await withCandidates(2);
  const [first] = studio.view.candidates;
  await studio.startFrom(pictureFile('64x48', 'other.jpg'));
  expect(studio.view.candidates).toEqual([]);
  studio.place.board.invert();
  await studio.generate();
  expect([studio.view.candidates.length, studio.album.results.length]).toEqual([2, 4]);
  studio.place.source.take(first?.original ?? null);
  expect(studio.view.candidates[0]).toBe(first);
  studio.choose('text');
  expect(studio.view.candidates).toEqual([]);
});

test('candidates are gone through in a ring, from the canvas on', async () => {
  const { studio } = await withCandidates(3);
  const leafed = (by: 1 | -1) => {
    studio.view.leaf(by);
    return studio.view.shown?.job.seed;
  };
  studio.view.showCanvas();
  expect([leafed(1), leafed(1), leafed(1), leafed(1)]).toEqual([1n, 2n, 3n, 1n]);
  studio.view.showCanvas();
  expect([leafed(-1), leafed(-1), leafed(-1), leafed(-1)]).toEqual([3n, 2n, 1n, 3n]);
});

test('while a run is in work its candidates are not gone through', async () => {
  const { studio } = await withCandidates(3);
  const [, , third] = studio.view.candidates;
  const run = studio.generate();
  studio.view.leaf(1);
  expect(studio.view.shown).toBe(third);
  await run;
});

test('without candidates there is nowhere to go', () => {
  const { studio } = studioAtWork();
  studio.view.leaf(1);
  void studio.view.discard();
  studio.accept();
  expect(studio.view.shown).toBeNull();
});

test('a candidate that is thrown away makes room for its neighbour, the last one for the canvas', async () => {
  const { studio } = await withCandidates(3);
  const [first, second, third] = studio.view.candidates;
  if (second) studio.view.show(second);
  await studio.view.discard();
  expect([studio.view.shown, studio.view.candidates]).toEqual([third, [first, third]]);
  await studio.view.discard();
  expect(studio.view.shown).toBe(first);
  await studio.view.discard();
  expect([studio.view.shown, studio.album.results]).toEqual([null, []]);
  await expect(fetch(first?.url ?? '')).rejects.toThrow();
});

test('only candidates can be accepted; any other picture can be deleted', async () => {
  const { studio } = studioAtWork();
  await studio.generate();
  await studio.startFrom(pictureFile());
  const [drawn] = studio.album.results;
  if (drawn) studio.view.show(drawn);
  studio.accept();
  expect([studio.view.shown, studio.place.source.current?.name]).toEqual([drawn, 'photo.jpg']);
  await studio.view.discard();
  expect([studio.view.shown, studio.album.results]).toEqual([null, []]);
});

test('a candidate that is accepted is the picture to go on with, with an empty mask', async () => {
  const { studio } = await withCandidates(2);
  studio.view.leaf(1);
  const accepted = studio.view.shown;
  studio.accept();
  expect(studio.place.source.current).toBe(accepted?.itself);
  expect([studio.place.mode, studio.view.shown, studio.view.candidates]).toEqual(['inpaint', null, []]);
  expect([studio.place.board.bounds, studio.place.board.canUndo, studio.place.obstacle]).toEqual([
    null,
    false,
    'no-mask',
  ]);
  expect(studio.album.results).toHaveLength(2);
});

test('a picture that is drawn anew as a whole can be accepted, too, and keeps its size', async () => {
  const { studio } = studioAtWork();
  await studio.startFrom(pictureFile());
  studio.form.commit('width', 96);
  await studio.generate();
  studio.form.commit('width', 48);
  const drawn = studio.view.shown?.itself;
  studio.accept();
  expect([studio.place.mode, studio.view.shown, studio.place.source.current]).toEqual(['image', null, drawn]);
  expect(studio.settings.current).toMatchObject({ width: 96, height: 48 });
});

test('a wider picture that is accepted closes its frame', async () => {
  const { studio } = studioAtWork();
  studio.choose('outpaint');
  await studio.startFrom(pictureFile());
  studio.place.pull({ right: 64 });
  await studio.generate();
  expect(studio.view.shown?.itself).toMatchObject({ width: 128, height: 48 });
  expect(studio.view.shown?.place).toEqual({ x: 0, y: 0, width: 64, height: 48 });
  studio.accept();
  expect([studio.place.mode, studio.view.shown, studio.place.frame.isOpen]).toEqual([
    'outpaint',
    null,
    false,
  ]);
  expect(studio.place.board.sheet).toMatchObject({ width: 128, height: 48 });
  expect(studio.place.obstacle).toBe('no-margin');
});

test('the result of inpainting has the picture’s size, at whatever size it is drawn', async () => {
  const { studio, jobs } = studioAtWork();
  studio.choose('inpaint');
  await studio.startFrom(pictureFile('200x150'));
  studio.place.board.invert();
  await studio.generate();
  expect(jobs[0]).toMatchObject({ width: 64, height: 48, source: { kind: 'inpaint' } });
  expect(studio.view.shown?.itself).toMatchObject({ width: 200, height: 150 });
});

test('the settings of a candidate bring back its mode and how it was inpainted', async () => {
  const { studio } = studioAtWork();
  studio.choose('inpaint');
  await studio.startFrom(pictureFile());
  studio.place.board.invert();
  const how = {
    maskBlur: 9,
    content: 'fill',
    area: 'masked',
    padding: 8,
    soft: false,
    strength: 0.4,
  } as const;
  Object.assign(studio.settings.current, how);
  await studio.generate();
  const [made] = studio.view.candidates;
  studio.choose('text');
  studio.place.source.take(null);
  Object.assign(studio.settings.current, { maskBlur: 1, content: 'original', area: 'whole', padding: 64 });
  Object.assign(studio.settings.current, { soft: true, strength: 1, count: 5 });
  studio.reuse.settings();
  expect([studio.place.mode, studio.place.source.current]).toEqual(['inpaint', made?.original]);
  expect(studio.settings.current).toMatchObject({ ...how, count: 5, seed: '7' });
});
