/**
 * What a pickle of tensors holds beside numbers, texts and lists: the names that it may speak of, and the records that are
 * made where it calls one. The list is closed; what is not on it ends the reading.
 */
import { DrobeError } from '../../errors';
import type { Dtype } from '../safetensors';

/** A file of numbers beside the pickle. */
export class Storage {
  /** Its name there. */
  readonly key: string;
  readonly dtype: Dtype;
  /** How many numbers it has. */
  readonly count: number;

  constructor(key: string, dtype: Dtype, count: number) {
    this.key = key;
    this.dtype = dtype;
    this.count = count;
  }
}

/** A view of a storage. Lengths are counted in numbers. */
export class PickledTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** A dict, an OrderedDict too. */
export type PickledDict = ReadonlyMap<unknown, unknown>;

/** A tuple, which a list is told from. */
export class Tuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** What a training noted beside weights: it is not made, and whatever is to be set on it is passed over. */
export class Note {
  /** What it would have been. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A name that waits to be called, or says what a storage holds. */
class Name {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const DTYPES: Readonly<Record<string, Dtype>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/** What may be called, and what is made of the arguments. */
const CALLS: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  'torch._utils._rebuild_tensor_v2': tensorOf,
  'torch._utils._rebuild_parameter': ([tensor]) => {
    if (tensor instanceof PickledTensor) return tensor;
    throw bad('a parameter that is no tensor');
  },
  'collections.OrderedDict': (args) => {
    if (args.length === 0) return new Map();
    throw bad('a dict made of another');
  },
};

/**
 * What stands beside the weights of checkpoints as PyTorch Lightning saved them, Stable Diffusion 1.4's own among them, and of
 * embeddings of 2022. Nothing of it is made: see `Note`.
 */
const NOTED: ReadonlySet<string> = new Set([
  'pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint',
  'pytorch_lightning.callbacks.ModelCheckpoint',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  '_codecs.encode',
  '__builtin__.set', // modules have one
  'builtins.set',
]);

/** A dict of parameters that is a module: what it holds is set on it. */
const PARAMETERS = 'torch.nn.modules.container.ParameterDict';

const MOST_RANK = 64;

const bad = (reason: string) => new DrobeError('bad-pickle', { reason });

/** @throws DrobeError 'pickle-asks' for a name that is not on the list. */
export function nameOf(module: unknown, name: unknown): Name {
  const full = `${String(module)}.${String(name)}`;
  const isKnown = Object.hasOwn(CALLS, full) || Object.hasOwn(DTYPES, full) || NOTED.has(full);
  if (isKnown || full === PARAMETERS) return new Name(full);
  throw new DrobeError('pickle-asks', { name: full.slice(0, 100) });
}

/** What a call makes: a record of the arguments. @throws DrobeError 'bad-pickle' */
export function called(callee: unknown, args: unknown): unknown {
  if (callee instanceof Name && NOTED.has(callee.name)) return new Note(callee.name);
  if (callee instanceof Name && callee.name === PARAMETERS) return new Map();
  if (!(callee instanceof Name) || !Object.hasOwn(CALLS, callee.name))
    throw bad('it calls what cannot be called');
  return CALLS[callee.name]!(itemsOf(args)); // own, as was asked
}

/** The storage of this id: ('storage', its kind, its key, its place, how many numbers). @throws DrobeError 'bad-pickle' */
export function storageOf(id: unknown): Storage {
  const [what, kind, key, , count, view] = itemsOf(id);
  const dtype = kind instanceof Name ? DTYPES[kind.name] : undefined;
  if (what !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(count)) {
    throw bad('numbers of an unknown kind');
  }
  // Old files could have views of storages, too.
  if (view !== undefined && view !== null) throw bad('numbers that are part of others');
  return new Storage(key, dtype, count);
}

/** _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks). */
function tensorOf([storage, offset, size, stride]: readonly unknown[]): PickledTensor {
  if (!(storage instanceof Storage) || !isCount(offset)) throw bad('a tensor without numbers');
  const [shape, strides] = [itemsOf(size), itemsOf(stride)];
  const sound = shape.length <= MOST_RANK && shape.length === strides.length;
  if (!sound || !shape.every(isCount) || !strides.every(isCount)) throw bad('a tensor of a broken shape');
  return new PickledTensor(storage, offset, shape, strides);
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value instanceof Tuple) return value.items;
  throw bad('a tuple that is none');
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
