/** Imports that are killed at any moment: nothing of them stays, and nothing else is touched. */
import { createStore, keys } from 'idb-keyval';
import { afterEach, expect, it, vi } from 'vitest';
import type { StoredModel } from '../../src/weights/store/records';
import type { Segment } from '../../src/weights/segments';
import { listStored, openStored, removeStored, store } from '../../src/weights/store/store';
import { sweep } from '../../src/weights/store/sweep';
import type { Import } from './import-worker';

const database = createStore('drobe-weights', 'weights');
const never = new AbortController().signal;
const MiB = 2 ** 20;

/** Three batches of four pieces; no two pieces have the same bytes. */
const segments: Segment[] = Array.from({ length: 12 }, (_, n) => ({
  begin: 8 * n * MiB,
  end: 8 * (n + 1) * MiB,
}));
const file = new Blob(segments.map(({ begin, end }, n) => new Uint8Array(end - begin).fill(n)));

const few = Uint8Array.from({ length: 100_000 }, (_, i) => i + (i >> 8));

async function stored(bytes: Uint8Array<ArrayBuffer>): Promise<StoredModel> {
  const run = store(new Blob([bytes]), [{ begin: 0, end: bytes.length }], { file: 'kept', extra: {} }, never);
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value;
  }
}
const models = async () => (await listStored()).models.map(({ id }) => id);
const kinds = async () => (await keys<string[]>(database)).map(([kind]) => kind).sort();

afterEach(async () => {
  vi.useRealTimers();
  for (const id of await models()) await removeStored(id);
});

/** Imports the large file and stops it after so many milliseconds. Gives how far it was, in bytes. */
async function killedAfter(milliseconds: number): Promise<number | 'done'> {
  const worker = new Worker(new URL('./import-worker.ts', import.meta.url), { type: 'module' });
  let far: number | 'done' = 0;
  const began = new Promise((begun) => {
    worker.onmessage = ({ data }: MessageEvent<number | 'done'>) => {
      far = data;
      begun(far);
    };
  });
  worker.postMessage({ file, segments } satisfies Import);
  if (milliseconds > 0) await began; // a worker takes a while to start
  await new Promise((over) => setTimeout(over, milliseconds));
  worker.terminate();
  return far;
}

it('killed at six random points, an import leaves nothing, and another model every byte', async () => {
  const bytes = few;
  const kept = await stored(bytes);
  const whole = await kinds();
  const points = [0, ...Array.from({ length: 5 }, () => Math.random() * 300)];
  const far: (number | 'done')[] = [];
  for (const point of points) {
    far.push(await killedAfter(point));
    // As at the next start; the browser takes a moment to let go of the lock of who was killed.
    await expect
      .poll(async () => {
        await sweep();
        for (const id of await models()) if (id !== kept.id) await removeStored(id); // it was quicker
        return kinds();
      })
      .toEqual(whole);
    expect(await models()).toEqual([kept.id]);
    const { blobs } = await openStored(kept.id);
    expect(new Uint8Array(await new Blob([...blobs]).arrayBuffer())).toEqual(bytes);
  }
  console.log(`killed after ${points.map(Math.round).join(', ')} ms, at byte ${far.join(', ')}`);
  expect(far.some((at) => at !== 'done')).toBe(true);
});

it.each([-1e12, 1e13])(
  'a clock that is wrong by %d ms changes nothing but the order of a list',
  async (wrong) => {
    const first = await stored(few.slice(0, 1000));
    vi.useFakeTimers({ now: Math.max(0, Date.now() + wrong), toFake: ['Date'] });
    const second = await stored(few.slice(500, 2500));
    await sweep();
    vi.useRealTimers();
    await sweep();
    expect((await models()).sort()).toEqual([first.id, second.id].sort());
    const { blobs } = await openStored(second.id);
    expect(new Uint8Array(await new Blob([...blobs]).arrayBuffer())).toEqual(few.slice(500, 2500));
  },
);
