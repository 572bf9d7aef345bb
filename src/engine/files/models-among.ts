/** Files as they were dropped or chosen → files that are a model each: parts of a diffusers folder become one. */
import { mustGet } from '../../checked';
import { DrobeError, toDrobeError } from '../../errors';
import { controlKind } from '../../nets/detect/control-kinds';
import { recognise } from '../../nets/detect/detect';
import { filePartOf, isTaesdPart } from '../../nets/detect/diffusers';
import { CONFIG_YAML } from '../../nets/predicts/predicts';
import { strangerIn } from '../../nets/strangers/stranger';
import { isTokenizerFile, T5_TOKENIZER } from '../../nets/t5-tokenizer';
import { isImageEncoder } from '../../nets/vision';
import { assemble, type Member } from '../../pipeline/files/assemble';
import { combine, inLine } from '../../weights/values/combine';
import { bytesOf, plain, type Layout } from '../../weights/store/layout';
import { parseHeader, readPadded, type Header, type Slices } from '../../weights/safetensors';
import { readTorch } from '../../weights/torch/torch';
import type { Gathered } from '../api';
import { besideOf, isSettings, ofFile, ofFolder, readSettings, type Beside, type Settings } from './beside';
import { foreignFolders } from './foreign';
import { last, parent } from './paths';
import { tokenizersAmong } from './tokenizers';
import { problemOf } from './verdict';

/** A file with the place where it lies: "sd/unet/model.safetensors". */
export interface Placed {
  readonly path: string;
}

/** A file that is a model, or looks like one: made of one of the files given, or of several. */
export interface FoundModel<F> {
  readonly name: string;
  readonly bytes: number;
  readonly layout: Layout<F>;
  /** What lies beside it and says how it is drawn; absent where nothing does. */
  readonly beside?: Beside;
}

/** What there is among files. */
export interface Found<F> {
  readonly models: readonly FoundModel<F>[];
  readonly refused: Gathered['refused'];
  /** Settings that say how a checkpoint is drawn which is not among them. */
  readonly settings: readonly F[];
}

interface Seen<F> {
  readonly file: F;
  readonly path: string;
  readonly slices: Slices;
  /** Null where it cannot be read: whoever imports the file says why. */
  readonly header: Header | null;
  /** Of a PyTorch file: its tensors as a file of their own, whose header it has, or why they cannot be had. */
  readonly torch?: Layout<F> | DrobeError;
  readonly ranges?: Layout<F>['ranges'];
}
/** A part of a model. */
type Readable<F> = Seen<F> & Member<F>;

/**
 * Reads headers and nothing else. What is no part of a model in several files stays as it is, sound or not; only what
 * diffusers keeps beside a model (a safety checker, say) is left out where the model itself was found.
 * @param slicesOf what a file is read by.
 */
export async function modelsAmong<F extends Placed>(
  files: readonly F[],
  slicesOf: (file: F) => Slices | Promise<Slices>,
): Promise<Found<F>> {
  const { settings, all } = await readAll(files, slicesOf);
  const broken = all.filter(({ torch }) => torch instanceof DrobeError);
  const foreign = foreignFolders(all);
  const seen = all.filter(
    (one) => !broken.includes(one) && !foreign.some(({ members }) => members.includes(one)),
  );
  const used = new Set<Settings<F>>();
  const use = (own: readonly Settings<F>[]): Beside => {
    for (const one of own) used.add(one);
    return besideOf(own);
  };

  const parts = seen.filter((one): one is Readable<F> => one.header !== null && isPart(one.header, one.path));
  const gathered = gather(parts, (folder) => use(ofFolder(settings, folder)));
  const whole = seen.filter(
    (one) =>
      !parts.some((part) => part === one) &&
      !(isCompanion(one.header) && gathered.folders.some(isAround(one.path))),
  );
  const single = whole.map((one): FoundModel<F> => {
    const own = settings.length > 0 ? ofFile(settings, one.path, isOnly(one, whole)) : [];
    return { ...alone(one), ...(own.length > 0 && { beside: use(own) }) };
  });
  const models = [...single, ...gathered.models];
  const refused = [
    ...foreign.map(({ file, problem }) => ({ file, problem })),
    ...broken.map(({ path, torch }) => ({ file: last(path), problem: problemOf(torch) })),
    ...gathered.refused,
  ];

  const chosen = models.length + refused.length === 0 ? settings : settings.filter(mayBeMeant);
  const left = chosen.filter((one) => !used.has(one));
  return {
    models,
    refused: [
      ...refused,
      ...[...used].filter(({ broken }) => broken).map(refusedSettings),
      ...left.filter(({ kind }) => kind !== CONFIG_YAML).map(refusedSettings),
    ],
    settings: left.filter(({ kind }) => kind === CONFIG_YAML).map(({ file }) => file),
  };
}

/** Reads settings, tokenizers and the headers of all other files. */
async function readAll<F extends Placed>(
  files: readonly F[],
  slicesOf: (file: F) => Slices | Promise<Slices>,
): Promise<{ settings: Settings<F>[]; all: Seen<F>[] }> {
  const tokenizers = await tokenizersAmong(files, slicesOf);
  const others = files.filter((file) => !tokenizers.some((one) => one.file === file));
  const settings = await Promise.all(
    others
      .filter(({ path }) => isSettings(path))
      .map(async (file) => readSettings(file, file.path, await slicesOf(file))),
  );
  const looked = await Promise.all(
    others.filter(({ path }) => !isSettings(path)).map(async (file) => look(file, await slicesOf(file))),
  );
  return { settings, all: [...looked, ...tokenizers] };
}

/**
 * Makes one model of the parts in each folder. Where they make none, each stays by itself or all are refused.
 * @param besideIn the settings that lie in a folder.
 */
function gather<F>(
  parts: readonly Readable<F>[],
  besideIn: (folder: string) => Beside,
): { models: FoundModel<F>[]; refused: Gathered['refused'][number][]; folders: string[] } {
  const models: FoundModel<F>[] = [];
  const refused: Gathered['refused'][number][] = [];
  const folders: string[] = [];
  for (const [folder, found] of byFolder(parts)) {
    const [members, spare] = withoutSpare(found);
    models.push(...spare.map(alone));
    try {
      models.push(asOne(folder, members, besideIn(folder)));
      folders.push(folder);
    } catch (thrown) {
      const { code, facts } = toDrobeError(thrown);
      // A VAE is of use by itself, and so is a text encoder.
      if (code === 'missing-part') models.push(...members.map(alone));
      else refused.push({ file: nameOf(folder, members), problem: { code, facts } });
    }
  }
  return { models, refused, folders };
}

/**
 * Whether a person may have meant these settings for a model: in a model's folder lie many that nobody chose, and beside its
 * files some that tell other programs something.
 */
const mayBeMeant = ({ path, kind }: Settings<unknown>): boolean =>
  !path.includes('/') && (kind !== null || !isJson(path));

async function look<F extends Placed>(file: F, slices: Slices): Promise<Seen<F>> {
  const one = { file, path: file.path, slices };
  try {
    return { ...one, header: await readPadded(slices) };
  } catch (thrown) {
    // From elsewhere each tensor would be a request.
    const isTorch = toDrobeError(thrown).code === 'file-is-torch' && slices instanceof Blob;
    const torch = isTorch ? await inLineOf(file, slices) : null;
    if (torch === null || torch instanceof DrobeError)
      return { ...one, header: null, ...(torch && { torch }) };
    return {
      ...one,
      torch,
      ranges: torch.ranges,
      header: parseHeader(torch.head.subarray(8), bytesOf(torch)),
    };
  }
}

async function inLineOf<F>(file: F, slices: Slices): Promise<Layout<F> | DrobeError> {
  try {
    return inLine(file, await readTorch(slices));
  } catch (thrown) {
    return toDrobeError(thrown);
  }
}

/** Whether there is no other checkpoint in its folder. */
function isOnly<F>({ path }: Seen<F>, others: readonly Seen<F>[]): boolean {
  const near = others.filter((one) => parent(one.path) === parent(path));
  return near.filter(({ header }) => header !== null && isCheckpoint(header)).length < 2;
}

const isJson = (path: string): boolean => /\.json$/i.test(path);

const refusedSettings = ({ path, broken }: Settings<unknown>): Gathered['refused'][number] => ({
  // Those of all parts have one name.
  file: broken ? path.split('/').slice(-2).join('/') : last(path),
  problem: { code: broken ? 'settings-unread' : 'settings-alone', facts: {} },
});

function alone<F>({ file, path, slices, torch, header }: Seen<F>): FoundModel<F> {
  if (header?.tensors.has(T5_TOKENIZER) && isTokenizerFile(path)) {
    const layout = combine([{ file, header, rename: (name) => name }]);
    return { name: 'T5 tokenizer.safetensors', bytes: bytesOf(layout), layout };
  }
  if (!torch || torch instanceof DrobeError) {
    const guides = header && (controlKind(header.tensors) !== null || isImageEncoder(header.tensors));
    const name = guides ? ownName(path) : last(path);
    const bytes = header?.bytes ?? slices.size; // without what fills it up
    // Some call .safetensors .sft, .pt or .bin: here all have one ending, which is no part of what a prompt calls.
    const named = header ? `${stemOf(name)}.safetensors` : name;
    return { name: named, bytes, layout: plain(file, bytes) };
  }
  return { name: `${stemOf(path)}.safetensors`, bytes: bytesOf(torch), layout: torch };
}

const stemOf = (path: string): string => last(path).replace(/\.(?:safetensors|sft|pth|pti?|ckpt|bin)$/i, '');

/** diffusers calls all nets that guide the same, and those that look at pictures, and their folders by what they do. */
function ownName(path: string): string {
  const isCommon = /^(?:diffusion_pytorch_)?model(?:\.fp16)?\.safetensors$/i.test(last(path));
  const folder = last(parent(path));
  return isCommon && folder ? `${folder}.safetensors` : last(path);
}

/** Half of a TAESD is of no use but here, beside the other. */
function isPart({ tensors }: Header, path: string): boolean {
  const stranger = strangerIn(tensors);
  return filePartOf(tensors.keys(), path) !== null && (stranger?.kind ?? 'taesd-encoder') === 'taesd-encoder';
}

/** By the model's folder: the one around unet/, vae/ and so on, or the one in which its files lie side by side. */
function byFolder<F>(parts: readonly Readable<F>[]): Map<string, Readable<F>[]> {
  const kinds = new Map<string, Set<string | null>>();
  for (const { path, header } of parts) {
    const found = kinds.get(parent(path)) ?? new Set();
    kinds.set(parent(path), found.add(filePartOf(header.tensors.keys(), path)));
  }
  const folders = new Map<string, Readable<F>[]>();
  for (const part of parts) {
    const own = parent(part.path);
    const folder = mustGet(kinds, own).size > 1 ? own : parent(own);
    folders.set(folder, [...(folders.get(folder) ?? []), part]);
  }
  return folders;
}

/** A TAESD is a model's VAE where there is no other; else it shows what is drawn, as it does by itself. */
function withoutSpare<F>(
  parts: readonly Readable<F>[],
): [members: readonly Readable<F>[], spare: Readable<F>[]] {
  const vaes = parts.filter(({ header, path }) => filePartOf(header.tensors.keys(), path) === 'vae');
  const small = vaes.filter(({ header }) => isTaesdPart(header.tensors.keys()));
  if (small.length === vaes.length) return [parts, []];
  return [parts.filter((part) => !small.includes(part)), small];
}

function asOne<F>(folder: string, members: readonly Readable<F>[], beside: Beside): FoundModel<F> {
  const layout = assemble(members, beside);
  const bytes = bytesOf(layout);
  const [only, ...more] = members;
  const own = only && more.length === 0 ? stemOf(only.path) : '';
  const name = last(folder) || own || recognise(parseHeader(layout.head.subarray(8), bytes)).model.family;
  return { name: `${name}.safetensors`, bytes, layout };
}

/** What a person would call these files. */
function nameOf(folder: string, members: readonly Placed[]): string {
  const names = new Set(members.map(({ path }) => last(path)));
  return (members.length > 1 && last(folder)) || [...names].join(' and ');
}

function isCheckpoint(header: Header): boolean {
  try {
    recognise(header);
    return true;
  } catch {
    return false;
  }
}

function isCompanion(header: Header | null): boolean {
  if (!header) return false;
  const stranger = strangerIn(header.tensors);
  if (stranger) return !stranger.draws;
  try {
    recognise(header);
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
