/** Orders that wait: in which order they are drawn, what becomes of those that fail, and what can be taken back. */
import { expect, test, vi } from 'vitest';
import type { EngineApi } from '../../../../../src/engine/api';
import type { Remote } from '../../../../../src/engine/rpc';
import { DrobeError } from '../../../../../src/errors';
import type { OrderListener } from '../../../../../src/ui/make/queue/listeners';
import type { Studio } from '../../../../../src/ui/make/studio.svelte';
import { drawGrey, full, gate, miniature, original, stopped, studioAtWork } from '../../fake';

type Generate = Remote<EngineApi>['generate'];

/** A studio whose pictures are each begun when they are let; `letOne` lets the one in work be drawn. */
function studioInTurns(generate: Generate = drawGrey) {
  /** Of the picture in work, once the engine has been asked for it. */
  let shut: ReturnType<typeof gate> | null = null;
  const { studio, jobs } = studioAtWork(
    miniature,
    async function* (signal, job) {
      const here = gate();
      shut = here;
      await Promise.race([
        here.opened,
        new Promise((_, fail) =>
          signal.addEventListener('abort', () => {
            shut = null;
            fail(stopped());
          }),
        ),
      ]);
      return yield* generate(signal, job);
    },
    () => [full()],
  );
  /** Until a picture waits to be let, or nothing is in work: where the machine is busy, that takes any number of turns. */
  const settled = () =>
    vi.waitUntil(() => shut !== null || !studio.queue.working, { timeout: 60_000, interval: 1 });
  const letOne = async () => {
    if (!shut) throw new Error('No picture is in work.');
    shut.open();
    shut = null;
    await settled();
  };
  const ask = async (prompt: string) => {
    studio.settings.current.prompt = prompt;
    void studio.press();
    await settled();
  };
  return { studio, jobs, letOne, settled, ask };
}

const prompts = ({ queue }: Studio) => queue.waiting.map(({ settings }) => settings.prompt);

test('what is asked for while a picture is drawn waits as it was set then, and is drawn in turn', async () => {
  const { studio, jobs, letOne, ask } = studioInTurns();
  await ask('one');
  studio.settings.current.steps = 7;
  await ask('two');
  expect(studio.news).toEqual({ kind: 'waits', waiting: 1, held: false });
  studio.settings.current.steps = 9;
  await ask('three');
  expect(prompts(studio)).toEqual(['two', 'three']);
  expect(jobs).toHaveLength(1);

  await letOne();
  expect(studio.run, 'the next has begun, nothing has ended').toMatchObject({ kind: 'running' });
  expect(studio.news).toEqual({ kind: 'picture', number: 1, of: 3 });
  expect(studio.progress).toEqual({ number: 2, of: 3 });
  await letOne();
  await letOne();
  expect(jobs.map(({ prompt, steps }) => [prompt, steps])).toEqual([
    ['one', 20],
    ['two', 7],
    ['three', 9],
  ]);
  expect(studio.run.kind).toBe('done');
  expect(studio.news, 'the end of all is told once').toEqual({ kind: 'done', pictures: 3, took: 0 });
});

test('the picture and the mask wait as they were, too', async () => {
  const { studio, jobs, letOne, ask } = studioInTurns();
  await ask('one');
  studio.choose('image');
  studio.place.source.take(original(64, 48, 'first.png'));
  await ask('two');
  studio.place.source.take(original(64, 48, 'second.png'));
  studio.choose('text');
  expect(studio.queue.waiting[0]?.inputs).toMatchObject({ mode: 'image', original: { name: 'first.png' } });
  await letOne();
  await letOne();
  expect(jobs.map(({ source }) => source?.kind)).toEqual([undefined, 'image']);
  expect(studio.album.results[0]?.original?.name).toBe('first.png');
});

test('another model that was chosen is drawn with when its turn comes, one that has gone holds what waits', async () => {
  const { studio, jobs, letOne, settled, ask } = studioInTurns();
  await ask('one');
  studio.chosen.adopt(full());
  await ask('two');
  studio.chosen.adopt(full('gone'));
  await ask('three');
  studio.chosen.adopt(miniature);
  await ask('four');
  await letOne();
  await letOne();
  expect(jobs.map(({ model }) => model)).toEqual(['mini', 'full']);
  expect(studio.run).toMatchObject({ kind: 'failed', error: { code: 'model-gone' } });
  expect([studio.queue.held, prompts(studio)]).toEqual([true, ['three', 'four']]);

  const [third] = studio.queue.waiting;
  studio.queue.remove([third!]);
  void studio.queue.goOn();
  await settled();
  await letOne();
  expect(jobs.at(-1)).toMatchObject({ model: 'mini', prompt: 'four' });
});

test('one that fails is told, kept to be tried again, and the next goes on', async () => {
  let fails = true;
  const { studio, jobs, letOne, settled, ask } = studioInTurns(async function* (signal, job) {
    if (fails && job.prompt === 'two' && job.batch?.index === 1)
      throw new DrobeError('not-a-number', { stage: 'unet' });
    return yield* drawGrey(signal, job);
  });
  await ask('one');
  studio.settings.current.count = 3;
  await ask('two');
  studio.settings.current.count = 1;
  await ask('three');
  for (let i = 0; i < 3; i++) await letOne();
  expect(studio.news).toEqual({ kind: 'failed', next: true });
  await letOne();
  expect(studio.news).toEqual({ kind: 'done', pictures: 3, took: 0, failed: 1 });
  const [failure] = studio.queue.failures;
  expect(failure).toMatchObject({ error: { code: 'not-a-number' }, order: { settings: { count: 2 } } });

  studio.queue.dismiss(failure!);
  expect(studio.queue.failures).toEqual([]);
  studio.changes.undo();
  expect(studio.queue.failures).toEqual([failure]);

  fails = false;
  studio.queue.retry(failure!);
  await settled();
  await letOne();
  await letOne();
  expect(studio.queue.failures).toEqual([]);
  expect(
    jobs.slice(-2).map(({ batch }) => batch),
    'what was left of it',
  ).toEqual([
    { index: 1, count: 3 },
    { index: 2, count: 3 },
  ]);
});

test('Cancel ends the run in work alone, Cancel all takes out what waits, which can be brought back', async () => {
  const { studio, jobs, letOne, settled, ask } = studioInTurns();
  for (const prompt of ['one', 'two', 'three', 'four']) await ask(prompt);
  studio.cancel();
  await settled();
  expect(studio.news).toEqual({ kind: 'cancelled', pictures: 0, of: 1, next: true });
  expect([studio.run.kind, jobs.at(-1)?.prompt]).toEqual(['running', 'two']);

  studio.cancelAll();
  await settled();
  expect([studio.run.kind, prompts(studio)]).toEqual(['idle', []]);
  studio.changes.undo();
  expect([prompts(studio), studio.queue.held, studio.queue.working]).toEqual([
    ['three', 'four'],
    true,
    false,
  ]);

  // What is drawn meanwhile comes first; what waits is held.
  await ask('five');
  await letOne();
  expect([jobs.at(-1)?.prompt, prompts(studio)]).toEqual(['five', ['three', 'four']]);
  void studio.queue.goOn();
  await settled();
  await letOne();
  await letOne();
  expect(jobs.map(({ prompt }) => prompt)).toEqual(['one', 'two', 'five', 'three', 'four']);
});

test('what waits is moved, taken out and brought back where it was', async () => {
  const { studio, ask } = studioInTurns();
  for (const prompt of ['one', 'two', 'three', 'four', 'five']) await ask(prompt);
  const { queue } = studio;
  const at = (place: number) => queue.waiting[place]!;
  queue.move(at(3), 0);
  expect(prompts(studio)).toEqual(['five', 'two', 'three', 'four']);
  queue.move(at(0), 1);
  queue.move(at(3), 9);
  expect(prompts(studio)).toEqual(['two', 'five', 'three', 'four']);
  queue.remove([at(1)]);
  expect(studio.changes.last?.words).toBe('“five” was removed from the queue.');
  queue.move(at(0), 1);
  studio.changes.undo();
  expect(prompts(studio)).toEqual(['two', 'five', 'three', 'four']);
  queue.remove(queue.waiting);
  expect([prompts(studio), studio.changes.last?.words]).toEqual([[], '4 runs were removed from the queue.']);
  studio.changes.undo();
  expect(prompts(studio)).toHaveLength(4);
});

test('for ever, each picture is drawn as things stand then; what waits goes first', async () => {
  const { studio, jobs, letOne, settled, ask } = studioInTurns();
  studio.settings.current.prompt = 'one';
  void studio.ordering.toggleForever();
  await settled();
  expect(studio.progress).toEqual({ number: 1, of: null });
  await ask('two');
  studio.settings.current.prompt = 'three';
  await letOne();
  await letOne();
  await letOne();
  void studio.ordering.toggleForever();
  await letOne();
  expect(jobs.map(({ prompt }) => prompt)).toEqual(['one', 'two', 'three', 'three']);
  expect([studio.queue.forever, studio.run.kind]).toEqual([false, 'done']);
});

test('pictures that would all be alike are not drawn for ever, and it ends where nothing can be drawn', async () => {
  const { studio, jobs, letOne, settled } = studioInTurns();
  studio.settings.current.prompt = 'one';
  studio.form.typeSeed('seed', '7');
  await studio.ordering.toggleForever();
  expect([studio.news, studio.queue.forever]).toEqual([{ kind: 'alike' }, false]);

  studio.form.typeSeed('seed', '-1');
  void studio.ordering.toggleForever();
  await settled();
  studio.choose('image');
  await letOne();
  expect([jobs.length, studio.queue.forever, studio.run.kind]).toEqual([1, false, 'done']);
  expect(studio.news).not.toHaveProperty('alike');
});

test('a seed that is typed meanwhile ends what would go on forever, and that is said', async () => {
  const { studio, letOne, settled } = studioInTurns();
  studio.settings.current.prompt = 'one';
  void studio.ordering.toggleForever();
  await settled();
  studio.form.typeSeed('seed', '7');
  await letOne();
  expect([studio.queue.forever, studio.news]).toEqual([
    false,
    expect.objectContaining({ kind: 'done', pictures: 1, alike: true }),
  ]);
});

test('orders of a group are told of one by one, their pictures come together, and they go together', async () => {
  const { studio, letOne, ask } = studioInTurns();
  await ask('one');
  const { settings, inputs } = studio.ordering.request();
  const cells = ['a', 'b', 'c'];
  const heard: unknown[] = [];
  const told: OrderListener = {
    made: ({ job }, { cell }) => heard.push(['made', cell, job.prompt]),
    ended: ({ cell }, { kind }) => heard.push([kind, cell]),
  };
  studio.queue.follow('grid', told);
  const group = { id: 'grid', name: 'A grid' };
  const results = studio.queue.add(
    cells.map((cell) => ({ settings: { ...settings, prompt: `cell ${cell}` }, inputs })),
    { group, cells },
  );
  await ask('two');
  await letOne();
  await letOne();
  expect(studio.queue.of('grid').map(({ cell }) => cell)).toEqual(['c']);
  studio.queue.remove(studio.queue.of('grid'));
  await letOne();
  expect(heard).toEqual([
    ['made', 'a', 'cell a'],
    ['done', 'a'],
    ['removed', 'c'],
    ['made', 'b', 'cell b'],
    ['done', 'b'],
  ]);
  expect((await results).map(({ job }) => job.prompt)).toEqual(['cell a', 'cell b']);
  expect(prompts(studio)).toEqual([]);
});

test('what waited in an earlier visit waits until somebody has it go on', async () => {
  const { studio, jobs, letOne, ask } = studioInTurns();
  await ask('one');
  await ask('two');
  const before = studio.queue.waiting;

  const later = studioInTurns();
  later.studio.queue.bringBack(before);
  await later.settled();
  expect([later.jobs.length, later.studio.queue.held, prompts(later.studio)]).toEqual([0, true, ['two']]);
  void later.studio.queue.goOn();
  await later.settled();
  await later.letOne();
  expect(later.jobs.map(({ prompt }) => prompt)).toEqual(['two']);
  await letOne();
  expect(jobs).toHaveLength(2);
});

test('an order that waits can be looked at and changed; what was set comes back', async () => {
  const { studio, ask } = studioInTurns();
  await ask('one');
  studio.settings.current.steps = 7;
  await ask('two');
  Object.assign(studio.settings.current, { prompt: 'mine', steps: 30 });
  const chosen: string[] = [];
  studio.reuse.order(studio.queue.waiting[0]!, (model) => chosen.push(model));
  expect(studio.settings.current).toMatchObject({ prompt: 'two', steps: 7, seed: '7' });
  expect(studio.queue.waiting).toHaveLength(1);
  studio.changes.undo();
  expect(studio.settings.current).toMatchObject({ prompt: 'mine', steps: 30, seed: '-1' });
  expect(chosen).toEqual(['mini', 'mini']);
});
