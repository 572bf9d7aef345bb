/** What runs will take, from what earlier ones took. */
import { expect, test } from 'vitest';
import type { RunRequest } from '../../../../src/ui/album/stored';
import { cost, learnt, pacesFrom, type Known, type Pace } from '../../../../src/ui/make/cost';
import { initial, type Mode, type Settings } from '../../../../src/ui/settings/settings';
import { drawGrey, miniature, studioAtWork } from '../fake';

const request = (settings: Partial<Settings> = {}, mode: Mode = 'text'): RunRequest => ({
  settings: { ...initial, model: 'mini', width: 64, height: 64, steps: 10, ...settings },
  inputs: { mode, original: null, mask: null, margins: { left: 0, right: 0, top: 0, bottom: 0 } },
});

const pace = (changes: Partial<Pace> = {}): Pace => ({
  kind: 'auto 0 0 0 0 mini',
  sampler: 'Euler a',
  pixels: 64 * 64,
  look: 100,
  rest: 500,
  ...changes,
});

const knowing = (...paces: Pace[]): Known => ({
  paces,
  device: { backend: 'webgpu', float16: true },
  rates: { webgpu: 1e9, wasm: 0 },
  facts: (model) => ({
    room: { f16: { bytes: model.length * 1e9, together: true }, f32: { bytes: 9e9, together: true } },
  }),
});

const time = (orders: RunRequest | readonly RunRequest[], ...paces: Pace[]) =>
  cost([orders].flat(), knowing(...paces)).milliseconds;

test('as often as the picture is looked at, and what is done before and after', () => {
  expect(time(request(), pace())).toBe(500 + 10 * 2 * 100);
  expect(time(request({ guidance: 1 }), pace())).toBe(500 + 10 * 100);
  expect(time(request({ count: 3 }), pace())).toBe(3 * 2500);
  expect(time(request({}, 'instruct'), pace())).toBe(500 + 10 * 3 * 100);
  expect(time([request(), request({ steps: 20 })], pace())).toBe(2500 + 4500);
});

test('of a picture that is drawn over only the steps that are made count; of a second pass its size does', () => {
  expect(time(request({ strength: 0.5 }, 'image'), pace())).toBe(500 + 5 * 2 * 100);
  expect(time(request({ hires: true, hiresScale: 2, hiresStrength: 0.5 }), pace())).toBe(
    2500 + 4 * (500 + 5 * 2 * 100),
  );
});

test('a size that was never drawn is told from those nearest, a sampler from its own pace', () => {
  const double = { width: 128, height: 64 };
  expect(time(request(double), pace())).toBe(2 * 2500);
  // Twice as large took four times as long.
  const sizes = [pace(), pace({ pixels: 2 * 64 * 64, look: 400, rest: 1000 })];
  expect(time(request({ width: 128, height: 128 }), ...sizes)).toBe(2000 + 20 * 1600);
  const heun = pace({ sampler: 'Heun', look: 200 });
  expect(time(request({ sampler: 'Heun' }), pace(), heun)).toBe(500 + 20 * 200);
  expect(time(request({ sampler: 'LMS' }), pace()), 'not known: as the others').toBe(2500);
});

test('weights that are rounded take less memory, where it is known how much', () => {
  const rounded = { 8: 3e9, 4: 2e9 };
  const room = { f16: { bytes: 5e9, together: false, rounded }, f32: { bytes: 9e9, together: false } };
  const bytes = (bits: 8 | 4 | undefined, float16 = true) =>
    cost([request({ rare: { ...(bits && { bits }) } })], {
      ...knowing(),
      device: { backend: 'webgpu', float16 },
      facts: () => ({ room }),
    }).bytes;
  expect([bytes(undefined), bytes(8), bytes(4)]).toEqual([5e9, 3e9, 2e9]);
  expect(bytes(8, false), 'imported before this was told').toBe(9e9);
});

test('what nothing like it was drawn of has no time, but pictures and memory', () => {
  expect(cost([request(), request({ model: 'large' })], knowing(pace()))).toEqual({
    pictures: 2,
    milliseconds: null,
    bytes: 5e9,
  });
  expect(cost([], knowing())).toEqual({ pictures: 0, milliseconds: 0, bytes: null });
  expect(cost([request()], { ...knowing(), facts: () => null }).bytes).toBeNull();
});

test('where the model changes, its weights are loaded', () => {
  const large = pace({ kind: 'auto 0 0 0 0 large' });
  const orders = ['mini', 'large', 'large', 'mini'].map((model) => request({ model }));
  expect(time(orders, pace(), large)).toBe(4 * 2500 + 5000 + 4000);
});

test('each finished picture is learnt from; what loading took once is forgotten', async () => {
  let took = [900, 100, 100];
  const { studio } = studioAtWork(miniature, async function* (signal, job) {
    const picture = yield* drawGrey(signal, job);
    return { ...picture, milliseconds: { encode: took[0]!, steps: took, decode: 100 } };
  });
  await studio.generate();
  expect(studio.measured.paces.current).toMatchObject([
    { pixels: 48 * 48, sampler: 'DDIM', look: 50, rest: 1000 },
  ]);
  // The device slept meanwhile.
  took = [900, 90, 9_000_000, 110, 100];
  await studio.generate();
  expect(studio.measured.paces.current).toMatchObject([{ look: 50, rest: 1000 }]);
  took = [20, 80, 80];
  await studio.generate();
  expect(studio.measured.paces.current).toMatchObject([{ look: 40, rest: 120 }]);
  expect(studio.measured.cost([studio.ordering.request()])).toEqual({
    pictures: 1,
    milliseconds: 120 + 20 * 2 * 40,
    bytes: null,
  });
});

test('sixty are remembered, and what is no pace is none', () => {
  const many = Array.from({ length: 70 }, (_, i) => pace({ pixels: i + 1 }));
  const known = many.reduce<readonly Pace[]>(learnt, []);
  expect([known.length, known[0]?.pixels]).toEqual([60, 70]);
  expect(pacesFrom(JSON.parse(JSON.stringify(known)))).toEqual(known);
  expect(pacesFrom([{ ...pace(), look: 'quick' }, { ...pace(), pixels: 0 }, null, 7, pace()])).toEqual([
    pace(),
  ]);
  expect(pacesFrom({ evil: 1 })).toEqual([]);
});
