import { expect, test } from 'vitest';
import type { EngineApi, Job } from '../../../../src/engine/api';
import type { Remote } from '../../../../src/engine/rpc';
import { checkSize, isImage } from '../../../../src/ui/files/picture';
import { Studio } from '../../../../src/ui/make/studio.svelte';
import { engine, full, gate, hints, miniature, picture, pictures, fakeStorage, turn } from '../fake';

const file = (size: string, name = 'photo.jpg') => new File([size], name, { type: 'image/jpeg' });

const square: Remote<EngineApi>['generate'] = async function* (_, job) {
  yield { kind: 'encoding', what: 'picture' };
  const { width, height } = job;
  return { ...picture(job), width, height, rgba: new Uint8ClampedArray(width * height * 4).fill(99) };
};

/** A studio that remembers what the engine was asked for. */
function atWork(platform = pictures, items: Record<string, string> = {}) {
  const jobs: Job[] = [];
  const studio = new Studio(
    engine({
      generate: (signal, job) => {
        jobs.push(job);
        return square(signal, job);
      },
    }),
    () => [],
    { storage: fakeStorage(items), database: null, pictures: platform, hints, now: () => 0, seed: () => 7 },
  );
  studio.chosen.adopt(full());
  return { studio, jobs };
}

test('a chosen picture opens image mode and sets a size of its shape that suits the model', async () => {
  const { studio } = atWork();
  await studio.startFrom(file('3024x4032'));
  expect(studio.place.mode).toBe('image');
  expect(studio.place.source.current?.name).toBe('photo.jpg');
  expect(studio.settings.current).toMatchObject({ width: 440, height: 592 });
  studio.chosen.adopt(miniature);
  expect(studio.settings.current).toMatchObject({ width: 48, height: 64 });
});

test('a picture chosen before the models are listed gets its size with the model', async () => {
  const { studio } = atWork();
  studio.chosen.adopt(null);
  await studio.startFrom(file('3024x4032'));
  studio.chosen.adopt(full());
  expect(studio.settings.current).toMatchObject({ width: 440, height: 592 });
});

test('the job carries the source at its own size, with the strength', async () => {
  const { studio, jobs } = atWork();
  await studio.startFrom(file('3024x4032'));
  studio.settings.current.strength = 0.4;
  studio.form.commit('width', 600);
  await studio.generate();
  expect(jobs[0]).toMatchObject({ width: 600, height: 592 });
  expect(jobs[0]?.source).toMatchObject({ strength: 0.4, pixels: { width: 600, height: 592 } });
  expect(jobs[0]).not.toHaveProperty('strength');
});

test('text mode sends no source, though a picture lies ready', async () => {
  const { studio, jobs } = atWork();
  await studio.startFrom(file('512x512'));
  studio.place.mode = 'text';
  await studio.generate();
  expect(jobs[0]?.source).toBeNull();
});

test('image mode without a picture cannot generate', async () => {
  const { studio, jobs } = atWork();
  studio.place.mode = 'image';
  expect([studio.canGenerate, studio.place.obstacle]).toEqual([false, 'no-picture']);
  await studio.generate();
  expect(jobs).toEqual([]);
  await studio.startFrom(file('512x512'));
  expect([studio.canGenerate, studio.place.obstacle]).toEqual([true, null]);
  studio.place.source.take(null);
  expect(studio.canGenerate).toBe(false);
});

test('a model that changes pictures by instruction does that, and nothing else', async () => {
  const { studio, jobs } = atWork();
  const instruct = { ...full('instruct'), facts: { ...full().facts, kind: 'instruct' as const } };
  studio.chosen.adopt(instruct);
  expect([studio.place.mode, studio.place.obstacle]).toEqual(['instruct', 'no-picture']);
  await studio.startFrom(file('512x512'));
  studio.settings.current.imageGuidance = 1.8;
  await studio.generate();
  expect(jobs[0]?.source).toMatchObject({ kind: 'instruct', imageGuidance: 1.8 });
  studio.place.mode = 'text';
  expect([studio.canGenerate, studio.place.obstacle]).toEqual([false, 'only-instruct']);

  studio.place.mode = 'instruct';
  studio.chosen.adopt(full('base'));
  expect([studio.place.mode, studio.place.obstacle]).toEqual(['image', null]);
  studio.place.mode = 'instruct';
  expect([studio.canGenerate, studio.place.obstacle]).toEqual([false, 'no-instruct']);
});

test('a bad picture is told with its name, and the one before it stays', async () => {
  const { studio } = atWork();
  await studio.startFrom(file('512x512', 'good.png'));
  await studio.startFrom(file('nonsense', 'bad.png'));
  expect(studio.place.source.failure).toMatchObject({ file: 'bad.png', error: { code: 'image-unreadable' } });
  expect(studio.place.source.current?.name).toBe('good.png');
  await studio.startFrom(file('512x512', 'next.png'));
  expect(studio.place.source.failure).toBeNull();
});

test('of two pictures chosen in haste the later one counts, however long the first takes', async () => {
  const { opened, open } = gate();
  const { studio } = atWork({
    ...pictures,
    async read(chosen) {
      if (chosen.name === 'slow.png') await opened;
      return pictures.read(chosen);
    },
  });
  const slow = studio.startFrom(file('100x900', 'slow.png'));
  await studio.startFrom(file('512x512', 'quick.png'));
  open();
  await slow;
  expect(studio.place.source.current?.name).toBe('quick.png');
  expect(studio.settings.current).toMatchObject({ width: 512, height: 512 });
});

test('a result can be edited: the very pixels that were drawn, at their own size', async () => {
  const { studio, jobs } = atWork();
  Object.assign(studio.settings.current, { width: 256, height: 1024 });
  await studio.generate();
  Object.assign(studio.settings.current, { width: 512, height: 512 });
  if (studio.view.shown) studio.edit(studio.view.shown);
  expect(studio.place.mode).toBe('image');
  await studio.generate();
  expect(jobs[1]).toMatchObject({ width: 256, height: 1024 });
  expect(jobs[1]?.source?.pixels).toBe(studio.album.results[1]?.itself.pixels);
});

test('a picture is drawn once for any number of runs at one size', async () => {
  let draws = 0;
  const { studio } = atWork({
    ...pictures,
    draw: (...args) => {
      draws++;
      return pictures.draw(...args);
    },
  });
  await studio.startFrom(file('512x512'));
  await studio.generate();
  await studio.generate();
  expect(draws).toBe(1);
  studio.form.commit('width', 256);
  await studio.generate();
  expect(draws).toBe(2);
});

test('a run can be cancelled while its source is being drawn', async () => {
  const { opened, open } = gate();
  const { studio, jobs } = atWork({
    ...pictures,
    draw: async (...args) => {
      await opened;
      return pictures.draw(...args);
    },
  });
  await studio.startFrom(file('512x512'));
  const run = studio.generate();
  await turn();
  expect(studio.run.kind).toBe('running');
  studio.cancel();
  open();
  await run;
  expect(studio.run.kind).toBe('idle');
  expect(jobs).toEqual([]);
});

test('the settings of an edited picture bring back its mode, strength and source', async () => {
  const { studio } = atWork();
  await studio.generate();
  await studio.startFrom(file('512x512'));
  studio.settings.current.strength = 0.3;
  await studio.generate();
  const [edited, drawn] = studio.album.results;

  studio.settings.current.strength = 0.9;
  if (drawn) studio.view.show(drawn);
  studio.reuse.settings();
  expect(studio.place.mode).toBe('text');
  expect(studio.settings.current).not.toHaveProperty('source');

  studio.place.source.take(null);
  if (edited) studio.view.show(edited);
  studio.reuse.settings();
  expect(studio.place.mode).toBe('image');
  expect(studio.settings.current.strength).toBe(0.3);
  expect(studio.place.source.current?.name).toBe('photo.jpg');
});

test('the strength outlasts a reload, in range; the mode does not', () => {
  const items: Record<string, string> = {};
  const { studio } = atWork(pictures, items);
  studio.place.mode = 'image';
  studio.settings.current.strength = 0.35;
  studio.settings.save();
  const again = atWork(pictures, items).studio;
  expect([again.place.mode, again.settings.current.strength]).toEqual(['text', 0.35]);

  const [key = ''] = Object.keys(items);
  items[key] = JSON.stringify({ strength: 0 });
  expect(atWork(pictures, items).studio.settings.current.strength).toBe(0.75);
});

test('pictures are told from models by type or name', () => {
  expect(isImage({ type: 'image/png', name: 'x' })).toBe(true);
  expect(isImage({ type: '', name: 'IMG_1.HEIC' })).toBe(true);
  expect(isImage({ type: '', name: 'sd.safetensors' })).toBe(false);
});

test('a picture too large to read is told with its size', () => {
  expect(() => checkSize({ width: 10_000, height: 10_000 })).not.toThrow();
  expect(() => checkSize({ width: 16_385, height: 10 })).toThrow(/image-too-large, width: 16385/);
  expect(() => checkSize({ width: 12_000, height: 9_000 })).toThrow(/image-too-large/);
});

test('what became of a picture is news until it was read, and again with another one', async () => {
  const remarks = [{ kind: 'reduced', from: { width: 9000, height: 6000 } }] as const;
  const read: typeof pictures.read = async (from) => ({ ...(await pictures.read(from)), remarks });
  const { studio } = atWork({ ...pictures, read });
  const { source } = studio.place;
  expect(source.isNews).toBe(false);
  await studio.startFrom(file('6000x4000'));
  expect(source.isNews).toBe(true);
  source.dismiss();
  expect(source.isNews).toBe(false);
  await studio.startFrom(file('6000x4000', 'other.jpg'));
  expect(source.isNews).toBe(true);
});
