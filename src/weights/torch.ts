/**
 * Files of torch.save (.pth, .pt, .ckpt): zips with a pickle that says which tensors there are, and a file of numbers for each. They
 * are read as safetensors files are, by what they hold and where it lies; `pickle.ts` says why that is safe.
 */
import { DrobeError } from '../errors';
import { unpickle } from './pickle';
import { PickledTensor, type PickledDict, type Storage } from './pickled';
import { byteLength, type Slices, type TensorInfo } from './safetensors';
import { dataOf, readZip, viewOf, type ZipEntry } from './zip';

/** Where a model lies in what was saved, the likeliest first: what is best for drawing, then all there is. */
const WRAPPERS = ['params_ema', 'params-ema', 'params', 'model_state_dict', 'state_dict', 'model', 'net'];

/** A full checkpoint's has half a megabyte. */
const MOST_PICKLE = 2 ** 23;

const bad = (reason: string) => new DrobeError('bad-pickle', { reason });
const shown = (name: string): string => `"${name.slice(0, 100)}"`;

/**
 * The tensors in such a file, with where their bytes lie in it, in the order in which they were saved. What lies with them
 * (numbers of steps, names) is passed over.
 * @throws DrobeError 'bad-pickle' and 'pickle-asks'
 */
export async function readTorch(file: Slices): Promise<TensorInfo[]> {
  const entries = await readZip(file);
  const folder = folderOf(entries);
  await checkByteOrder(file, entries.get(`${folder}byteorder`));
  const pickle = entries.get(`${folder}data.pkl`)!; // it names the folder
  if (pickle.bytes > MOST_PICKLE) throw bad(`its pickle has ${pickle.bytes} bytes`);
  const begin = await dataOf(file, pickle);
  const view = await viewOf(file, begin, begin + pickle.bytes);
  const tensors = tensorsIn(unpickle(new Uint8Array(view.buffer)));
  if (tensors.size === 0) throw bad('there are no tensors in it');

  const numbers = new Map<string, Promise<Numbers>>();
  const numbersOf = ({ key }: Storage): Promise<Numbers> => {
    const known = numbers.get(key) ?? numbersIn(file, key, entries.get(`${folder}data/${key}`));
    numbers.set(key, known);
    return known;
  };
  const infos: TensorInfo[] = [];
  let total = 0;
  for (const [name, tensor] of tensors) {
    const info = infoOf(name, tensor, await numbersOf(tensor.storage));
    total += info.end - info.begin;
    infos.push(info);
  }
  // A few may be the same one under two names; not so many that the model would be larger than what was given.
  if (total > 2 * file.size) throw bad('its tensors overlap');
  return infos;
}

/** The folder in which torch.save puts everything, with a slash at the end. */
function folderOf(entries: ReadonlyMap<string, ZipEntry>): string {
  const [pickle, ...more] = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickle === undefined || more.length > 0) throw bad('it is a zip of another kind');
  return pickle.slice(0, -'data.pkl'.length);
}

/** Before torch 2.1 nothing said so, and all was little-endian. */
async function checkByteOrder(file: Slices, entry: ZipEntry | undefined): Promise<void> {
  if (!entry) return;
  const begin = await dataOf(file, entry);
  const view = await viewOf(file, begin, begin + Math.min(entry.bytes, 10));
  if (new TextDecoder().decode(view) !== 'little') throw bad('its numbers have their highest byte first');
}

/** Where the bytes of a storage lie. */
interface Numbers {
  readonly begin: number;
  readonly bytes: number;
}

async function numbersIn(file: Slices, key: string, entry: ZipEntry | undefined): Promise<Numbers> {
  if (!entry) throw bad(`the numbers ${shown(key)} are missing`);
  return { begin: await dataOf(file, entry), bytes: entry.bytes };
}

/** The tensors of a model by their names, taken out of what it was wrapped in. */
function tensorsIn(saved: unknown): ReadonlyMap<string, PickledTensor> {
  if (!isDict(saved)) throw bad('it holds no dict of tensors');
  const inner = WRAPPERS.map((name) => saved.get(name)).find((value) => isDict(value) && hasTensors(value));
  const dict = (inner ?? saved) as PickledDict;
  const tensors = new Map<string, PickledTensor>();
  for (const [name, value] of dict) {
    if (typeof name === 'string' && value instanceof PickledTensor) tensors.set(name, value);
  }
  return tensors;
}

const isDict = (value: unknown): value is PickledDict => value instanceof Map;
const hasTensors = (dict: PickledDict): boolean =>
  [...dict.values()].some((value) => value instanceof PickledTensor);

function infoOf(
  name: string,
  { storage, offset, shape, strides }: PickledTensor,
  numbers: Numbers,
): TensorInfo {
  const { dtype, count } = storage;
  if (!isInOrder(shape, strides)) throw bad(`${shown(name)} does not lie in the order of its rows`);
  const bytes = Number(byteLength({ name, dtype, shape }));
  const each = Number(byteLength({ name, dtype, shape: [1] }));
  if (offset * each + bytes > Math.min(count * each, numbers.bytes)) {
    throw bad(`${shown(name)} goes beyond its numbers`);
  }
  const begin = numbers.begin + offset * each;
  return { name, dtype, shape, begin, end: begin + bytes };
}

/** Whether numbers lie one after another as a shape says. Of a dimension of 1 the stride says nothing. */
function isInOrder(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let next = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== next) return false;
    next *= shape[i]!;
  }
  return true;
}
