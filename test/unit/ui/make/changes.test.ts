/** What was done can be taken back: pictures and masks that others took the place of, deletions, settings. */
import { expect, test } from 'vitest';
import { RECENT } from '../../../../src/ui/album/full-pictures.svelte';
import { commandsNow } from '../../../../src/ui/make/keys';
import type { Studio } from '../../../../src/ui/make/studio.svelte';
import { drawGrey, miniature, pictureFile, stopped, studioAtWork, turn } from '../fake';

/** In Inpaint, with a picture of which the middle is masked by two strokes. */
async function painted() {
  const { studio, jobs } = studioAtWork();
  studio.choose('inpaint');
  await studio.startFrom(pictureFile('64x48', 'house.png'));
  const { board } = studio.place;
  board.size = 6;
  for (const x of [20, 40]) {
    board.begin({ x, y: 20, pressure: 1 }, false);
    board.end();
  }
  return { studio, jobs, mask: board.copy() };
}

const named = ({ place }: Studio) => place.source.current?.name;
const words = ({ changes }: Studio) => changes.last?.words;

test('a picture that another one took the place of comes back with its mask and every stroke', async () => {
  const { studio, mask } = await painted();
  const { place } = studio;
  studio.form.commit('width', 96);
  await studio.startFrom(pictureFile('32x32', 'mask.png'));
  expect([named(studio), place.board.bounds]).toEqual(['mask.png', null]);
  expect(words(studio)).toBe('house.png and its mask were replaced.');

  place.undo();
  expect([named(studio), place.board.copy()]).toEqual(['house.png', mask]);
  expect(studio.settings.current.width).toBe(96);
  expect(studio.changes.all).toEqual([]);
  place.undo();
  place.undo();
  expect([place.board.bounds, place.canUndo]).toEqual([null, false]);
  for (let i = 0; i < 3; i++) place.redo();
  expect([named(studio), place.canRedo]).toEqual(['mask.png', false]);
  studio.changes.undo();
  expect([named(studio), place.board.copy()]).toEqual(['house.png', mask]);
});

test('a removed picture comes back; what is painted from then on leads nowhere else', async () => {
  const { studio, mask } = await painted();
  const { place } = studio;
  place.take(null);
  expect([named(studio), words(studio)]).toEqual([undefined, 'house.png and its mask were removed.']);
  studio.changes.undo();
  expect([named(studio), place.board.copy(), place.canRedo]).toEqual(['house.png', mask, true]);
  place.board.invert();
  expect(place.canRedo).toBe(false);
});

test.each<{
  mode: 'inpaint' | 'outpaint';
  work: (studio: Studio) => void;
  bare: (studio: Studio) => boolean;
}>([
  {
    mode: 'inpaint',
    work: ({ place: { board } }) => {
      board.begin({ x: 9, y: 9, pressure: 1 }, false);
      board.end();
    },
    bare: ({ place }) => place.board.bounds === null,
  },
  {
    mode: 'outpaint',
    work: ({ place }) => {
      place.frame.mark();
      place.pull({ bottom: 32 });
    },
    bare: ({ place }) => !place.frame.isOpen,
  },
])(
  'by key, in $mode, what is announced is undone first; what is done on the picture from then on goes before it',
  async ({ mode, work, bare }) => {
    const { studio } = studioAtWork();
    studio.choose(mode);
    await studio.startFrom(pictureFile('64x48', 'house.png'));
    const undo = () =>
      commandsNow(studio)
        .find(({ keys }) => keys.includes('Ctrl+Z'))
        ?.run(studio);
    work(studio);
    await studio.generate();
    await studio.view.discard();
    studio.view.showCanvas();
    expect([words(studio), studio.album.results.length]).toEqual(['The picture was deleted.', 0]);
    undo();
    await turn();
    expect([studio.album.results.length, bare(studio)]).toEqual([1, false]);

    await studio.view.discard();
    studio.view.showCanvas();
    work(studio);
    expect(studio.changes.news).toBeNull();
    for (let i = 0; i < 2 && !bare(studio); i++) undo();
    expect([studio.album.results.length, bare(studio)]).toEqual([0, true]);
    undo();
    await turn();
    // The canvas of a mask brings back pictures alone; elsewhere all that was done comes back in turn.
    expect(studio.album.results).toHaveLength(mode === 'outpaint' ? 1 : 0);
  },
);

test('an undone stroke is not redone once another picture was there', async () => {
  const { studio } = await painted();
  const { place } = studio;
  place.undo();
  await studio.startFrom(pictureFile('32x32', 'other.png'));
  place.undo();
  place.redo();
  expect(named(studio)).toBe('other.png');
});

test('of many pictures each comes back in turn, and a file that is none changes nothing', async () => {
  const { studio, mask } = await painted();
  await studio.startFrom(pictureFile('32x32', 'second.png'));
  studio.place.board.invert();
  await studio.startFrom(pictureFile('16x16', 'third.png'));
  await studio.startFrom(pictureFile('no picture', 'words.png'));
  expect(named(studio)).toBe('third.png');
  studio.place.undo();
  expect([named(studio), studio.place.board.isFull]).toEqual(['second.png', true]);
  studio.place.undo();
  studio.place.undo();
  expect([named(studio), studio.place.board.copy()]).toEqual(['house.png', mask]);
});

test('accepting a candidate can be undone: picture, mask and candidates are as before', async () => {
  const { studio, mask } = await painted();
  await studio.generate();
  const [made] = studio.view.candidates;
  studio.accept();
  expect(studio.place.board.bounds).toBeNull();
  studio.place.undo();
  expect([named(studio), studio.place.board.copy(), studio.view.candidates]).toEqual([
    'house.png',
    mask,
    [made],
  ]);
});

test('deleted pictures come back, each into its place', async () => {
  const { studio } = studioAtWork();
  Object.assign(studio.settings.current, { count: 3, seed: '1', like: 'A1111' });
  await studio.generate();
  const seeds = () => studio.album.results.map(({ job }) => job.seed);
  studio.view.show(studio.album.results[1]!);
  await studio.view.discard();
  expect([seeds(), words(studio)]).toEqual([[3n, 1n], 'The picture was deleted.']);
  await studio.album.clear();
  expect([seeds(), words(studio)]).toEqual([[], '2 pictures were deleted.']);
  studio.changes.undo();
  expect(seeds()).toEqual([3n, 1n]);
  studio.changes.undo();
  expect(seeds()).toEqual([3n, 2n, 1n]);
  const shown = await fetch(studio.album.results[1]?.url ?? '');
  expect(shown.ok).toBe(true);
});

test('a picture that was thrown away and comes back is shown again, unless another one is looked at', async () => {
  const { studio } = studioAtWork();
  const { album, view, changes } = studio;
  Object.assign(studio.settings.current, { count: 3, seed: '1', like: 'A1111' });
  await studio.generate();
  const shown = () => view.shown?.job.seed;
  view.show(album.results[1]!);
  await view.discard();
  expect(shown()).toBeUndefined();
  changes.undo();
  await turn();
  expect(shown()).toBe(2n);

  await view.discard();
  view.show(album.results[0]!);
  changes.undo();
  await turn();
  expect([shown(), album.results.length]).toEqual([3n, 3]);
});

test('the oldest picture without a star makes room where only so many are kept, with a word, and comes back', async () => {
  const { studio } = studioAtWork();
  const { album, changes } = studio;
  album.capacity.keep(3);
  for (const seed of ['0', '1', '2']) {
    studio.settings.current.seed = seed;
    await studio.generate();
  }
  await album.star([album.placeOf(album.results.at(-1)!)], 1);
  expect([changes.all, album.going(1).map(({ seed }) => seed)]).toEqual([[], ['1']]);
  await studio.generate();
  const seeds = () => album.cards.map(({ seed }) => seed);
  expect([seeds(), words(studio)]).toEqual([['2', '2', '0'], 'The oldest picture made room for this one.']);
  changes.undo();
  expect(seeds()).toEqual(['2', '2', '1', '0']);
  expect(album.results.map(({ job }) => String(job.seed))).toEqual(seeds());
});

test('as many pictures are kept as there is room for, and only the newest are whole', async () => {
  const { studio } = studioAtWork();
  for (let i = 0; i < RECENT + 2; i++) {
    studio.settings.current.seed = String(i);
    await studio.generate();
  }
  const { album } = studio;
  expect([studio.changes.all, album.cards.length, album.results.length]).toEqual([[], RECENT + 2, RECENT]);
  const [oldest] = album.cards.slice(-1);
  const result = await album.whole(oldest!.place);
  expect(result?.job.seed).toBe(0n);
  studio.view.show(result!);
  expect(studio.view.shown).toBe(result);
  await studio.view.discard();
  expect([studio.view.shown, await album.whole(oldest!.place)]).toEqual([null, null]);
});

test('settings that were taken over give way to those before', async () => {
  const { studio } = studioAtWork();
  studio.settings.current.prompt = 'house';
  await studio.generate();
  Object.assign(studio.settings.current, { prompt: 'a long prompt', steps: 9 });
  studio.reuse.settings();
  expect(studio.settings.current).toMatchObject({ prompt: 'house', steps: 20 });
  studio.changes.undo();
  expect(studio.settings.current).toMatchObject({ prompt: 'a long prompt', steps: 9 });
});

const answers = [Float32Array.of(1)];

/** A studio whose first picture is cancelled after a step; it is finished by whoever goes on with it. */
function cancelling() {
  const { studio, jobs } = studioAtWork(miniature, async function* (signal, job) {
    if (job.known?.length || job.prompt === 'another') return yield* drawGrey(signal, job);
    yield { kind: 'step', step: 1, steps: 20, preview: null, answers };
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(stopped())));
    throw new Error('never');
  });
  const cancelled = async () => {
    const run = studio.generate();
    for (let i = 0; i < 100 && !(studio.run.kind === 'running' && studio.run.stage?.kind === 'step'); i++)
      await turn();
    studio.cancel();
    await run;
    return studio.album.unfinished[0]!;
  };
  return { studio, jobs, cancelled };
}

test('a run that was cancelled after some steps can be gone on with, until the next one is done', async () => {
  const { studio, jobs, cancelled } = cancelling();
  await cancelled();
  const [left] = studio.album.unfinished;
  expect(left).toMatchObject({ stopped: true, steps: 1, known: answers });
  await studio.ordering.goOn(left!);
  expect(jobs.at(-1)).toMatchObject({ known: answers, seed: jobs[0]?.seed });
  expect([studio.album.unfinished, studio.album.results.length]).toEqual([[], 1]);

  await cancelled();
  studio.settings.current.prompt = 'another';
  await studio.generate();
  expect([studio.album.unfinished, studio.album.results.length]).toEqual([[], 2]);
});

test('what was written and painted since a run was cancelled comes back after it was gone on with', async () => {
  const { studio, jobs, cancelled } = cancelling();
  const { place, settings } = studio;
  studio.choose('inpaint');
  await studio.startFrom(pictureFile('64x48', 'house.png'));
  place.board.invert();
  settings.current.prompt = 'a house';
  const first = await cancelled();
  settings.current.count = 2;
  await studio.ordering.goOn(first);
  expect([words(studio), settings.current.count]).toEqual([undefined, 2]);

  settings.current.count = 1;
  const left = await cancelled();
  Object.assign(settings.current, { prompt: 'a long prompt', steps: 9 });
  place.board.clear();
  const before = structuredClone({ ...settings.current });
  const drawn = studio.ordering.goOn(left);
  expect(settings.current).toMatchObject({ prompt: 'a house', steps: 20 });
  await drawn;
  expect(jobs.at(-1)).toMatchObject({ prompt: 'a house', steps: 20 });
  studio.changes.undo();
  expect(settings.current).toEqual(before);
  expect(place.board.isFull).toBe(true);
  place.undo();
  expect(place.board.bounds).toBeNull();
});

test('an unfinished run that was discarded can be brought back', async () => {
  const { studio, cancelled } = cancelling();
  const left = await cancelled();
  studio.album.discard(left);
  studio.album.discard(left);
  expect([studio.album.unfinished, studio.changes.all.length]).toEqual([[], 1]);
  studio.changes.undo();
  expect(studio.album.unfinished).toEqual([left]);
});

test('a seed that gave way to random ones comes back, unless another picture is in view by then', async () => {
  const { studio } = studioAtWork();
  const seeds = () => {
    studio.reuse.toggleRandom();
    return studio.settings.current.seed;
  };
  studio.form.typeSeed('seed', '1234');
  expect([seeds(), seeds(), seeds()]).toEqual(['-1', '1234', '-1']);
  await studio.generate();
  expect(seeds()).toBe(String(studio.view.shown?.job.seed));
});
