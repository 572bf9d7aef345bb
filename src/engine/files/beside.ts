/**
 * Files of settings that lie beside a model and say what it predicts, and over which noise: a .yaml with a checkpoint's
 * name, and those of a diffusers folder; or how much a LoRA of PEFT counts. Models are told by them and stay as they are,
 * byte for byte.
 */
import { ADAPTER_CONFIG } from '../../nets/adapter';
import { TEXT_CONFIG, UNET_CONFIG } from '../../nets/detect/part-config';
import { CONFIG_YAML, isConfig, markOf, SCHEDULER_CONFIG, VAE_CONFIG } from '../../nets/predicts/predicts';
import { jsonFields } from '../../nets/predicts/json';
import { telling, TOLD_BY_NUMBERS, toldByNumbers } from '../../nets/strangers/numbers';
import { isNumeric, numbersOf } from '../../weights/values/numbers';
import type { Header, Slices, TensorInfo } from '../../weights/safetensors';
import { inside, last, parent } from './paths';

/** Texts of such files, by the keys under which they are put into a model's metadata. */
export type Beside = Readonly<Record<string, string>>;

/** Of parts of a folder, each in the part's own. */
const OF_PARTS = [VAE_CONFIG, UNET_CONFIG, TEXT_CONFIG] as const;
const KINDS = [CONFIG_YAML, SCHEDULER_CONFIG, ...OF_PARTS, ADAPTER_CONFIG] as const;

/** A file of settings, with its path. */
export interface Settings<F> {
  readonly file: F;
  readonly path: string;
  /** What it is; null for other files with such an ending. */
  readonly kind: (typeof KINDS)[number] | null;
  readonly text: string;
  /** Whether it has the name of such a file, but not what is in one: nothing of it is known. */
  readonly broken: boolean;
}

/** Bytes; longer files are no settings. */
const LONGEST = 2 ** 18;

/** Whether a file's ending is that of settings. */
export const isSettings = (path: string): boolean => /\.(?:ya?ml|json)$/i.test(path);

/** Whether a file may be settings of a model, by its name. */
export const mayTell = (path: string): boolean =>
  /\.ya?ml$|(?:^|\/)(?:scheduler_config|adapter_config|(?:vae|unet|text_encoder)\/config)\.json$/i.test(path);

/** Reads a file of settings; one too long for that, or whose name promises nothing, is not read, and has no kind. */
export async function readSettings<F>(file: F, path: string, slices: Slices): Promise<Settings<F>> {
  if (slices.size > LONGEST || !mayTell(path)) return { file, path, kind: null, text: '', broken: false };
  const bytes = await slices.slice(0, slices.size).arrayBuffer();
  const text = new TextDecoder().decode(bytes);
  const kind = kindOf(path, text);
  return {
    file,
    path,
    kind,
    text,
    broken: kind !== null && kind !== CONFIG_YAML && jsonFields(text) === null,
  };
}

function kindOf(path: string, text: string): Settings<unknown>['kind'] {
  if (/\.ya?ml$/i.test(path)) return isConfig(text) ? CONFIG_YAML : null;
  if (/adapter_config\.json$/i.test(path)) return ADAPTER_CONFIG;
  if (/scheduler_config\.json$/i.test(path)) return SCHEDULER_CONFIG;
  return OF_PARTS.find((name) => path.toLowerCase().endsWith(name)) ?? null;
}

/** Those of a model in a folder: they lie in folders of their own in it, or side by side with its files. */
export const ofFolder = <F>(all: readonly Settings<F>[], folder: string): readonly Settings<F>[] =>
  all.filter(({ path, kind }) => {
    const own = parent(path);
    if (kind === SCHEDULER_CONFIG) return own === folder || own === inside(folder, 'scheduler');
    return OF_PARTS.some((name) => kind === name && own === inside(folder, parent(name)));
  });

/**
 * Those of a checkpoint in one file: the .yaml of its name. Where it is the only one in its folder, the only .yaml there
 * is its own whatever it is called, and so is a scheduler's. PEFT's go with a file that PEFT names.
 */
export function ofFile<F>(all: readonly Settings<F>[], path: string, only: boolean): readonly Settings<F>[] {
  const near = all.filter((one) => parent(one.path) === parent(path));
  if (/(?:^|\/)adapter_model\.\w+$/i.test(path)) return near.filter(({ kind }) => kind === ADAPTER_CONFIG);
  const configs = near.filter(({ kind }) => kind === CONFIG_YAML);
  const named = configs.filter((one) => sameStem(one.path, path));
  if (!only) return named;
  const schedulers = ofFolder(all, parent(path)).filter(({ kind }) => kind === SCHEDULER_CONFIG);
  return [...(configs.length === 1 ? configs : named), ...(schedulers.length === 1 ? schedulers : [])];
}

/** Whether two files have one name, but for their endings; letters count in either case, as on most disks. */
export const sameStem = (one: string, other: string): boolean => stem(one) === stem(other);

const stem = (path: string): string =>
  last(path)
    .replace(/\.\w+$/, '')
    .normalize()
    .toLowerCase();

export const besideOf = (all: readonly Settings<unknown>[]): Beside =>
  Object.fromEntries(all.flatMap(({ kind, text }) => (kind ? [[kind, text]] : [])));

/** The header as the model is told by: with what its marks and numbers say, and what lies beside it, among the metadata. */
export async function toldHeader(header: Header, file: Slices, beside: Beside = {}): Promise<Header> {
  const marks = await Promise.all(
    [...header.tensors.values()].map(async (tensor) => {
      const mark = markOf(tensor.name);
      const bytes = tensor.end - tensor.begin;
      if (!mark || bytes === 0 || bytes > MOST_MARKED || !isNumeric(tensor.dtype)) return [];
      return [[mark, shown(await numbersIn(file, tensor)).join(', ')] as const];
    }),
  );
  const told = [[TOLD_BY_NUMBERS, await kindIn(header, file)] as const];
  const entries = [...header.metadata, ...marks.flat(), ...told, ...Object.entries(beside)];
  return { ...header, metadata: new Map(entries) };
}

/** Bytes: such a tensor has one number for each of a few channels, or for each of a thousand timesteps. */
const MOST_MARKED = 2 ** 14;
/** Numbers: of a longer table only its ends tell anything. */
const MOST_SHOWN = 64;

const shown = (numbers: Float32Array): readonly number[] =>
  numbers.length <= MOST_SHOWN ? [...numbers] : [numbers[0]!, numbers.at(-1)!]; // there are more than these

async function kindIn({ tensors }: Header, file: Slices): Promise<string> {
  const found = telling(tensors);
  if (!found || !isNumeric(found.norm.dtype) || !isNumeric(found.first.dtype)) return '';
  const first = (): Promise<Float32Array> => numbersIn(file, found.first);
  return (await toldByNumbers(await numbersIn(file, found.norm), found.first, first)) ?? '';
}

async function numbersIn(file: Slices, { dtype, begin, end }: TensorInfo): Promise<Float32Array> {
  return numbersOf(new Uint8Array(await file.slice(begin, end).arrayBuffer()), dtype);
}
