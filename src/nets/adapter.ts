/**
 * The scale of a LoRA's modules if there are no alphas among its tensors. PEFT writes its configuration into a file
 * beside it, {"r": 16, "lora_alpha": 8, …} or, for LoHa and LoKr, {"r": 16, "alpha": 8, …}; diffusers into the metadata, with
 * the component before each name: {"unet.r": 16, "unet.lora_alpha": 8, …}.
 * https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/config.py
 * https://github.com/huggingface/peft/blob/main/src/peft/tuners/lokr/layer.py
 * https://github.com/huggingface/diffusers/blob/main/src/diffusers/loaders/lora_base.py
 */
import { placeOf, type Place } from './names/places';

/** The key in a LoRA's metadata under which the text of PEFT's file is kept. */
export const ADAPTER_CONFIG = 'adapter_config.json';

/** The factor for a product of matrices of this rank; null for a module that is not decomposed. */
export type Scale = (rank: number | null) => number;

const COMPONENTS: Readonly<Record<Place, string>> = {
  unet: 'unet',
  mmdit: 'transformer',
  vae: 'vae',
  text: 'text_encoder',
  text2: 'text_encoder_2',
  t5: 'text_encoder_3',
};

/** The scale by a module's name in any dialect. A value that is missing or makes no sense changes nothing. */
export function statedScales(metadata: ReadonlyMap<string, string>): (module: string) => Scale {
  const stated = parsed(metadata.get('lora_adapter_metadata'));
  const beside = parsed(metadata.get(ADAPTER_CONFIG));
  return (module) => {
    const found = placeOf(module);
    if (!found) return () => 1;
    const of = (name: string): unknown =>
      stated.get(`${COMPONENTS[found.place]}.${name}`) ?? beside.get(name);
    const own = entries(of('alpha_pattern')).find(([name]) => isAt(found.rest, name));
    const alpha = own?.[1] ?? of('lora_alpha') ?? of('alpha');
    if (typeof alpha !== 'number' || !(alpha > 0)) return () => 1;
    // PEFT scales LoKr's whole matrices, too.
    const [kind, stands] = [of('peft_type'), of('r')];
    const whole = kind === 'LOKR' && typeof stands === 'number' && stands > 0 ? alpha / stands : 1;
    // Rank-stabilised (Kalajdzievski, 2023, https://arxiv.org/abs/2312.03732): by the root of the rank.
    const root = of('use_rslora') === true ? Math.sqrt : (rank: number) => rank;
    return (rank) => (rank === null ? whole : alpha / root(rank));
  };
}

/** PEFT's patterns are the ends of names with dots. */
function isAt(module: string, pattern: string): boolean {
  return `_${flat(module)}`.endsWith(`_${flat(pattern)}`);
}

const flat = (name: string): string => name.replaceAll('.', '_');

function parsed(json: string | undefined): ReadonlyMap<string, unknown> {
  try {
    return new Map(entries(JSON.parse(json ?? 'null')));
  } catch {
    return new Map();
  }
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
