/**
 * What a checkpoint states about itself in `__metadata__`: `modelspec.*` (https://github.com/Stability-AI/ModelSpec)
 * and our own `sd.*` for facts that neither names nor shapes tell. Metadata is a stranger's text: each value is
 * taken only when it has the right form, and ignored otherwise.
 */
import { itemsOf } from '../../objects';
import { TEXT_CONFIG, textSaid, UNET_CONFIG } from './part-config';

export interface StatedFacts {
  readonly title: string | null;
  /** Its own names for itself: title and architecture. */
  readonly names: string;
  readonly unetHeads: number | null;
  /** The configuration in the folder of its UNet. */
  readonly unetConfig: string | undefined;
  readonly textHeads: number | null;
  readonly textActivation: 'quick_gelu' | 'gelu' | null;
  readonly imageSize: number | null;
  readonly recommended: Partial<
    Record<'width' | 'height' | 'steps' | 'guidance', number> & Record<'sampler' | 'spacing', string>
  >;
  readonly examples: readonly string[];
}

/**
 * What a file states about itself under the keys of ModelSpec and our own; null for what it does not, or states
 * wrongly.
 */
export function statedFacts(metadata: ReadonlyMap<string, string>): StatedFacts {
  const text = (key: string): string | null => metadata.get(key)?.slice(0, 200).trim() || null;
  const positive = (key: string): number | null => positiveNumber(metadata.get(key));
  const count = (key: string): number | null => {
    const n = positive(key);
    return n !== null && Number.isInteger(n) && n <= 4096 ? n : null;
  };
  const activation = text('sd.text.hidden_act');
  const said = textSaid(metadata.get(TEXT_CONFIG));
  const resolution = /^(\d{2,4})x(\d{2,4})$/.exec(text('modelspec.resolution') ?? '');
  return {
    title: text('modelspec.title'),
    names: `${text('modelspec.title') ?? ''} ${text('modelspec.architecture') ?? ''}`,
    unetHeads: count('sd.unet.num_heads'),
    unetConfig: metadata.get(UNET_CONFIG),
    textHeads: count('sd.text.num_attention_heads') ?? said.heads,
    textActivation: activation === 'quick_gelu' || activation === 'gelu' ? activation : said.activation,
    imageSize: count('sd.image_size') ?? positiveNumber(resolution?.[1]),
    recommended: recommended(metadata.get('sd.recommended')),
    examples: strings(metadata.get('sd.example_prompts')),
  };
}

function positiveNumber(value: unknown): number | null {
  const n = typeof value === 'string' ? Number(value) : value;
  return typeof n === 'number' && Number.isFinite(n) && n > 0 ? n : null;
}

function json(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? 'null') as unknown;
  } catch {
    return null;
  }
}

function recommended(value: string | undefined): StatedFacts['recommended'] {
  const stated = json(value);
  if (typeof stated !== 'object' || stated === null) return {};
  const fields = new Map<string, unknown>(Object.entries(stated));
  const found = (
    [
      ['width', 'width'],
      ['height', 'height'],
      ['steps', 'steps'],
      ['cfg', 'guidance'],
    ] as const
  ).flatMap(([theirs, ours]) => {
    const n = positiveNumber(fields.get(theirs));
    return n === null ? [] : [[ours, n] as const];
  });
  const named = ['sampler', 'spacing'].flatMap((name) => {
    const value = fields.get(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { ...Object.fromEntries(found), ...Object.fromEntries(named) };
}

function strings(value: string | undefined): readonly string[] {
  return itemsOf(json(value))
    .filter((item) => typeof item === 'string')
    .slice(0, 24)
    .map((item) => item.slice(0, 200));
}
