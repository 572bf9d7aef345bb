/** Which weights of a checkpoint a LoRA's modules change, and how many modules have such a weight. */
import type { LoraModule } from './names/lora-parts';
import { modulesIn } from './names/mmdit';
import { moduleFinder } from './names/modules';
import { placeOf, type Place } from './names/places';

/** A weight of a checkpoint, or a bias, seen as a matrix. A convolution's columns are input channels times kernel. */
export interface LoraTarget {
  readonly key: string;
  /** The module's, which may have more than the weight: see `share`. */
  readonly rows: number;
  readonly columns: number;
  /** Whether it is a convolution's, with any kernel. */
  readonly spatial: boolean;
  readonly net: 'unet' | 'text';
  /** It may take more channels than a LoRA knows, a mask's or another picture's: the LoRA's come first. */
  readonly widens: boolean;
  /** Which part of the module's rows the weight is, of how many equal parts; absent: all rows. */
  readonly share?: { readonly at: number; readonly of: number };
}

type Tensors = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** The weights that a module changes, in file order; or the missing part of the model to which it belongs, null for no part. */
export type Found = readonly LoraTarget[] | { readonly lacks: Place | null };

/** @param tensors a checkpoint's, in normal form. */
export function targetFinder(tensors: Tensors): (module: LoraModule) => Found {
  const find = moduleFinder(tensors);
  const there = new Set([...tensors.keys()].map((key) => key.slice(0, key.indexOf('.'))));
  return ({ name, bias }) => {
    const module = find(name);
    const place = placeOf(name)?.place ?? null;
    if (module === null || place === null || place === 'vae')
      return { lacks: place === 'vae' || (place && !there.has(place)) ? place : null };
    const end = bias ? 'bias' : 'weight';
    const own = modulesIn(module, (one) => tensors.has(`${one}.weight`));
    const targets = own.flatMap((one, at): LoraTarget[] => {
      const shape = tensors.get(`${one}.${end}`)?.shape;
      if (!shape) return [];
      const [rows = 1, ...inner] = shape;
      return [
        {
          key: `${one}.${end}`,
          rows: rows * own.length,
          columns: inner.reduce((product, d) => product * d, 1),
          spatial: shape.length > 2,
          net: place === 'unet' || place === 'mmdit' ? 'unet' : 'text',
          widens: one === FIRST_CONVOLUTION,
          ...(own.length > 1 && { share: { at, of: own.length } }),
        },
      ];
    });
    return targets.length > 0 ? targets : { lacks: null };
  };
}

const FIRST_CONVOLUTION = 'unet.input_blocks.0.0';

/** How much of a LoRA a model uses. */
export interface LoraUse {
  readonly modules: number;
  readonly used: number;
  /** Why the others are not used; the most frequent reason first. */
  readonly unused: readonly Unused[];
}

export interface Unused {
  /**
   * The model has no such part, or no such module; its weight has another size; matrices are missing; the kind is unknown.
   * 'part': the module is used, except for an unknown part of its own.
   */
  readonly why: Place | 'module' | 'size' | 'incomplete' | 'kind' | 'part';
  /** An example of such a module, or the name of the kind or part. */
  readonly such: string;
  readonly count: number;
}
