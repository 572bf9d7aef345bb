import { makeZip } from 'client-zip';
import { isAbort, toDrobeError, type DrobeError } from '../../../errors';
import type { Card } from '../../album/card';
import type { Result } from '../../album/result';
import { distinct, numbered, pathOf } from './names';
import { outlets, type Outlets } from './outlets';

/** Gives a picture with its file; null where it is gone. */
export type ReadWhole = (place: number) => Promise<Pick<Result, 'itself' | 'fileName'> | null>;

type Wanted = Pick<Card, 'place' | 'folder' | 'made'>;

/** How many pictures have been written, of how many. */
export interface Progress {
  readonly done: number;
  readonly of: number;
}

/** Exports pictures as one ZIP file or into a folder, with one at a time in memory. */
export class Export {
  /** Null while nothing is written. */
  progress = $state.raw<Progress | null>(null);
  /** How many the last export wrote; null where it failed, or there was none. */
  written = $state.raw<number | null>(null);
  failure = $state.raw<DrobeError | null>(null);
  readonly #whole: ReadWhole;
  readonly #outlets: () => Outlets;
  #stop: AbortController | null = null;
  #read = 0;

  constructor(whole: ReadWhole, ways: () => Outlets = outlets) {
    this.#whole = whole;
    this.#outlets = ways;
  }

  get canUseFolders(): boolean {
    return this.#outlets().pickFolder !== undefined;
  }

  /** Writes a ZIP file: to where the person chooses, or to the downloads where the browser cannot ask. */
  async zip(wanted: readonly Wanted[], name: string): Promise<void> {
    const { pickFile, save } = this.#outlets();
    await this.#work(wanted, async (signal) => {
      const file = await pickFile?.(name);
      const archive = makeZip(this.#files(wanted, signal));
      if (file) await archive.pipeTo(await file.createWritable(), { signal });
      else save(await blobOf(archive, signal), name);
    });
  }

  /** Writes each picture into a folder that the person chooses. No file that is there is overwritten. */
  async toFolder(wanted: readonly Wanted[]): Promise<void> {
    const { pickFolder } = this.#outlets();
    if (!pickFolder) return;
    await this.#work(wanted, async (signal) => {
      const folder = await pickFolder();
      for await (const { path, input } of this.#pictures(wanted, signal)) {
        const name = path.at(-1) ?? '';
        let target = folder;
        for (const inside of path.slice(0, -1))
          target = await target.getDirectoryHandle(inside, { create: true });
        await input.stream().pipeTo(await (await newFile(target, name)).createWritable(), { signal });
      }
    });
  }

  cancel(): void {
    this.#stop?.abort();
  }

  /** Dismisses the message about the last export. */
  dismiss(): void {
    this.written = null;
    this.failure = null;
  }

  async #work(wanted: readonly Wanted[], work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.progress || wanted.length === 0) return;
    this.dismiss();
    this.#stop = new AbortController();
    this.progress = { done: 0, of: wanted.length };
    this.#read = 0;
    try {
      await work(this.#stop.signal);
      this.written = this.#read;
    } catch (thrown) {
      // Nothing was chosen, or it was cancelled.
      if (!isAbort(thrown)) this.failure = toDrobeError(thrown);
    }
    this.progress = null;
    this.#stop = null;
  }

  async *#files(wanted: readonly Wanted[], signal: AbortSignal) {
    const named = distinct();
    for await (const { path, input, lastModified } of this.#pictures(wanted, signal)) {
      yield { name: named(path), input, lastModified };
    }
  }

  /** Reads each picture once the previous one is written. Those that another tab deleted are left out. */
  async *#pictures(wanted: readonly Wanted[], signal: AbortSignal) {
    for (const [done, { place, folder, made }] of wanted.entries()) {
      signal.throwIfAborted();
      this.progress = { done, of: wanted.length };
      const whole = await this.#whole(place);
      if (!whole) continue;
      const input = whole.itself.blob;
      yield { path: pathOf(folder, whole.fileName), input, lastModified: made };
      this.#read++;
    }
  }
}

/** Collects a stream in a Blob, which browsers keep on the disk where it is large. */
const blobOf = (bytes: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<Blob> =>
  new Response(bytes.pipeThrough(new TransformStream(), { signal }), {
    headers: { 'Content-Type': 'application/zip' },
  }).blob();

/** Creates a file under a name that is free. */
async function newFile(folder: FileSystemDirectoryHandle, name: string): Promise<FileSystemFileHandle> {
  for (let number = 1; ; number++) {
    const next = numbered(name, number);
    const isThere = await folder.getFileHandle(next).then(
      () => true,
      (thrown: unknown) => {
        if (thrown instanceof DOMException && thrown.name === 'NotFoundError') return false;
        throw thrown;
      },
    );
    if (!isThere) return folder.getFileHandle(next, { create: true });
  }
}
