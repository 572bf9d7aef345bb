/** Textual inversion (Gal et al., 2022, https://arxiv.org/abs/2208.01618): words with vectors of their own. */
import { DrobeError } from '../errors';
import type { Model } from '../nets/model';
import type { Word } from '../text/words';
import { checkFinite } from '../weights/finite';
import { convert } from '../weights/half';
import type { Header, TensorInfo } from '../weights/safetensors';
import type { ByteSource } from '../weights/source';

/** A word and its vectors: one row for each token it takes, with a vector for each text encoder. */
export interface Embedding {
  readonly trigger: string;
  readonly rows: readonly (readonly Float32Array[])[];
}

/** Its tensors: one for the only text encoder, or one for each of SDXL's. */
export function embeddingTensors({ tensors }: Header): readonly TensorInfo[] {
  const two = [tensors.get('clip_l'), tensors.get('clip_g')];
  if (two[0] && two[1]) return [two[0], two[1]];
  const [first] = tensors.values();
  return first ? [tensors.get('emb_params') ?? first] : [];
}

/** How many vectors stand for the word. */
export const vectorsIn = ({ shape }: TensorInfo): number => (shape.length === 1 ? 1 : (shape[0] ?? 0));

/**
 * Null where the vectors are not as wide as the model's: then the word is only a word, as in A1111.
 * @throws DrobeError 'weight-not-a-number' for vectors that a prompt could not be read with.
 */
export function embeddingOf(
  header: Header,
  source: ByteSource,
  trigger: string,
  model: Model,
): Embedding | null {
  const found = embeddingTensors(header);
  const fits =
    found.length === model.texts.length &&
    found.every(({ shape }, i) => shape.at(-1) === model.texts[i]!.width && shape.length <= 2); // as many
  if (!fits) return null;
  const tables = found.map(({ name, begin, end, dtype }) => {
    const bytes = source.read(begin, end);
    checkFinite(bytes, dtype, name, trigger);
    return new Float32Array(convert(bytes, dtype, 'F32').buffer);
  });
  const rows = Array.from({ length: vectorsIn(found[0]!) }, (_, n) =>
    tables.map((table, i) => table.subarray(n * model.texts[i]!.width, (n + 1) * model.texts[i]!.width)),
  );
  return { trigger, rows };
}

/**
 * Words for a prompt. Their vectors take the rows of tokens that the prompts do not use, from the end of the vocabulary
 * on, so that the text encoder need not be built anew.
 * @param used ids of the tokens in the prompts.
 */
export function wordsFor(embeddings: readonly Embedding[], used: ReadonlySet<number>): Word[] {
  let next = LAST;
  const free = (): number => {
    while (used.has(next)) next--;
    if (next < 0) throw new DrobeError('bad-request', { reason: 'the embeddings have too many vectors' });
    return next--;
  };
  return embeddings.map(({ trigger, rows }) => ({ trigger, ids: rows.map(free) }));
}

/** Before the begin and end marks. */
const LAST = 49405;
