/** The names of a TAESD's layers, in the layouts of its own program, ComfyUI and diffusers. */

/**
 * Where the decoder's layers are: at the top of its own file, below `decoder` or ComfyUI's `taesd_decoder` beside the
 * encoder, or in diffusers' AutoencoderTiny, which counts from the first layer with weights.
 */
export function taesdPrefix(names: Iterable<string>): string | null {
  const all = new Set(names);
  const has = (...names: string[]): boolean => names.every((name) => all.has(name));
  for (const name of all) {
    const tiny = /^((?:.+\.)?decoder\.layers)\.0\.weight$/.exec(name)?.[1];
    if (tiny !== undefined && has(`${tiny}.2.conv.0.weight`)) return tiny;
    const [, at] = /^(.*?)1\.weight$/.exec(name) ?? [];
    // The encoder begins with layer 0; the decoder's layer 0 is a clamp without weights.
    if (at !== undefined && /^$|\.$/.test(at) && has(`${at}3.conv.0.weight`) && !has(`${at}0.weight`))
      return at.slice(0, -1);
  }
  return null;
}

/** Where the encoder's layers are, in the same files; null where there is none. */
export function taesdEncoderPrefix(names: Iterable<string>): string | null {
  const all = new Set(names);
  for (const name of all) {
    const [, at] = /^(|.*\.)0\.weight$/.exec(name) ?? [];
    // A convolution that halves the size has no bias; blocks are around it.
    const layers = ['1.conv.0.weight', '2.weight', '3.conv.4.weight'];
    if (at !== undefined && layers.every((layer) => all.has(at + layer)) && !all.has(`${at}2.bias`))
      return at.slice(0, -1);
  }
  return null;
}

/**
 * The names of a TAESD's tensors as AutoencoderTiny has them, by those that they have in any of its files; other tensors are
 * left out. Before its first layer with weights the decoder has one without, which AutoencoderTiny does not count.
 */
export function tinyNames(names: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...names];
  const decoder = taesdPrefix(all);
  const before = decoder !== null && all.includes(below(decoder, '0.weight')) ? 0 : 1;
  return new Map([
    ...layersAt(all, 'decoder', decoder, before),
    ...layersAt(all, 'encoder', taesdEncoderPrefix(all), 0),
  ]);
}

const below = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`);

function layersAt(
  names: readonly string[],
  net: string,
  prefix: string | null,
  before: number,
): (readonly [own: string, tiny: string])[] {
  if (prefix === null) return [];
  const start = below(prefix, '');
  return names.flatMap((name) => {
    const [, layer, rest] = (name.startsWith(start) && /^(\d+)(\..+)$/.exec(name.slice(start.length))) || [];
    return layer === undefined ? [] : [[name, `${net}.layers.${Number(layer) - before}${rest}`] as const];
  });
}
