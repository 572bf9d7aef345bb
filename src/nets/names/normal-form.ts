/**
 * The normal form of a checkpoint's names: one name for every tensor of a net, whichever program wrote the file.
 * `unet.`, `mmdit.` and `vae.` go before their makers' names of modules, `text.`, `text2.` and `t5.` before transformers'. See README.md in the
 * folder above for the dialects.
 */
import { mustGet } from '../../checked';
import { behindLeads } from './leads';
import { countedFromOne, placeOf, places, type Place, type Placed } from './places';
import { PAIRS } from './pairs';
import { renamer } from './renamer';
import { blocksOf, mmditViews } from './mmdit';
import { normalShape, textViews, type Tensor, type View } from './views';

/** A file's tensors under the names that our nets have for them, whichever program wrote it. */
export interface NormalForm<T extends Tensor = Tensor> {
  /** By their names in normal form. A name inside a net that none of its modules has stays as it is. */
  readonly tensors: ReadonlyMap<string, View<T>>;
  /** The file's names for tensors that belong to no net, or repeat another one. */
  readonly strays: readonly string[];
}

/** Makes views of a net's tensors: first from all names and shapes of the net, then tensor by tensor. */
const VIEWS: Partial<Record<Place, typeof textViewer>> = {
  text: textViewer,
  text2: textViewer,
  mmdit: mmditViewer,
};
type Net<T extends Tensor> = ReadonlyMap<string, View<T>>;
type Viewer = <T extends Tensor>(name: string, view: View<T>) => [string, View<T>][];

function textViewer(net: Net<Tensor>): Viewer {
  const width = widthOf(net);
  return (name, view) => textViews(name, view, width);
}

function mmditViewer(net: Net<Tensor>): Viewer {
  const blocks = blocksOf(net.keys());
  return (name, view) => mmditViews(name, view, blocks);
}

/** A file's tensors in normal form. What is in normal form already stays as it is. */
export function inNormalForm<T extends Tensor>(file: ReadonlyMap<string, T>): NormalForm<T> {
  const nets = new Map<Place, Map<string, View<T>>>(places.map((place) => [place, new Map()]));
  const tensors = new Map<string, View<T>>();
  const strays: string[] = [];
  for (const [name, found] of placed(file)) {
    const net = found && mustGet(nets, found.place);
    if (!net || net.has(found.rest)) strays.push(name);
    else net.set(found.rest, { ...mustGet(file, name), name });
  }
  for (const [place, net] of nets) {
    const rename = renamer(PAIRS[place]([...net.keys()]), 'normal');
    const views = VIEWS[place]?.(net);
    for (const [rest, stored] of net) {
      const own = rename(rest) ?? rest;
      const shape = normalShape(`${place}.${own}`, stored.shape);
      const view = shape === stored.shape ? stored : { ...stored, shape };
      for (const [name, part] of views?.(own, view) ?? [[own, view] as const]) {
        const key = `${place}.${name}`;
        if (tensors.has(key)) strays.push(view.name);
        else tensors.set(key, part);
      }
    }
  }
  return { tensors, strays };
}

/** The net of each name, in a file's order; null for those of none. */
function placed(file: ReadonlyMap<string, Tensor>): Map<string, Placed | null> {
  const lead = unknownLead([...file.keys()]);
  const counted = countedFromOne(file.keys());
  const known = new Map(
    [...file.keys()].map((name) => [
      name,
      placeOf(counted(name.startsWith(lead) ? name.slice(lead.length) : name)),
    ]),
  );
  for (const [name, found] of behindLeads(file, known)) known.set(name, found);
  return known;
}

/** At most so many parts of a name are tried: a hostile one may have thousands, and each try goes through all names. */
const MOST_PARTS = 8;

/** The beginning that all names share, if no table knows it. Names without a dot belong to no net, and are not counted. */
export function unknownLead(all: readonly string[]): string {
  const names = all.filter((name) => name.includes('.'));
  const [first = ''] = names;
  let lead = '';
  const isKnown = (): boolean => names.some((name) => placeOf(name.slice(lead.length)) !== null);
  for (const part of first.split('.', MOST_PARTS).slice(0, -1)) {
    if (isKnown()) return lead;
    if (!names.every((name) => name.startsWith(`${lead}${part}.`))) return '';
    lead += `${part}.`;
  }
  return isKnown() ? lead : '';
}

/** The width of a text encoder, by its final norm; 0 if that is missing. */
function widthOf(net: ReadonlyMap<string, Tensor>): number {
  for (const [name, { shape }] of net)
    if (/(?:ln_final|final_layer_norm)\.weight$/.test(name)) return shape[0] ?? 0;
  return 0;
}
