/**
 * A place in the state dict. `p('input_blocks', 1)` is the module of that name; its weights are the config.
 */
import { isTuple, type Count, type Tuples } from '../checked';
import { DrobeError } from '../errors';
import {
  sizeOf,
  type DType,
  type Kernels,
  type Packed,
  type Range,
  type Shape,
  type Target,
  type Var,
} from './graph';
import { countIn } from './packed';

/** The names and shapes of a checkpoint; a safetensors header's `tensors` is one. */
export type StateDict = ReadonlyMap<string, { readonly shape: Shape }>;

/** A place in the state dict, from which a module takes its weights. */
export interface Scope {
  /** The module below this one: `p('in_layers.0')`, `p('input_blocks', 3)`. */
  (...path: readonly (string | number)[]): Scope;
  readonly target: Target;
  readonly path: string;
  /** Whether a module or tensor of this name exists. */
  has(name: string): boolean;
  /** The modules directly below, numbers in numeric order, as a ModuleList iterates. */
  children(): readonly Scope[];
  /** The shape of a tensor that is not used in the graph itself. Throws as `tensor` does. */
  shape(name: string): Shape;
  /**
   * A tensor as a graph value in the target's dtype, under its own shape or another of the same size.
   * @throws DrobeError 'missing-weight' when the checkpoint lacks it, 'bad-weight' when the shape cannot be.
   */
  tensor(name: string, options?: { shape?: Shape; dtype?: 'f32' | 'f16' }): Var;
  /** A part of a tensor's packed form, under its own shape. Throws as `tensor` does. */
  packed(name: string, packed: Packed, shape: Shape): Var;
  /** Kernels of 3 × 3, transformed, under their own shape. Throws as `tensor` does. */
  kernels(name: string, kernels: Kernels, shape: Shape): Var;
  /** Some of a tensor's numbers, these ranges one after another; only these are read. Throws as `tensor` does. */
  cut(name: string, ranges: readonly Range[], shape: Shape): Var;
}

/** The root scope of a state dict. `used` collects the keys that were asked for. */
export function scope(weights: StateDict, target: Target, used: Set<string> = new Set()): Scope {
  const below = namesIn(weights);
  const vars = new Map<string, Var>();

  const stored = (key: string): Shape => {
    const info = weights.get(key);
    if (!info) throw new DrobeError('missing-weight', { key });
    return info.shape;
  };
  const weight = (key: string, shape: Shape, dtype: DType, form?: Packed | Kernels): Var => {
    const own = stored(key);
    if (countIn(shape, form) !== sizeOf(own)) {
      throw new DrobeError('bad-weight', { key, reason: `shape [${own.join(', ')}] does not fit` });
    }
    used.add(key);
    // One Var per view, so that a weight used twice is one initializer.
    const id = `${key}|${dtype}|${shape.join()}|${form?.part}`;
    const known = vars.get(id);
    if (known) return known;
    const made: Var = { shape, dtype, target, from: { kind: 'weight', key, ...(form && { form }) } };
    vars.set(id, made);
    return made;
  };

  const cut = (key: string, ranges: readonly Range[], shape: Shape): Var => {
    const all = sizeOf(stored(key));
    const count = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
    if (count !== sizeOf(shape) || ranges.some(([from, to]) => from < 0 || to > all))
      throw new DrobeError('bad-weight', { key, reason: `${all} numbers are not enough` });
    used.add(key);
    return { shape, dtype: target.dtype, target, from: { kind: 'weight', key, ranges } };
  };

  const at = (path: string): Scope => {
    const full = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const place = (...names: readonly (string | number)[]): Scope => at(full(names.join('.')));
    return Object.assign(place, {
      target,
      path,
      has: (name: string) => weights.has(full(name)) || below.has(full(name)),
      children: () =>
        [...(below.get(path) ?? [])]
          .filter((name) => below.has(full(name)))
          .sort(byNumber)
          .map((name) => place(name)),
      shape: (name: string) => stored(full(name)),
      tensor: (
        name: string,
        { shape, dtype = target.dtype }: { shape?: Shape; dtype?: 'f32' | 'f16' } = {},
      ) => weight(full(name), shape ?? stored(full(name)), dtype),
      cut: (name: string, ranges: readonly Range[], shape: Shape) => cut(full(name), ranges, shape),
      packed: (name: string, packed: Packed, shape: Shape) =>
        weight(full(name), shape, packed.part === 'codes' ? 'u8' : packed.scaleType, packed),
      kernels: (name: string, kernels: Kernels, shape: Shape) => weight(full(name), shape, 'f32', kernels),
    });
  };
  return at('');
}

/**
 * The shape of a tensor with so many axes.
 * @throws DrobeError 'missing-weight', or 'bad-weight' when it has more or fewer.
 */
export function shapeOf<N extends Count>(p: Scope, name: string, axes: N): Tuples<number>[N] {
  const shape = p.shape(name);
  if (isTuple(shape, axes)) return shape;
  const reason = `shape [${shape.join(', ')}] does not have ${axes} axes`;
  throw new DrobeError('bad-weight', { key: p.path === '' ? name : `${p.path}.${name}`, reason });
}

/** Computed once for each state dict: many graphs are authored from one checkpoint. */
const known = new WeakMap<StateDict, ReturnType<typeof childNames>>();

function namesIn(weights: StateDict): ReturnType<typeof childNames> {
  const below = known.get(weights) ?? childNames(weights);
  known.set(weights, below);
  return below;
}

/** Path of each module → names directly below it. */
function childNames(weights: StateDict): Map<string, Set<string>> {
  const below = new Map<string, Set<string>>();
  for (const key of weights.keys()) {
    for (let begin = 0, end = 0; end >= 0; begin = end + 1) {
      end = key.indexOf('.', begin);
      const parent = key.slice(0, Math.max(begin - 1, 0));
      const siblings = below.get(parent) ?? new Set();
      below.set(parent, siblings.add(key.slice(begin, end < 0 ? undefined : end)));
    }
  }
  return below;
}

const byNumber = (a: string, b: string): number => Number(a) - Number(b) || (a < b ? -1 : 1);
