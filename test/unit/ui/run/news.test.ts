/** What is said of a run before it, while it goes on and when it has ended. */
import { expect, test } from 'vitest';
import { DrobeError } from '../../../../src/errors';
import { en } from '../../../../src/ui/words/en';
import { drawGrey, gate, miniature, original, stopped, studioAtWork, turn } from '../fake';

test('without words it is asked once whether that is meant, and then drawn', async () => {
  const { studio, jobs } = studioAtWork();
  await studio.press();
  expect(studio.news).toEqual({ kind: 'no-prompt' });
  expect(jobs).toHaveLength(0);
  await studio.press();
  expect(jobs).toHaveLength(1);
  // What was typed since is another question.
  studio.settings.current.prompt = 'fox';
  await studio.press();
  expect(jobs).toHaveLength(2);
});

test('a picture needs no words to be painted over', async () => {
  const { studio, jobs } = studioAtWork();
  studio.place.source.take(original(64, 48));
  studio.place.mode = 'image';
  await studio.press();
  expect(jobs).toHaveLength(1);
});

test('what stands in the way is said with each press, as is that a run waits for the one in work', async () => {
  const { opened, open } = gate();
  const { studio, jobs } = studioAtWork(miniature, async function* (signal, job) {
    await opened;
    return yield* drawGrey(signal, job);
  });
  studio.choose('image');
  await studio.press();
  const { news } = studio;
  expect(news).toEqual({ kind: 'obstacle', obstacle: 'no-picture' });
  await studio.press();
  expect(studio.news, 'another one, to be said again').not.toBe(news);

  studio.choose('text');
  expect(studio.news, 'another mode, nothing said').toBeNull();
  studio.settings.current.prompt = 'fox';
  const run = studio.press();
  await turn();
  await studio.press();
  expect(studio.news).toEqual({ kind: 'waits', waiting: 1, held: false });
  open();
  await run;
  expect(jobs).toHaveLength(2);
});

test('each picture of a run is told, and between two of them the run goes on', async () => {
  const told: unknown[] = [];
  const { studio } = studioAtWork(miniature, async function* (signal, job) {
    told.push([
      studio.run.kind,
      studio.news,
      en.run.running(studio.run as Parameters<typeof en.run.running>[0]),
    ]);
    return yield* drawGrey(signal, job);
  });
  studio.settings.current.count = 3;
  await studio.generate();
  expect(told).toEqual([
    ['running', null, 'Picture 1 of 3 · Starting'],
    ['running', { kind: 'picture', number: 1, of: 3 }, 'Picture 2 of 3 · Starting'],
    ['running', { kind: 'picture', number: 2, of: 3 }, 'Picture 3 of 3 · Starting'],
  ]);
  expect(studio.news).toEqual({ kind: 'done', pictures: 3, took: 0 });
  expect(studio.run).toEqual({ kind: 'done', result: studio.album.results[0] });
});

test('a run that was cancelled or has failed says so', async () => {
  let ending: () => Error = stopped;
  const { studio } = studioAtWork(miniature, async function* (signal, job) {
    if (studio.run.kind === 'running' && studio.run.number === 2) throw ending();
    return yield* drawGrey(signal, job);
  });
  studio.settings.current.count = 2;
  await studio.generate();
  expect(studio.news).toEqual({ kind: 'cancelled', pictures: 1, of: 2 });
  ending = () => new DrobeError('out-of-memory', { reason: 'test' });
  await studio.generate();
  expect(studio.news).toEqual({ kind: 'failed' });
});

test('the end of a run in words, and in the title of the tab', () => {
  const done = { kind: 'done', pictures: 4, took: 12_000 } as const;
  expect(en.run.news(done)).toBe('Done: 4 pictures took 12 s.');
  expect(en.run.news({ kind: 'cancelled', pictures: 1, of: 4 })).toBe('Cancelled: 1 of 4 pictures are done.');
  expect(en.run.title({ kind: 'idle' }, done)).toBe('Done · Drobė');
  expect(en.run.title({ kind: 'idle' }, null)).not.toContain('Done');
});
