import { expect, it } from 'vitest';
import { nameInWorkers } from '../../src/engine/files/naming';
import { nameHere, type Named, type Namer } from '../../src/weights/store/naming';

const never = new AbortController().signal;

/** Enough for several workers, in pieces of many sizes, none of which has the bytes of another. */
const sizes = [0, 1, 9_000_000, 17_000_000, 5, 16_000_000, 16_000_000, 100, 12_000_000];
const pieces = sizes.map((size, n) => new Blob([new Uint8Array(size).fill(n)]));

async function named(namer: Namer, blobs: readonly Blob[]): Promise<Named[]> {
  const names: Named[] = [];
  for await (const name of namer(blobs, never)) names.push(name);
  return names;
}

it('workers give pieces the names that they have here, in their order', async () => {
  const names = await named(nameInWorkers, pieces);
  expect(names).toEqual(await named(nameHere, pieces));
  expect(new Set(names.map((name) => JSON.stringify(name))).size).toBe(pieces.length);
  expect(await named(nameInWorkers, [])).toEqual([]);
});

it('a piece whose file was changed under our hands is told, and those around it are named', async () => {
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle('piece', { create: true });
  const write = async (text: string): Promise<void> => {
    const out = await handle.createWritable();
    await out.write(text);
    await out.close();
  };
  await write('before');
  const file = await handle.getFile();
  await write('after all');
  for (const namer of [nameHere, nameInWorkers]) {
    const names = await named(namer, [pieces[4]!, file, pieces[8]!]); // large enough for a worker
    expect(names).toEqual([
      { name: expect.stringMatching(/^[\da-f]{64}$/) },
      { unread: expect.stringContaining('NotReadable') },
      { name: expect.stringMatching(/^[\da-f]{64}$/) },
    ]);
  }
  await folder.removeEntry('piece');
});

it('what is stopped half-way names no more', async () => {
  const stop = new AbortController();
  const run = nameInWorkers(pieces, stop.signal);
  await run.next();
  stop.abort();
  const rest = async (): Promise<void> => {
    for await (const _ of run);
  };
  await expect(rest()).rejects.toMatchObject({ name: 'AbortError' });
});
