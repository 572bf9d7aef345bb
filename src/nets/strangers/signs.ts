/** How the rows of strangers are written: modules in the names of a file, and shapes where names do not tell. */
import type { Shape } from '../../graph/graph';

export type Tensors = ReadonlyMap<string, { readonly shape: Shape }>;

/** What a file of a kind is, if it is not the model itself. */
export type Role = 'LoRA' | 'ControlNet' | 'IP-Adapter' | 'VAE';

export interface Row {
  readonly kind: string;
  readonly as?: Role;
  /**
   * Modules or tensors that must all be there, anywhere in a name: `blocks.#.attn` is in
   * `model.blocks.3.attn.weight`. `#` is a number; `^` is where a name begins; `a|b` is either.
   */
  readonly all: readonly string[];
  /** None of these may be there. */
  readonly none?: readonly string[];
  /** A condition on shapes, in addition. */
  readonly when?: (tensors: Tensors) => boolean;
}

/** Whether a row's signs are in a list of names, one a line. */
export type Find = (modules: string) => boolean;

/** @param between the separator of a name's parts, as a regular expression: a dot, or also kohya's underscore. */
export function finder(names: Iterable<string>, between: '\\.' | '[._]' = '\\.'): Find {
  const list = [...names].join('\n');
  return (modules) => patternOf(modules, between).test(list);
}

const patterns = new Map<string, RegExp>();

function patternOf(modules: string, between: string): RegExp {
  const key = between + modules;
  const known = patterns.get(key);
  if (known) return known;
  const each = modules.split('|').map((module) => {
    const path = module.replace('^', '').replaceAll('.', between).replaceAll('#', '\\d+');
    return (module.startsWith('^') ? '^' : `(?:^|${between})`) + path;
  });
  const pattern = new RegExp(`(?:${each.join('|')})(?:${between}|$)`, 'm');
  patterns.set(key, pattern);
  return pattern;
}

/** Columns, that is inputs, of the first weight with such a name. */
export function columnsOf(tensors: Tensors, name: RegExp): number | undefined {
  for (const [key, { shape }] of tensors) if (name.test(key)) return shape[1];
  return undefined;
}
