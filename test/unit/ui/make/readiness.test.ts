import { beforeEach, expect, it, vi } from 'vitest';
import type { DeviceInfo, Job } from '../../../../src/engine/api';
import { samplerNames, type SamplerName } from '../../../../src/sampling/settings';
import { samplers } from '../../../../src/sampling/table';
import { initial } from '../../../../src/ui/settings/settings';
import { netsAhead, Readiness } from '../../../../src/ui/make/readiness.svelte';
import { Studio } from '../../../../src/ui/make/studio.svelte';
import { engine, hints, miniature, pictures, fakeStorage } from '../fake';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', {});
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

/** What it asks of the engine: sizes of pictures. @param takes milliseconds a call. */
function readinessWith({ spares = false, takes = 1000 } = {}) {
  const asked: number[] = [];
  const readiness = new Readiness(
    engine({
      // oxlint-disable-next-line require-yield -- it tells nothing
      async *prepare(signal, { width }) {
        asked.push(width);
        await new Promise((resolve) => setTimeout(resolve, takes));
        signal.throwIfAborted();
      },
    }),
    () => Promise.resolve(spares),
  );
  const begin = (width: number) => readiness.for(`${width}`, { width } as Job);
  return { readiness, asked, begin };
}

it('nets are opened once nothing has changed for a moment, and not again', async () => {
  const { readiness, asked, begin } = readinessWith();
  begin(1)();
  begin(2);
  await vi.advanceTimersByTimeAsync(1600);
  expect([asked, readiness.inWork]).toEqual([[2], true]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(readiness.inWork).toBe(false);
  begin(2);
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked).toEqual([2]);
});

it('what is broken off is begun again, what a run has opened is not', async () => {
  const { readiness, asked, begin } = readinessWith();
  const breakOff = begin(1);
  await vi.advanceTimersByTimeAsync(1600);
  breakOff();
  await vi.advanceTimersByTimeAsync(1000);
  const again = begin(1);
  await vi.advanceTimersByTimeAsync(1600);
  expect(asked).toEqual([1, 1]);
  again();
  readiness.opened('3');
  begin(3);
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked).toEqual([1, 1]);
});

it('nothing is opened ahead on a low battery', async () => {
  const { asked, begin } = readinessWith({ spares: true });
  begin(1);
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked).toEqual([]);
});

it('a stored model on a real card is got ready, and a small one on the CPU once there is a prompt, for the settings there are', async () => {
  const asked: Job[] = [];
  const studio = new Studio(
    engine({
      // oxlint-disable-next-line require-yield -- it tells nothing
      async *prepare(_, job) {
        asked.push(job);
      },
    }),
    () => [],
    { storage: fakeStorage(), database: null, pictures, hints, now: () => 0, seed: () => 1 },
  );
  const card: DeviceInfo = { backend: 'webgpu', name: 'card', float16: true, slow: null };
  const stored = { ...miniature, origin: 'stored' } as const;
  for (const [model, device] of [
    [miniature, card],
    [stored, { ...card, slow: 'imitated-gpu' }],
    [miniature, { ...card, backend: 'wasm', slow: 'no-gpu' }],
  ] as const) {
    studio.chosen.adopt(model);
    studio.device.current = device;
    expect(studio.next.getReady()).toBeUndefined();
  }
  studio.chosen.adopt(stored);
  studio.device.current = card;
  studio.settings.current.prompt = 'red apple';
  studio.next.getReady();
  await vi.advanceTimersByTimeAsync(2000);
  const wish = { model: 'mini', prompt: 'red apple', width: 48, height: 48, source: null };
  expect(asked).toMatchObject([wish]);

  const cpu: DeviceInfo = { ...card, backend: 'wasm', slow: 'no-gpu' };
  studio.device.current = cpu;
  studio.chosen.adopt({ ...stored, bytes: 2 ** 31 });
  expect(studio.next.getReady()).toBeUndefined();
  studio.chosen.adopt({ ...miniature, id: 'served' });
  studio.next.getReady();
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked).toMatchObject([wish, { ...wish, model: 'served' }]);
});

it('another sampler wants the same nets, unless it asks for what the negative prompt leads to', () => {
  const model = { ...miniature, origin: 'stored' } as const;
  const card: DeviceInfo = { backend: 'webgpu', name: 'card', float16: true, slow: null };
  const ahead = (sampler: SamplerName) =>
    netsAhead(model, card, { ...initial, prompt: 'sun', guidance: 1, sampler }, {}, { mode: 'text' });
  for (const sampler of samplerNames)
    expect([sampler, ahead(sampler) !== ahead('Euler')]).toEqual([
      sampler,
      samplers[sampler].negative === true,
    ]);
});

it('what is broken off and ends late does not hide what is in work since', async () => {
  const { readiness, begin } = readinessWith({ takes: 3000 });
  const breakOff = begin(1);
  await vi.advanceTimersByTimeAsync(1600);
  breakOff();
  begin(2);
  // The first one ends after 4.5 s, the second begins after 3.1 s.
  await vi.advanceTimersByTimeAsync(3000);
  expect(readiness.inWork).toBe(true);
  await vi.advanceTimersByTimeAsync(3000);
  expect(readiness.inWork).toBe(false);
});
