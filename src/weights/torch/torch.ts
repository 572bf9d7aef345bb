/**
 * Files of torch.save (.pth, .pt, .ckpt): a pickle that says which tensors there are, and their numbers, stored as they are. They
 * are read as safetensors files are, by what they hold and where it lies; `pickle.ts` says why that is safe.
 */
import { DrobeError } from '../../errors';
import { PickledTensor, type PickledDict } from './pickled';
import { byteLength, type Slices, type TensorInfo } from '../safetensors';
import type { Numbers } from './saved';
import { isOldTorch, readOldTorch } from './torch-old';
import { readTorchZip } from './torch-zip';

/** Where a model lies in what was saved, the likeliest first: what is best for drawing, then all there is. */
const WRAPPERS = [
  ...['params_ema', 'params-ema', 'params', 'model_state_dict', 'state_dict', 'model', 'net'],
  'string_to_param', // of a textual inversion
];

const bad = (reason: string) => new DrobeError('bad-pickle', { reason });
const shown = (name: string): string => `"${name.slice(0, 100)}"`;

/**
 * The tensors in such a file, with where their bytes lie in it, in the order in which they were saved. What lies with them
 * (numbers of steps, names) is passed over.
 * @throws DrobeError 'bad-pickle' and 'pickle-asks'
 */
export async function readTorch(file: Slices): Promise<TensorInfo[]> {
  const saved = (await isOldTorch(file)) ? await readOldTorch(file) : await readTorchZip(file);
  const tensors = tensorsIn(saved.value);
  if (tensors.size === 0) throw bad('there are no tensors in it');
  const infos: TensorInfo[] = [];
  let total = 0;
  for (const [name, tensor] of tensors) {
    const info = infoOf(name, tensor, await saved.numbersOf(tensor.storage));
    total += info.end - info.begin;
    infos.push(info);
  }
  // A few may be the same one under two names; not so many that the model would be larger than what was given.
  if (total > 2 * file.size) throw bad('its tensors overlap');
  return infos;
}

/** IP-Adapters were saved as these two dicts, whose names begin the names in them. */
const SIDE_BY_SIDE: readonly string[] = ['image_proj', 'ip_adapter'];

/** The tensors of a model by their names, taken out of what it was wrapped in. */
function tensorsIn(saved: unknown): ReadonlyMap<string, PickledTensor> {
  if (!isDict(saved)) throw bad('it holds no dict of tensors');
  const inner = WRAPPERS.map((name) => saved.get(name)).find((value) => isDict(value) && hasTensors(value));
  const dict = (inner ?? saved) as PickledDict;
  const tensors = new Map<string, PickledTensor>();
  const collect = (from: PickledDict, before: string): void => {
    for (const [name, value] of from) {
      if (typeof name !== 'string') continue;
      if (value instanceof PickledTensor) tensors.set(before + name, value);
      else if (before === '' && SIDE_BY_SIDE.includes(name) && isDict(value)) collect(value, `${name}.`);
    }
  };
  collect(dict, '');
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
