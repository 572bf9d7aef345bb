/**
 * Nets behind beginnings that no table knows, in a file that has others in names that are known: `my_clip.text_model.…`
 * beside `model.diffusion_model.…`. Without them a checkpoint would seem to lack what it has, and borrow another's.
 */
import { placeOf, type Place, type Placed } from './places';

interface Shaped {
  readonly shape: readonly number[];
}

/** A net behind a beginning. */
interface Hidden {
  readonly place: Place;
  readonly names: Map<string, Placed>;
}

/** A tensor that shows that a net is there, and not one that is built like a part of it. */
const SIGNS: Partial<Record<Place, RegExp>> = {
  unet: /^(?:out\.2|conv_out)\.weight$/,
  mmdit: /^(?:final_layer\.linear|proj_out)\.weight$/,
  vae: /^decoder\.conv_in\.weight$/,
  text: /(?:^|\.)token_embedding\.weight$/,
  text2: /(?:^|\.)token_embedding\.weight$/,
};
const isSign = ({ place, rest }: Placed): boolean => SIGNS[place]?.test(rest) ?? false;

/** Parts of a name that may be its beginning. */
const MOST_PARTS = 4;

/**
 * The names of such nets, where the file has none of them otherwise. Of two text encoders the first is the narrower.
 * @param known the net of each name in the file; null for names that no table knows.
 */
export function behindLeads(
  file: ReadonlyMap<string, Shaped>,
  known: ReadonlyMap<string, Placed | null>,
): Map<string, Placed> {
  const taken = new Set(
    [...known.values()].flatMap((found) => (found && isSign(found) ? [found.place] : [])),
  );
  const strangers = [...known].flatMap(([name, found]) => (found ? [] : [name]));
  const nets = hiddenNets(strangers).filter(({ names }) => [...names.values()].some(isSign));
  /** Of a text encoder's vectors; of other nets it does not matter. */
  const widthOf = ({ names }: Hidden): number => {
    const [table = ''] = [...names].find(([, own]) => isSign(own)) ?? [];
    return file.get(table)?.shape.at(-1) ?? 0;
  };
  const found = new Map<string, Placed>();
  for (const { place, names } of nets.toSorted((a, b) => widthOf(a) - widthOf(b))) {
    const places = place === 'text' ? (['text', 'text2'] as const) : [place];
    const free = places.find((one) => !taken.has(one));
    if (free === undefined) continue;
    taken.add(free);
    for (const [name, { rest }] of names) found.set(name, { place: free, rest });
  }
  return found;
}

/** Nets by the shortest beginnings behind which they are. */
function hiddenNets(names: readonly string[]): Hidden[] {
  const nets = new Map<string, Hidden>();
  for (const name of names) {
    let dot = -1;
    for (let part = 0; part < MOST_PARTS; part++) {
      dot = name.indexOf('.', dot + 1);
      const found = dot < 0 ? null : placeOf(name.slice(dot + 1));
      if (dot < 0) break;
      if (!found) continue;
      const key = `${name.slice(0, dot)} ${found.place}`;
      const net = nets.get(key) ?? { place: found.place, names: new Map<string, Placed>() };
      nets.set(key, net);
      net.names.set(name, found);
      break;
    }
  }
  return [...nets.values()];
}
