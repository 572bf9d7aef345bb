/** Which weights of a checkpoint a LoRA's modules are for, and how many of them have one. */
import type { LoraModule } from './names/lora-parts';
import { moduleFinder } from './names/modules';
import { placeOf, type Place } from './names/places';

/** A weight of a checkpoint, or a bias, seen as a matrix. A convolution's columns are input channels times kernel. */
export interface LoraTarget {
  readonly key: string;
  readonly rows: number;
  readonly columns: number;
  readonly net: 'unet' | 'text';
  /** It may take more channels than those that a LoRA knows, which come first: a mask's, or another picture's. */
  readonly widens: boolean;
}

type Tensors = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Where what a module is for stands, or the part of a model that it stands in and that is not there; null for no part. */
export type Found = LoraTarget | { readonly lacks: Place | null };

/** @param tensors a checkpoint's, in normal form. */
export function targetFinder(tensors: Tensors): (module: LoraModule) => Found {
  const find = moduleFinder(tensors);
  const there = new Set([...tensors.keys()].map((key) => key.slice(0, key.indexOf('.'))));
  return ({ name, bias }) => {
    const module = find(name);
    const key = `${module}.${bias ? 'bias' : 'weight'}`;
    const shape = module === null ? undefined : tensors.get(key)?.shape;
    const place = placeOf(name)?.place ?? null;
    if (!shape || place === null || place === 'vae') {
      return { lacks: place === 'vae' || (place && !there.has(place)) ? place : null };
    }
    const [rows = 1, ...inner] = shape;
    const columns = inner.reduce((product, d) => product * d, 1);
    return {
      key,
      rows,
      columns,
      net: place === 'unet' ? 'unet' : 'text',
      widens: module === FIRST_CONVOLUTION,
    };
  };
}

const FIRST_CONVOLUTION = 'unet.input_blocks.0.0';

/** How much of a LoRA a model uses. */
export interface LoraUse {
  readonly modules: number;
  readonly used: number;
  /** Why the others are not, by how many that is; most first. */
  readonly unused: readonly Unused[];
}

export interface Unused {
  /**
   * The model has no such part, or no such module; the weight there is of another size; matrices are missing; its kind is
   * not known.
   */
  readonly why: Place | 'module' | 'size' | 'incomplete' | 'kind';
  /** A module that is an example, or the name of a kind. */
  readonly such: string;
  readonly count: number;
}
