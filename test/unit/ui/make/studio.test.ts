import { expect, test } from 'vitest';
import type { DeviceInfo, EngineApi, Job, NetName, Notice } from '../../../../src/engine/api';
import type { Remote } from '../../../../src/engine/rpc';
import { DrobeError } from '../../../../src/errors';
import { Studio } from '../../../../src/ui/make/studio.svelte';
import {
  drawGrey,
  engine,
  full,
  gate,
  hints,
  miniature,
  picture,
  pictures,
  shelf,
  stopped,
  turn,
} from '../fake';

type Generate = Remote<EngineApi>['generate'];

const draw: Generate = async function* (_, job) {
  yield { kind: 'encoding', what: 'prompt' };
  for (let step = 1; step <= job.steps; step++)
    yield { kind: 'step', step, steps: job.steps, preview: null, answers: [] };
  return picture(job);
};

function studioWith(
  generate: Generate,
  options: { items?: Record<string, string>; now?: () => number } = {},
) {
  let seed = 100;
  const studio = new Studio(engine({ generate }), () => [], {
    shelf: shelf(options.items),
    drawer: null,
    pictures,
    hints,
    now: options.now ?? (() => 0),
    seed: () => ++seed,
  });
  studio.chosen.adopt(miniature);
  return studio;
}

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

test('another model brings its own size, steps and sampler; prompt and seed stay', () => {
  const studio = studioWith(draw);
  Object.assign(studio.settings.current, { prompt: 'a cat', negative: 'a dog', seed: 9, width: 64 });
  studio.chosen.adopt(miniature);
  expect(studio.settings.current.width).toBe(64);
  studio.chosen.adopt(full());
  expect(studio.settings.current).toMatchObject({
    ...full().facts.defaults,
    model: 'full',
    prompt: 'a cat',
    negative: 'a dog',
    seed: 9,
  });
});

test('back at the model before, as nothing came of another one, everything is as it was left', () => {
  const studio = studioWith(draw);
  const left = { width: 64, steps: 3, sampler: 'Euler', prediction: 'v' } as const;
  Object.assign(studio.settings.current, { ...left, prompt: 'a cat' });
  studio.chosen.adopt(full());
  studio.settings.current.prompt = 'a dog';
  expect(studio.settings.current).toMatchObject({ ...full().facts.defaults, prediction: 'auto' });
  studio.chosen.adopt(miniature, true);
  expect(studio.settings.current).toMatchObject({ ...left, model: 'mini', prompt: 'a dog' });
  studio.chosen.adopt(full());
  studio.chosen.adopt(miniature);
  expect(studio.settings.current).toMatchObject({ ...miniature.facts.defaults, prediction: 'auto' });
});

test('what is being typed stays so when the copy of the chosen model has come', () => {
  const studio = studioWith(draw);
  studio.chosen.adopt({ ...full(), origin: 'arriving' });
  studio.form.type('width', 5);
  studio.chosen.adopt(full());
  expect(studio.model?.origin).toBe('stored');
  expect(studio.settings.current.width).toBe(5);
});

test('typed numbers snap into range, with a few words about it', () => {
  const studio = studioWith(draw);
  studio.chosen.adopt(full());
  studio.form.commit('width', 771);
  expect(studio.settings.current.width).toBe(768);
  expect(studio.form.hints.width).toBe('rounded to a multiple of 8');
  studio.form.commit('height', 9999);
  expect(studio.settings.current.height).toBe(2048);
  studio.form.commit('steps', NaN);
  expect(studio.settings.current.steps).toBe(25);
  studio.form.type('width', 512);
  expect(studio.form.hints.width).toBe('');
});

test('a number that was typed is used, or why not is said', () => {
  const { form, settings } = studioWith(draw);
  const typed = (name: 'steps' | 'guidance' | 'width', text: string) => {
    form.commitText(name, text);
    return [settings.current[name], form.hints[name]];
  };
  expect(typed('guidance', ' 7,5 ')).toEqual([7.5, '']);
  expect(typed('guidance', 'much')).toEqual([7.5, '“much” is no number: 7.5 is used']);
  expect(typed('guidance', '')).toEqual([7.5, 'empty: 7.5 is used']);
  expect(typed('guidance', '99')).toEqual([30, 'at most 30']);
  expect(typed('steps', '12.4')).toEqual([12, 'rounded']);
  expect(typed('steps', '1e999')).toEqual([150, 'at most 150']);
  expect(typed('width', '1,024')).toEqual([1024, '']);
  form.typeText('steps', 'x');
  expect(form.hints.steps).toBe('“x” is no number: 150 is used');
  form.typeText('steps', '9');
  expect([settings.current.steps, form.hints.steps]).toEqual([9, '']);
});

test('a number that was typed but not left is settled before the run', async () => {
  let asked: Job | undefined;
  const studio = studioWith(async function* (signal, job) {
    asked = job;
    return yield* draw(signal, job);
  });
  studio.form.type('width', 51);
  await studio.generate();
  expect(asked?.width).toBe(52);
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

test('settings come back after a reload; what is not a setting does not', async () => {
  const items: Record<string, string> = {};
  const studio = studioWith(draw, { items });
  Object.assign(studio.settings.current, { prompt: 'kept', steps: 33 });
  studio.settings.save();
  expect(studioWith(draw, { items }).settings.current).toMatchObject({ prompt: 'kept', steps: 33 });

  const [key = ''] = Object.keys(items);
  items[key] = JSON.stringify({
    model: 'mini',
    prompt: 5,
    steps: 1e9,
    sampler: 'Nope',
    width: null,
    evil: 1,
  });
  const mended = studioWith(draw, { items }).settings.current;
  expect(mended).toMatchObject({ prompt: '', steps: 150, sampler: 'Euler a', width: 512 });
  expect(mended).not.toHaveProperty('evil');

  items[key] = '{ not json';
  expect(studioWith(draw, { items }).settings.current.prompt).toBe('');
});

test('where the graphics card is lost, the page asks anew what it runs on', async () => {
  const cpu = { backend: 'wasm', name: 'WebAssembly', float16: false, slow: 'no-gpu' } as const;
  const here: DeviceInfo[] = [{ backend: 'webgpu', name: 'card', float16: true, slow: null }, cpu, cpu];
  let lost = false;
  const studio = new Studio(
    engine({
      // oxlint-disable-next-line require-yield -- it only answers
      device: async function* () {
        return here.shift()!; // asked three times at most
      },
      generate: async function* (signal, job) {
        if (!lost) {
          lost = true;
          throw new DrobeError('device-lost');
        }
        return yield* drawGrey(signal, job);
      },
    }),
    () => [],
    { shelf: shelf(), drawer: null, pictures, hints, now: () => 0, seed: () => 7 },
  );
  studio.chosen.adopt(miniature);
  await studio.device.ask();
  expect(studio.device.current?.backend).toBe('webgpu');
  await studio.generate();
  expect(studio.run.kind).toBe('done');
  expect(studio.device.current).toEqual(cpu);
});

test('a storage that throws costs nothing but the memory', () => {
  const forbidden = () => {
    throw new Error('forbidden');
  };
  const studio = new Studio(engine({}), () => [], {
    shelf: { getItem: forbidden, setItem: forbidden },
    drawer: null,
    pictures,
    hints,
    now: () => 0,
    seed: () => 0,
  });
  expect(() => studio.settings.save()).not.toThrow();
});

test('how fast weights were read is measured, by where nets run, and outlasts a reload', async () => {
  const MB = 2 ** 20;
  const reading = (net: NetName, doneBytes: number, totalBytes: number) =>
    ({ kind: 'reading', net, doneBytes, totalBytes }) as const;
  const items: Record<string, string> = {};
  const clock = [0, 100, 1000, 3000, 9000]; // begin; of the text encoder; of the UNet, and its end; end
  const studio = studioWith(
    async function* (_, job) {
      yield reading('text encoder', 8 * MB, 40 * MB);
      yield reading('text encoder', 40 * MB, 40 * MB);
      yield { kind: 'compiling', net: 'text encoder' };
      yield reading('UNet', 100 * MB, 300 * MB);
      yield reading('UNet', 200 * MB, 300 * MB);
      yield reading('UNet', 300 * MB, 300 * MB);
      yield { kind: 'compiling', net: 'UNet' };
      return picture(job);
    },
    { items, now: () => clock.shift() ?? 0 },
  );
  studio.device.current = { backend: 'webgpu', name: 'GPU', float16: true, slow: null };
  await studio.generate();
  expect(studio.run.kind).toBe('done');
  // The text encoder is too small to tell.
  expect(studio.measured.rates.current).toEqual({ webgpu: (200 * MB) / 2, wasm: 0 });
  studio.measured.rates.save();
  expect(studioWith(draw, { items }).measured.rates.current.webgpu).toBe((200 * MB) / 2);
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
  const thrift = { apart: true, single: false, turns: false, bits: null, tile: null };
  const asked: unknown[] = [];
  const studio = studioWith(async function* (signal, job) {
    asked.push(job.thrift);
    if (!job.thrift) {
      yield { kind: 'short-of-memory', thrift };
      throw new DrobeError('out-of-memory');
    }
    return yield* draw(signal, job);
  });
  await studio.generate();
  await studio.generate();
  expect(asked).toEqual([undefined, thrift, thrift]);
  expect(studio.run.kind).toBe('done');
});

test('what a person says of a model’s prediction is drawn with, and comes back with the model', async () => {
  const items: Record<string, string> = {};
  const studio = studioWith(draw, { items });
  studio.chosen.overrule({ prediction: 'v', rare: { zeroSnr: true } });
  await studio.generate();
  expect(studio.album.results[0]?.job).toMatchObject({ prediction: 'v', zeroSnr: true });
  studio.chosen.adopt(full());
  await studio.generate();
  expect(studio.album.results[0]?.job).not.toHaveProperty('prediction');
  expect(studio.album.results[0]?.job).not.toHaveProperty('zeroSnr');
  const later = studioWith(draw, { items });
  later.chosen.adopt(full());
  later.chosen.adopt(miniature);
  expect(later.settings.current).toMatchObject({ prediction: 'v', rare: { zeroSnr: true } });
});

test('of two questions where nets will run the last one counts, whichever is answered last', async () => {
  const { opened, open } = gate();
  const studio = new Studio(
    engine({
      // oxlint-disable-next-line require-yield -- a call that only answers
      device: async function* (_, wish) {
        if (wish === 'webgpu') await opened;
        return { backend: wish === 'wasm' ? 'wasm' : 'webgpu', name: '', float16: false, slow: null };
      },
    }),
    () => [],
    { shelf: shelf(), drawer: null, pictures, hints, now: () => 0, seed: () => 1 },
  );
  const first = studio.device.runOn('webgpu');
  await studio.device.runOn('wasm');
  open();
  await first;
  expect(studio.device.current?.backend).toBe('wasm');
});
