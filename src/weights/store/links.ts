/** Models that are used in place: the browser remembers the files that a person let us read. */
import { DrobeError } from '../../errors';
import { blobsOf, mapFiles, type Layout } from './layout';

/** A file as it was when it was linked. */
export interface LinkedFile {
  readonly handle: FileSystemFileHandle;
  readonly bytes: number;
  /** As File.lastModified counts. */
  readonly modified: number;
}

/** Files, and the model they make up: ranges name their files by index. */
export interface Links {
  readonly files: readonly LinkedFile[];
  readonly layout: Layout<number>;
}

/** A chosen file, with the handle that finds it again. */
export interface Chosen {
  readonly file: File;
  readonly handle: FileSystemFileHandle;
}

/** What to remember of a model in these files. */
export function linksTo(layout: Layout<Chosen>): Links {
  const files: LinkedFile[] = [];
  const numberOf = new Map<File, number>();
  const byNumber = mapFiles(layout, ({ file, handle }) => {
    const known = numberOf.get(file);
    if (known !== undefined) return known;
    numberOf.set(file, files.length);
    return files.push({ handle, bytes: file.size, modified: file.lastModified }) - 1;
  });
  return { files, layout: byNumber };
}

/**
 * The model's bytes, as Blobs that lie one after another.
 * @throws DrobeError 'file-locked' where the browser wants the person to be asked again, 'file-moved', 'file-changed'.
 */
export async function openLinks({ files, layout }: Links): Promise<Blob[]> {
  const opened = await Promise.all(files.map(openLinked));
  return blobsOf(mapFiles(layout, (n) => opened[n]!)); // a number for each file
}

async function openLinked({ handle, bytes, modified }: LinkedFile): Promise<File> {
  const facts = { file: handle.name };
  const permission = await handle.queryPermission({ mode: 'read' });
  if (permission !== 'granted') throw new DrobeError('file-locked', facts);
  const file = await handle.getFile().catch((cause: unknown) => {
    const gone = cause instanceof Error && cause.name === 'NotFoundError';
    throw new DrobeError(gone ? 'file-moved' : 'file-locked', facts, { cause });
  });
  if (file.size !== bytes || file.lastModified !== modified) throw new DrobeError('file-changed', facts);
  return file;
}
