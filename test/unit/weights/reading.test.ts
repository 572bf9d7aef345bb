import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Reading } from '../../../src/weights/store/reading';

/** More than are read together. */
const sizes = [3, 0, 200_000, 1, 70_000, 0, ...Array.from({ length: 60 }, (_, n) => n)];
const contents = sizes.map((size, n) => Buffer.alloc(size, `${n}, `).toString());
const blobs = contents.map((text) => new Blob([text]));

/** What is in each of them, or the name of the error. */
async function all(of: readonly Blob[]): Promise<string[]> {
  const reading = new Reading(of);
  const found: string[] = [];
  for (const _ of of) {
    found.push(
      await reading.next().then(
        (bytes) => Buffer.from(bytes).toString(),
        (cause: unknown) => (cause as Error).name,
      ),
    );
  }
  await reading.close();
  return found;
}

it('Blobs are read one after another into the same memory', async () => {
  expect(await all(blobs)).toEqual(contents);
  const reading = new Reading(blobs.slice(2));
  const { buffer } = await reading.next();
  const second = await reading.next();
  expect(second.buffer.byteLength).toBe(200_000);
  expect(buffer.byteLength).toBe(0); // it went on as the second's
  await reading.close();
});

it('Blobs are read where streams do not fill given memory', async () => {
  const stream = vi.spyOn(Blob.prototype, 'stream').mockImplementation(() => new ReadableStream());
  expect(await all(blobs)).toEqual(contents);
  expect(stream).toHaveBeenCalled();
  stream.mockRestore();
});

it('one that cannot be read is told, and those around it are read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drobe-'));
  const file = join(folder, 'changed');
  writeFileSync(file, 'before');
  const changed = await openAsBlob(file);
  writeFileSync(file, 'after all');
  expect(await all([blobs[2]!, changed, blobs[4]!])).toEqual([contents[2], 'NotReadableError', contents[4]]);
  rmSync(folder, { recursive: true });
});
