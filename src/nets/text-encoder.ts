/** Facts about a text encoder from its weights and its family. */
import { DrobeError } from '../errors';
import { layersNotRead, type TextRow, type Widths } from './families';
import type { StatedFacts } from './detect/metadata';
import type { TextEncoder } from './model';
import type { Place } from './names/places';
import { T5_TABLE } from './t5';

type Tensors = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/**
 * A text encoder beside a denoiser with these inputs.
 * @param all tensors of the checkpoint, in normal form.
 * @param isThere if not, it is described as such a denoiser needs it.
 * @throws DrobeError 'missing-weight'
 */
export function textEncoder(row: TextRow, read: Widths, all: Tensors, isThere: boolean): TextEncoder {
  const tensors: Tensors = isThere ? all : new Map();
  const { place, activation, clipSkip, finalNorm, pooled, projected, pad } = row;
  const positions = tensors.get(`${place}.${POSITIONS}`);
  if (!positions && isThere) throw new DrobeError('missing-weight', { key: `${place}.${POSITIONS}` });
  const other = (which: TextRow['place']): number | undefined => all.get(`${which}.${POSITIONS}`)?.shape[1];
  const [length, width] = (positions?.shape ?? [77, row.width(read, other)]) as [number, number];
  const numbers = [...tensors.keys()].map(layerIn(place));
  const isProjected = [`${place}.text_projection.weight`, `${place}.logit_scale`].some((key) =>
    tensors.has(key),
  );
  const skip = layersNotRead(row, Math.max(-1, ...numbers) + 1, isProjected);
  const said = { place, activation, clipSkip, finalNorm, pooled, projected, pad };
  return { ...said, skip, heads: width / 64, width, length, bos: 49406, eos: 49407 };
}

const POSITIONS = 'text_model.embeddings.position_embedding.weight';
const TOKENS = '.text_model.embeddings.token_embedding.weight';

/** The name of a text encoder's table of tokens [tokens, width], of which a prompt needs few rows: it never goes to the device. */
export const tokenTable = (place: TextEncoder['place']): string => place + TOKENS;

export const isTokenTable = (key: string): boolean => key.endsWith(TOKENS) || key === T5_TABLE;

/** The number of a weight's layer; -1 for a weight outside layers. */
export const layerIn =
  (place: Place) =>
  (key: string): number =>
    key.startsWith(`${place}.`) ? Number(/\.encoder\.layers\.(\d+)\./.exec(key)?.[1] ?? -1) : -1;

/** Facts of the first text encoder that metadata states. */
export const statedOf = ({ textHeads, textActivation }: StatedFacts): Partial<TextEncoder> => ({
  ...(textHeads !== null && { heads: textHeads }),
  ...(textActivation !== null && { activation: textActivation }),
});
