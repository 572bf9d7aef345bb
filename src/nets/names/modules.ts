/** Finds modules by any of the names that LoRAs have for them. */
import { wholesOf } from './mmdit';
import { PAIRS } from './pairs';
import { placeOf, places, type Place } from './places';

/**
 * Finds modules of a checkpoint in normal form.
 * @returns for a module's name in any dialect, with dots or underscores, that in normal form: `unet.middle_block.1.norm`,
 * whose weight is `unet.middle_block.1.norm.weight`, or that of several together (see `modulesIn`); null where the checkpoint
 * has no such module.
 */
export function moduleFinder(tensors: ReadonlyMap<string, unknown>): (module: string) => string | null {
  const nets = new Map(places.map((place) => [place, modulesOf(place, [...tensors.keys()])]));
  return (module) => {
    const found = placeOf(module);
    return (found && nets.get(found.place)?.get(flat(found.rest))) ?? null;
  };
}

/** The modules of a net that have a weight, by all of their names. */
function modulesOf(place: Place, keys: readonly string[]): ReadonlyMap<string, string> {
  const prefix = `${place}.`;
  const names = keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  const others = new Map<string, string[]>();
  for (const [normal, theirs] of PAIRS[place](names))
    others.set(normal, [...(others.get(normal) ?? []), theirs]);
  const found = new Map<string, string>();
  const modules = names.flatMap((name) => /^(.*)\.weight$/.exec(name)?.[1] ?? []);
  for (const module of [...modules, ...(place === 'mmdit' ? wholesOf(modules) : [])]) {
    found.set(flat(module), prefix + module);
    for (let end = module.length; end > 0; end = module.lastIndexOf('.', end - 1)) {
      for (const theirs of others.get(module.slice(0, end)) ?? []) {
        found.set(flat(theirs + module.slice(end)), prefix + module);
      }
    }
  }
  return found;
}

/** With underscores. Attention processors wrote `to_out` for `to_out.0`; LyCORIS may end a name with an underscore. */
function flat(name: string): string {
  const joined = name.replaceAll('.', '_').replace(/_$/, '');
  return joined.endsWith('_to_out') ? `${joined}_0` : joined;
}
