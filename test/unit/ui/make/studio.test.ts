/** Runs of the studio: what is shown of them, and how they end. */
import { expect, test } from 'vitest';
import type { Notice } from '../../../../src/engine/api';
import { DrobeError } from '../../../../src/errors';
import { full, gate, miniature, picture, stopped, turn } from '../fake';
import { draw, studioWith } from './drawing-studio';

test('a run ends in a result that is shown, with a PNG of its own', async () => {
  const studio = studioWith(draw);
  studio.settings.current.prompt = 'Red äpple!';
  await studio.generate();
  expect(studio.run.kind).toBe('done');
  expect(studio.view.shown).toBe(studio.album.results[0]);
  expect(studio.view.shown).toMatchObject({ fileName: 'drobe-101-red-apple.png', model: 'mini-sd' });
  const png = await (await fetch(studio.view.shown?.url ?? '')).arrayBuffer();
  expect([...new Uint8Array(png).subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
});

test('an empty prompt is allowed, no model is not', async () => {
  const studio = studioWith(draw);
  await studio.generate();
  expect(studio.album.results).toHaveLength(1);
  studio.chosen.adopt(null);
  expect(studio.canGenerate).toBe(false);
  await studio.generate();
  expect(studio.album.results).toHaveLength(1);
});

test('every run draws a seed of its own until one is typed or reused', async () => {
  const studio = studioWith(draw);
  await studio.generate();
  await studio.generate();
  expect(studio.album.results.map(({ job }) => job.seed)).toEqual([102n, 101n]);

  const [, first] = studio.album.results;
  if (first) studio.view.show(first);
  studio.reuse.seed();
  await studio.generate();
  expect(studio.album.results[0]?.job.seed).toBe(101n);

  studio.form.typeSeed('seed', '7');
  await studio.generate();
  expect(studio.album.results[0]?.job.seed).toBe(7n);
});

test('progress, preview and notices show while a run is in work', async () => {
  const { opened, open } = gate();
  const notice: Notice = { code: 'size-rounded', width: 64, height: 64 };
  const preview = { width: 1, height: 1, rgba: Uint8ClampedArray.of(1, 2, 3, 255) };
  const studio = studioWith(async function* (_, job) {
    yield { kind: 'notice', notice };
    yield { kind: 'step', step: 1, steps: 20, preview, answers: [] };
    await opened;
    return picture(job);
  });
  const run = studio.generate();
  await turn();
  expect(studio.run).toMatchObject({
    kind: 'running',
    stage: { kind: 'step', step: 1 },
    preview,
    left: null,
  });
  expect(studio.notices).toEqual([notice]);
  open();
  await run;
  studio.dismiss(notice);
  expect(studio.notices).toEqual([]);
});

test('the time left is told after two steps, and the first, which warms up, does not count', async () => {
  const { opened, open } = gate();
  const clock = [0, 10_000, 11_000, 12_000];
  const studio = studioWith(
    async function* (_, job) {
      for (const step of [1, 2, 3]) yield { kind: 'step', step, steps: 20, preview: null, answers: [] };
      await opened;
      return picture(job);
    },
    { now: () => clock.shift() ?? 0 },
  );
  const run = studio.generate();
  await turn();
  expect(studio.run).toMatchObject({ left: 17_000 });
  open();
  await run;
});

test('a cancelled run says so at once and ends without an error', async () => {
  const studio = studioWith(async function* (signal) {
    yield { kind: 'encoding', what: 'prompt' };
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(stopped())));
    throw new Error('never');
  });
  const run = studio.generate();
  await turn();
  studio.cancel();
  expect(studio.run).toMatchObject({ kind: 'running', stopping: true });
  await run;
  expect(studio.run.kind).toBe('idle');
});

test('a run in a long step can be broken off once it is cancelled, and not before', async () => {
  const { opened, open } = gate();
  let broken = 0;
  const studio = studioWith(
    async function* (signal) {
      yield { kind: 'encoding', what: 'prompt' };
      await opened;
      signal.throwIfAborted();
      throw new Error('it was not cancelled');
    },
    {
      // oxlint-disable-next-line require-yield -- a call that tells nothing
      async *breakOff() {
        broken++;
        open();
      },
    },
  );
  const run = studio.generate();
  await turn();
  await studio.breakOff();
  expect(broken).toBe(0);
  studio.cancel();
  await studio.breakOff();
  expect(broken).toBe(1);
  await run;
  expect(studio.run.kind).toBe('idle');
});

test('a failed run keeps its error until it is dismissed, and the earlier picture', async () => {
  let fails = false;
  const studio = studioWith(async function* (signal, job) {
    if (fails) throw new DrobeError('out-of-memory', { reason: 'test' });
    return yield* draw(signal, job);
  });
  await studio.generate();
  fails = true;
  await studio.generate();
  expect(studio.run).toMatchObject({
    kind: 'failed',
    error: { code: 'out-of-memory' },
    file: miniature.file,
  });
  expect(studio.view.shown).not.toBeNull();
  studio.dismissFailure();
  expect(studio.run.kind).toBe('idle');
});

test('the settings of a picture can be taken up again, the model stays', async () => {
  const studio = studioWith(draw);
  studio.settings.current.prompt = 'first';
  await studio.generate();
  studio.chosen.adopt(full());
  studio.settings.current.prompt = 'second';
  studio.reuse.settings();
  expect(studio.settings.current).toMatchObject({
    prompt: 'first',
    seed: '101',
    width: 48,
    model: 'full',
  });
});

test('what several pictures of a run have to tell is told once', async () => {
  const studio = studioWith(async function* (signal, job) {
    yield { kind: 'notice', notice: { code: 'saving-memory', by: 'tile' } };
    return yield* draw(signal, job);
  });
  studio.settings.current.count = 2;
  await studio.generate();
  expect(studio.album.results).toHaveLength(2);
  expect(studio.notices).toEqual([{ code: 'saving-memory', by: 'tile' }]);
});

test('a run that was short of memory is not tried lavishly again, at its size', async () => {
  const savings = { apart: true, single: false, turns: false, bits: null, tile: null };
  const asked: unknown[] = [];
  const studio = studioWith(async function* (signal, job) {
    asked.push(job.savings);
    if (!job.savings) {
      yield { kind: 'short-of-memory', savings };
      throw new DrobeError('out-of-memory');
    }
    return yield* draw(signal, job);
  });
  await studio.generate();
  await studio.generate();
  expect(asked).toEqual([undefined, savings, savings]);
  expect(studio.run.kind).toBe('done');
});
