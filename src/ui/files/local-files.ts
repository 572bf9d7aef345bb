/** Files as a person drops or chooses them, those inside of folders too. */
import type { LocalFile } from '../../engine/api';
import { isAbort } from '../../errors';
import { isImage } from './picture';
import { words } from '../words/language.svelte';

/** A file that was chosen or pasted. */
export const localFile = (file: File): LocalFile => ({
  file,
  path: file.webkitRelativePath || file.name,
});

/** The browser can remember files: they need not be copied to be used again. */
export const canFindAgain = 'showOpenFilePicker' in globalThis;

/** Lets the person choose files that can be found again; none where they think better of it. */
export async function chooseFindable(): Promise<LocalFile[]> {
  const types = [
    {
      description: words.files.models,
      accept: {
        'application/octet-stream': [
          '.safetensors',
          '.sft',
          '.pth',
          '.pt',
          '.ckpt',
          '.bin',
        ] as `.${string}`[],
        'application/yaml': ['.yaml' as const, '.yml' as const],
        'application/json': ['.json' as const],
      },
    },
  ];
  return filesOf(await chosen(showOpenFilePicker({ multiple: true, types })));
}

/** The same of a folder, of which is taken what is taken of one that was dropped. */
export async function chooseFindableFolder(): Promise<LocalFile[]> {
  return worthKeeping(await filesOf(await chosen(showDirectoryPicker().then((folder) => [folder]))));
}

async function chosen(picked: Promise<readonly FileSystemHandle[]>): Promise<readonly FileSystemHandle[]> {
  try {
    return await picked;
  } catch (thrown) {
    if (isAbort(thrown)) return [];
    throw thrown;
  }
}

/** What a picker of files takes: models, and the settings that lie beside them. */
export const IMPORTED = '.safetensors,.sft,.pth,.pt,.ckpt,.bin,.yaml,.yml,.json';

/** What to take of the files in a folder that was chosen: as of one that was dropped. */
export function filesOfFolder(files: readonly File[]): LocalFile[] {
  const seen = files.map(localFile).filter(({ path }) => !path.split('/').some(isHidden));
  return worthKeeping(seen);
}

/** .git, .cache, and what macOS leaves beside files. */
const isHidden = (name: string): boolean => name.startsWith('.');

/** What is asked of an entry, so that tests can make some. */
type Entry = Pick<FileSystemEntry, 'isFile' | 'isDirectory' | 'name'>;

/**
 * Everything that was dropped. Of folders only the models are taken, and settings that say how they are drawn: other files
 * that lie with them (vocabularies, the same weights as pickles) are passed over, unless there is nothing else.
 * @param inPlace each comes with what lets it be found again.
 */
export async function droppedFiles(dropped: DataTransfer, inPlace = false): Promise<LocalFile[]> {
  // The list is emptied as soon as this event is over: all of it is asked for now.
  // Whoever wants them in place has a browser that can find them again.
  const handles = inPlace
    ? [...dropped.items].map((item): Promise<FileSystemHandle | null | undefined> =>
        item.getAsFileSystemHandle().catch(() => null),
      )
    : [];
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry());
  const files = [...dropped.files];
  // What is not on the disk, such as a picture dragged out of another page, has none: Chromium gives undefined.
  const given = await Promise.all(handles);
  const findable = given.filter((handle) => handle !== null && handle !== undefined);
  if (findable.length > 0) {
    const others = files.filter((_, i) => !given[i]);
    const found = [...(await filesOf(findable)), ...others.map(localFile)];
    return findable.some(isFolderHandle) ? worthKeeping(found) : found;
  }
  if (!entries.some((entry) => entry?.isDirectory)) return files.map(localFile);
  const found: LocalFile[] = [];
  for (const entry of entries) if (entry) found.push(...(await filesIn(entry, '')));
  return worthKeeping(found);
}

/** What the system opens with the app. @param inPlace each comes with what lets it be found again. */
export async function openedFiles(
  handles: readonly FileSystemHandle[],
  inPlace: boolean,
): Promise<LocalFile[]> {
  const found = await filesOf(handles);
  return inPlace ? found : found.map(({ file, path }) => ({ file, path }));
}

/** All pictures that were dropped, those in folders too. */
export async function droppedPictures(dropped: DataTransfer): Promise<File[]> {
  // Asked for now, as above.
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry());
  const found: LocalFile[] = [];
  for (const entry of entries) if (entry) found.push(...(await filesIn(entry, '')));
  return found.map(({ file }) => file).filter(isImage);
}

/** As `filesIn`, of what can be found again. */
async function filesOf(handles: readonly FileSystemHandle[], folder = ''): Promise<LocalFile[]> {
  const found: LocalFile[] = [];
  for (const handle of handles) {
    const path = folder + handle.name;
    if (isHidden(handle.name)) continue;
    if (isFileHandle(handle)) {
      const file = await handle.getFile().catch(() => null);
      if (file) found.push({ file, path, handle });
    } else if (isFolderHandle(handle)) {
      const inside: FileSystemHandle[] = [];
      for await (const inner of handle.values()) inside.push(inner);
      found.push(...(await filesOf(inside, `${path}/`)));
    }
  }
  return found;
}

async function filesIn(entry: Entry, folder: string): Promise<LocalFile[]> {
  if (isHidden(entry.name)) return [];
  const path = folder + entry.name;
  if (isFile(entry)) {
    // A file that cannot be opened is as good as not there: that it is missing is told later.
    const file = await new Promise<File>(entry.file.bind(entry)).catch(() => null);
    return file ? [{ file, path }] : [];
  }
  if (!isFolder(entry)) return [];
  const found: LocalFile[] = [];
  const reader = entry.createReader();
  for (;;) {
    // Each time some of them, until there are none.
    const some = await new Promise<FileSystemEntry[]>(reader.readEntries.bind(reader)).catch(() => []);
    if (some.length === 0) return found;
    for (const inner of some) found.push(...(await filesIn(inner, `${path}/`)));
  }
}

/** What says how a model is drawn and how its T5 reads, by the places where such files lie. */
const SETTINGS =
  /\.ya?ml$|(?:^|\/)(?:scheduler|adapter)_config\.json$|(?:^|\/)vae\/config\.json$|(?:^|\/)(?:tokenizer_3\/)?tokenizer\.json$/i;

/** Of a folder without .safetensors its PyTorch files are taken, or its pictures; else one file, whose refusal says what is wrong. */
function worthKeeping(found: readonly LocalFile[]): LocalFile[] {
  const kept = found.filter(
    ({ file, path }) => /\.(?:safetensors|sft)$/i.test(file.name) || (!path.includes('/') && isImage(file)),
  );
  const settings = found.filter(({ path }) => SETTINGS.test(path));
  // What is beside them is only of use with them.
  if (kept.length > 0) return [...kept, ...settings];
  const ofTorch = found.filter(({ file }) => /\.(?:ckpt|pth?)$|pytorch_model.*\.bin$/i.test(file.name));
  if (ofTorch.length > 0) return [...ofTorch, ...settings];
  const pictures = found.filter(({ file }) => isImage(file));
  if (pictures.length > 0) return pictures;
  return [found.find(({ file }) => /\.bin$/i.test(file.name)) ?? found[0]].filter(
    (file) => file !== undefined,
  );
}

const isFile = (entry: Entry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: Entry): entry is FileSystemDirectoryEntry => entry.isDirectory;
const isFileHandle = (handle: FileSystemHandle): handle is FileSystemFileHandle => handle.kind === 'file';
const isFolderHandle = (handle: FileSystemHandle): handle is FileSystemDirectoryHandle =>
  handle.kind === 'directory';
