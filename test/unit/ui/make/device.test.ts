/** Where nets run, and how fast that is. */
import { expect, test } from 'vitest';
import type { DeviceInfo, NetName } from '../../../../src/engine/api';
import { DrobeError } from '../../../../src/errors';
import { Studio } from '../../../../src/ui/make/studio.svelte';
import { drawGrey, engine, gate, hints, miniature, picture, pictures, fakeStorage } from '../fake';
import { draw, studioWith } from './drawing-studio';

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
    { storage: fakeStorage(), database: null, pictures, hints, now: () => 0, seed: () => 7 },
  );
  studio.chosen.adopt(miniature);
  await studio.device.ask();
  expect(studio.device.current?.backend).toBe('webgpu');
  await studio.generate();
  expect(studio.run.kind).toBe('done');
  expect(studio.device.current).toEqual(cpu);
  expect(studio.device.lostCard).toBe(true);
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
    { storage: fakeStorage(), database: null, pictures, hints, now: () => 0, seed: () => 1 },
  );
  const first = studio.device.runOn('webgpu');
  await studio.device.runOn('wasm');
  open();
  await first;
  expect(studio.device.current?.backend).toBe('wasm');
});
