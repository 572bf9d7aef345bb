/** Files as they were dropped or chosen → files that are a model each: parts of a diffusers folder become one. */
import { toDrobeError } from '../errors';
import { detect } from '../nets/detect';
import { filePartOf } from '../nets/diffusers';
import { assemble, type Member } from '../pipeline/assemble';
import { readHeader, type Header } from '../weights/safetensors';
import type { Gathered, LocalFile } from './api';

interface Seen extends LocalFile {
  /** Null where it cannot be read: whoever imports the file says why. */
  readonly header: Header | null;
}
type Readable = Member & LocalFile;

/**
 * Reads headers and nothing else. What is no part of a model in several files stays as it is, sound or not; only what
 * diffusers keeps beside a model (a safety checker, say) is left out where the model itself was found.
 */
export async function gather(files: readonly LocalFile[]): Promise<Gathered> {
  const seen = await Promise.all(
    files.map(async (local): Promise<Seen> => ({
      ...local,
      header: await readHeader(local.file).catch(() => null),
    })),
  );
  const parts = seen.filter((local): local is Readable => local.header !== null && isPart(local.header));
  const gathered: File[] = [];
  const refused: { file: string; problem: Gathered['refused'][number]['problem'] }[] = [];
  const done: string[] = [];
  for (const [folder, members] of byFolder(parts)) {
    try {
      gathered.push(await asOne(folder, members));
      done.push(folder);
    } catch (thrown) {
      const { code, facts } = toDrobeError(thrown);
      // A VAE is of use by itself.
      if (code === 'missing-part' && facts['found'] === 'VAE')
        gathered.push(...members.map(({ file }) => file));
      else refused.push({ file: nameOf(folder, members), problem: { code, facts } });
    }
  }
  const others = seen.filter(
    (local) =>
      !parts.some((part) => part === local) &&
      !(isCompanion(local.header) && done.some(isAround(local.path))),
  );
  return { files: [...others.map(({ file }) => file), ...gathered], refused };
}

const isPart = ({ tensors }: Header): boolean => filePartOf(tensors.keys()) !== null;

/** By the model's folder: the one around unet/, vae/ and so on, or the one in which its files lie side by side. */
function byFolder(parts: readonly Readable[]): Map<string, Readable[]> {
  const kinds = new Map<string, Set<string | null>>();
  for (const { path, header } of parts) {
    const found = kinds.get(parent(path)) ?? new Set();
    kinds.set(parent(path), found.add(filePartOf(header.tensors.keys())));
  }
  const folders = new Map<string, Readable[]>();
  for (const part of parts) {
    const own = parent(part.path);
    const folder = kinds.get(own)!.size > 1 ? own : parent(own); // filled above
    folders.set(folder, [...(folders.get(folder) ?? []), part]);
  }
  return folders;
}

async function asOne(folder: string, members: readonly Readable[]): Promise<File> {
  const whole = assemble(members);
  const name = last(folder) || detect(await readHeader(whole)).family;
  return new File([whole], `${name}.safetensors`);
}

/** What a person would call these files. */
function nameOf(folder: string, members: readonly Readable[]): string {
  const names = new Set(members.map(({ file }) => file.name));
  return (members.length > 1 && last(folder)) || [...names].join(' and ');
}

function isCompanion(header: Header | null): boolean {
  if (!header) return false;
  try {
    detect(header);
    return false;
  } catch (thrown) {
    return toDrobeError(thrown).code === 'unsupported-model';
  }
}

/** Whether a file lies somewhere in a folder; '' is the one around all folders that were dropped. */
const isAround =
  (path: string) =>
  (folder: string): boolean =>
    path.includes('/') && path.startsWith(folder && `${folder}/`);

const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
