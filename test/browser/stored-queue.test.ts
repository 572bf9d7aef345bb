/** Runs that wait, in the database: kept over a reload, and never in two tabs. */
import { beforeEach, expect, it } from 'vitest';
import { AlbumDatabase } from '../../src/ui/album/database/album-database';
import type { Order, UnfinishedRun } from '../../src/ui/album/stored';
import type { Original } from '../../src/ui/files/picture';
import type { Inputs } from '../../src/ui/paint/inputs';
import { initial } from '../../src/ui/settings/settings';
import type { Keeping, Visit } from './stored-queue-worker';

/** Each test has a database of its own: none is deleted while a page, which this is, has it open. */
let name = '';
beforeEach(() => (name = `test-waiting-${crypto.randomUUID()}`));

/** As another tab has it that was just opened. */
const reopened = () => new AlbumDatabase(name);

const photo = (name: string): Original => ({
  name,
  width: 2,
  height: 1,
  blob: new Blob([name]),
  pixels: null,
});
const masked = (original: Original | null): Inputs => ({
  mode: original ? 'inpaint' : 'text',
  original,
  mask: original && { width: 2, height: 1, alpha: Uint8Array.of(0, 255) },
  margins: { left: 0, right: 0, top: 0, bottom: 0 },
});

const count = (kind: string) =>
  new Promise<number>((counted, failed) => {
    const open = indexedDB.open(name);
    open.onerror = failed;
    open.onsuccess = () => {
      const keys = open.result.transaction('drawer').objectStore('drawer').getAllKeys();
      keys.onsuccess = () => {
        open.result.close();
        counted((keys.result as string[][]).filter(([its]) => its === kind).length);
      };
    };
  });

/** A tab in which runs wait, in a worker of its own: terminated, it lets its locks go, as one that is closed. */
async function tab(orders: readonly Order[], ...work: readonly Keeping[]): Promise<Worker> {
  const worker = new Worker(new URL('./stored-queue-worker.ts', import.meta.url), { type: 'module' });
  worker.postMessage({ name, orders, work } satisfies Visit);
  await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }));
  return worker;
}

/** It is gone; the browser takes a moment to let go of its locks. */
async function close(worker: Worker): Promise<void> {
  worker.terminate();
  await navigator.locks.query();
}

it('runs that wait outlast their page with their pictures, in their sequence', async () => {
  const source = photo('source.png');
  const [a, b]: Order[] = ['a', 'b'].map((id) => ({ id, settings: initial, inputs: masked(source) }));
  const group = { id: 'grid', name: 'Grid' };
  const orders = [a!, b!, { ...b!, id: 'c', group, cell: '3' }];
  await close(await tab(orders, { sequence: ['c', 'a', 'b'] }, { sequence: ['c', 'b'], gone: ['a'] }));
  expect([await count('waiting'), await count('original')]).toEqual([2, 1]);

  const next = reopened();
  const waiting = await next.queue.take();
  expect(waiting.map(({ id }) => id)).toEqual(['c', 'b']);
  expect(waiting[0]).toMatchObject({ group, cell: '3', inputs: { mask: masked(source).mask } });
  const [first, second] = waiting.map(({ inputs }) => inputs.original);
  expect(await first?.blob.text()).toBe('source.png');
  expect(first, 'one picture, as it was').toBe(second);

  await next.queue.keep([], ['b', 'c']);
  await next.runs.drop({ id: 'none' } as UnfinishedRun); // it sweeps
  expect([await count('waiting'), await count('queue'), await count('original')]).toEqual([0, 0, 0]);
});

it('what waits in a tab that lives is no other tab’s; what one has left that is gone goes to the next, once', async () => {
  const living = await tab([{ id: 'left', settings: initial, inputs: masked(null) }]);
  expect(await reopened().queue.take()).toEqual([]);
  await close(living);
  const found = await Promise.all([reopened().queue.take(), reopened().queue.take()]);
  expect(found.flat().map(({ id }) => id)).toEqual(['left']);
});
