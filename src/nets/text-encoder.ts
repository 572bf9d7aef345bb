/** What the weights of a text encoder tell of it, beside what its family says. */
import { DrobeError } from '../errors';
import { layersNotRead, type TextRow, type UNetSigns } from './families';
import type { StatedFacts } from './metadata';
import type { TextEncoder } from './model';
import type { Place } from './names/places';

type Tensors = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/**
 * A text encoder beside a UNet with these signs.
 * @param tensors in normal form; none, for one that is not there: it is then as it should be beside such a UNet.
 * @throws DrobeError 'missing-weight'
 */
export function textEncoder(row: TextRow, signs: UNetSigns, tensors: Tensors): TextEncoder {
  const { place, activation, clipSkip, finalNorm, pooled, pad } = row;
  const at = `${place}.text_model`;
  const positions = tensors.get(`${at}.embeddings.position_embedding.weight`);
  if (!positions && tensors.size > 0)
    throw new DrobeError('missing-weight', { key: `${at}.embeddings.position_embedding.weight` });
  const [length, width] = (positions?.shape ?? [77, row.width(signs)]) as [number, number];
  const numbers = [...tensors.keys()].map(layerIn(place));
  const isProjected = [`${place}.text_projection.weight`, `${place}.logit_scale`].some((key) =>
    tensors.has(key),
  );
  const skip = layersNotRead(row, Math.max(-1, ...numbers) + 1, isProjected);
  const said = { place, activation, clipSkip, finalNorm, pooled, pad };
  return { ...said, skip, heads: width / 64, width, length, bos: 49406, eos: 49407 };
}

const TOKENS = '.text_model.embeddings.token_embedding.weight';

/** The name of a text encoder's table of tokens [tokens, width], of which a prompt needs few rows: it never travels. */
export const tokenTable = (place: TextEncoder['place']): string => place + TOKENS;

/** T5's, of all its blocks, and as some files have it once more. */
const T5_TABLES: ReadonlySet<string> = new Set(['t5.shared.weight', 't5.encoder.embed_tokens.weight']);

export const isTokenTable = (key: string): boolean => key.endsWith(TOKENS) || T5_TABLES.has(key);

/** The number of the layer that a weight belongs to; -1 for what belongs to none. */
export const layerIn =
  (place: Place) =>
  (key: string): number =>
    key.startsWith(`${place}.`) ? Number(/\.encoder\.layers\.(\d+)\./.exec(key)?.[1] ?? -1) : -1;

/** Facts of the first text encoder that metadata states. */
export const statedOf = ({ textHeads, textActivation }: StatedFacts): Partial<TextEncoder> => ({
  ...(textHeads !== null && { heads: textHeads }),
  ...(textActivation !== null && { activation: textActivation }),
});
