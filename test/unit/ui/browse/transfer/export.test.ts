import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { Export } from '../../../../../src/ui/browse/transfer/export.svelte';
import type { Outlets } from '../../../../../src/ui/browse/transfer/outlets';
import type { Original } from '../../../../../src/ui/files/picture';

const wanted = (place: number, folder = '') => ({ place, folder, made: Date.UTC(2026, 10, 28) });
const bytesOf = (place: number) => new Uint8Array(4000).map((_, i) => (i * place) & 255);

function whole(name: (place: number) => string) {
  const read: number[] = [];
  return {
    read,
    whole: async (place: number) => {
      read.push(place);
      const itself: Original = {
        name: '',
        width: 1,
        height: 1,
        blob: new Blob([bytesOf(place)]),
        pixels: null,
      };
      return place < 0 ? null : { itself, fileName: name(place) };
    },
  };
}

/** A folder on a disk that there is not. */
class FakeFolder {
  readonly files = new Map<string, Uint8Array>();
  readonly folders = new Map<string, FakeFolder>();

  async getDirectoryHandle(name: string): Promise<FakeFolder> {
    const folder = this.folders.get(name) ?? new FakeFolder();
    this.folders.set(name, folder);
    return folder;
  }

  async getFileHandle(name: string, { create = false } = {}) {
    if (!create && !this.files.has(name)) throw new DOMException('', 'NotFoundError');
    const parts: Uint8Array[] = [];
    return {
      createWritable: async () =>
        new WritableStream<Uint8Array>({
          write: (part) => void parts.push(part),
          close: () => void this.files.set(name, new Uint8Array(Buffer.concat(parts))),
        }),
    };
  }
}

const none: Outlets = { pickFile: undefined, pickFolder: undefined, save: () => undefined };

describe('pictures as a ZIP file', () => {
  test('are the very bytes, in their folders, none over another', async () => {
    const saved: [Blob, string][] = [];
    const { whole: read } = whole(() => 'same.png');
    const work = new Export(read, () => ({ ...none, save: (...file) => void saved.push(file) }));
    await work.zip([wanted(3), wanted(2, 'Cats'), wanted(1)], 'all.zip');
    const [[blob, name] = [new Blob(), '']] = saved;
    const found = unzipSync(new Uint8Array(await blob.arrayBuffer()));
    expect(name).toBe('all.zip');
    expect(found).toEqual({
      'same.png': bytesOf(3),
      'Cats/same.png': bytesOf(2),
      'same (2).png': bytesOf(1),
    });
    expect([work.written, work.progress, work.failure]).toEqual([3, null, null]);
  });

  test('are written where the person says, without those that are gone', async () => {
    const folder = new FakeFolder();
    const work = new Export(whole((place) => `${place}.png`).whole, () => ({
      ...none,
      pickFile: async (name) =>
        (await folder.getFileHandle(name, { create: true })) as unknown as FileSystemFileHandle,
    }));
    await work.zip([wanted(2), wanted(-1), wanted(1)], 'x.zip');
    expect(Object.keys(unzipSync(folder.files.get('x.zip')!))).toEqual(['2.png', '1.png']);
    expect(work.written).toBe(2);
  });

  test('are read one after the other, and no longer once it is cancelled', async () => {
    const saved: string[] = [];
    const { read, whole: give } = whole((place) => `${place}.png`);
    const work: Export = new Export(
      async (place) => {
        if (place === 3) work.cancel();
        return give(place);
      },
      () => ({ ...none, save: (_, name) => void saved.push(name) }),
    );
    await work.zip(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((place) => wanted(place)),
      'x.zip',
    );
    expect(read).toEqual([1, 2, 3]);
    expect(saved).toEqual([]);
    expect([work.written, work.progress, work.failure]).toEqual([null, null, null]);
  });

  test('that cannot be read are told', async () => {
    const work = new Export(
      async () => {
        throw new Error('broken');
      },
      () => none,
    );
    await work.zip([wanted(1)], 'x.zip');
    expect(work.failure?.code).toBe('bug');
  });

  test('are not begun where the person thinks better of it', async () => {
    const { read, whole: give } = whole(String);
    const work = new Export(give, () => ({
      ...none,
      pickFile: async () => {
        throw new DOMException('', 'AbortError');
      },
    }));
    await work.zip([wanted(1)], 'x.zip');
    expect([read, work.failure, work.written]).toEqual([[], null, null]);
  });
});

describe('pictures in a folder', () => {
  test('lie in folders of it, and no file that was there is written over', async () => {
    const folder = new FakeFolder();
    folder.files.set('same.png', bytesOf(9));
    const work = new Export(whole(() => 'same.png').whole, () => ({
      ...none,
      pickFolder: async () => folder as unknown as FileSystemDirectoryHandle,
    }));
    expect(work.canUseFolders).toBe(true);
    await work.toFolder([wanted(3), wanted(2, 'Cats'), wanted(1)]);
    expect(Object.fromEntries(folder.files)).toEqual({
      'same.png': bytesOf(9),
      'same (2).png': bytesOf(3),
      'same (3).png': bytesOf(1),
    });
    expect(folder.folders.get('Cats')?.files.get('same.png')).toEqual(bytesOf(2));
    expect(work.written).toBe(3);
  });
});
