/** Files as they were dropped or chosen → files that are a model each: parts of a diffusers folder become one. */
import { toDrobeError } from '../errors';
import { detect } from '../nets/detect';
import { filePartOf } from '../nets/diffusers';
import { strangerIn } from '../nets/strangers/stranger';
import { assemble, type Member } from '../pipeline/assemble';
import { bytesOf, plain, type Layout } from '../weights/layout';
import { parseHeader, readHeader, type Header, type Slices } from '../weights/safetensors';
import type { Gathered } from './api';
import { foreignFolders } from './foreign';

/** A file with the place where it lies: "sd/unet/model.safetensors". */
export interface Placed {
  readonly path: string;
}

/** A file that is a model, or looks like one: made of one of the files given, or of several. */
export interface Found<F> {
  readonly name: string;
  readonly bytes: number;
  readonly layout: Layout<F>;
}

interface Seen<F> {
  readonly file: F;
  readonly path: string;
  readonly slices: Slices;
  /** Null where it cannot be read: whoever imports the file says why. */
  readonly header: Header | null;
}
/** A part of a model. */
type Readable<F> = Seen<F> & Member<F>;

/**
 * Reads headers and nothing else. What is no part of a model in several files stays as it is, sound or not; only what
 * diffusers keeps beside a model (a safety checker, say) is left out where the model itself was found.
 * @param slicesOf what a file is read by.
 */
export async function gather<F extends Placed>(
  files: readonly F[],
  slicesOf: (file: F) => Slices | Promise<Slices>,
): Promise<{ models: Found<F>[]; refused: Gathered['refused'] }> {
  const all = await Promise.all(
    files.map(async (file): Promise<Seen<F>> => {
      const slices = await slicesOf(file);
      return { file, path: file.path, slices, header: await readHeader(slices).catch(() => null) };
    }),
  );
  const foreign = foreignFolders(all);
  const seen = all.filter((one) => !foreign.some(({ members }) => members.includes(one)));
  const parts = seen.filter((one): one is Readable<F> => one.header !== null && isPart(one.header));
  const gathered: Found<F>[] = [];
  const refused: Gathered['refused'][number][] = foreign.map(({ file, problem }) => ({ file, problem }));
  const done: string[] = [];
  for (const [folder, members] of byFolder(parts)) {
    try {
      gathered.push(asOne(folder, members));
      done.push(folder);
    } catch (thrown) {
      const { code, facts } = toDrobeError(thrown);
      // A VAE is of use by itself.
      if (code === 'missing-part' && facts['found'] === 'VAE') gathered.push(...members.map(alone));
      else refused.push({ file: nameOf(folder, members), problem: { code, facts } });
    }
  }
  const others = seen.filter(
    (one) =>
      !parts.some((part) => part === one) && !(isCompanion(one.header) && done.some(isAround(one.path))),
  );
  return { models: [...others.map(alone), ...gathered], refused };
}

const alone = <F>({ file, path, slices }: Seen<F>): Found<F> => ({
  name: last(path),
  bytes: slices.size,
  layout: plain(file, slices.size),
});

const isPart = ({ tensors }: Header): boolean =>
  filePartOf(tensors.keys()) !== null && strangerIn(tensors) === null;

/** By the model's folder: the one around unet/, vae/ and so on, or the one in which its files lie side by side. */
function byFolder<F>(parts: readonly Readable<F>[]): Map<string, Readable<F>[]> {
  const kinds = new Map<string, Set<string | null>>();
  for (const { path, header } of parts) {
    const found = kinds.get(parent(path)) ?? new Set();
    kinds.set(parent(path), found.add(filePartOf(header.tensors.keys())));
  }
  const folders = new Map<string, Readable<F>[]>();
  for (const part of parts) {
    const own = parent(part.path);
    const folder = kinds.get(own)!.size > 1 ? own : parent(own); // filled above
    folders.set(folder, [...(folders.get(folder) ?? []), part]);
  }
  return folders;
}

function asOne<F>(folder: string, members: readonly Readable<F>[]): Found<F> {
  const layout = assemble(members);
  const bytes = bytesOf(layout);
  const name = last(folder) || detect(parseHeader(layout.head.subarray(8), bytes)).family;
  return { name: `${name}.safetensors`, bytes, layout };
}

/** What a person would call these files. */
function nameOf(folder: string, members: readonly Placed[]): string {
  const names = new Set(members.map(({ path }) => last(path)));
  return (members.length > 1 && last(folder)) || [...names].join(' and ');
}

function isCompanion(header: Header | null): boolean {
  if (!header) return false;
  const stranger = strangerIn(header.tensors);
  if (stranger) return !stranger.draws;
  try {
    detect(header);
    return false;
  } catch (thrown) {
    return toDrobeError(thrown).code === 'unknown-kind';
  }
}

/** Whether a file lies somewhere in a folder; '' is the one around all folders that were dropped. */
const isAround =
  (path: string) =>
  (folder: string): boolean =>
    path.includes('/') && path.startsWith(folder && `${folder}/`);

const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
