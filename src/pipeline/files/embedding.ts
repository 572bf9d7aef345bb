/** Textual inversion (Gal et al., 2022, https://arxiv.org/abs/2208.01618): words with vectors of their own. */
import { aboutWeights } from '../../errors';
import { vectorsIn, type EmbeddingWord } from '../../nets/detect/embedding';
import type { Model } from '../../nets/model';
import type { Word } from '../../text/words';
import { checkFinite } from '../../weights/values/finite';
import { numbersOf } from '../../weights/values/numbers';
import type { Header, TensorInfo } from '../../weights/safetensors';
import type { ByteSource } from '../../weights/source';

/** A word and its vectors: one row for each token it takes, with a vector for each text encoder. */
export interface Embedding {
  readonly trigger: string;
  readonly rows: readonly (readonly Float32Array[])[];
}

/** A word's vectors in one file. */
export interface EmbeddingSource {
  /** The file's, for people. */
  readonly file: string;
  readonly header: Header;
  readonly source: ByteSource;
  readonly tensors: EmbeddingWord['tensors'];
}

/** A tensor of one of the files. */
interface Table extends TensorInfo {
  readonly from: EmbeddingSource;
  readonly encoder: number | null;
}

/**
 * The vectors of a word that some files have, as a model needs them: those of the first file that has one table for each of
 * its text encoders, or one from each of two files, as diffusers writes them for SDXL.
 * @returns null where no table is as wide as the model's: then the word is read as plain text, as in A1111.
 * @throws DrobeError 'weight-not-a-number' for vectors that a prompt could not be read with.
 */
export function embeddingOf(
  trigger: string,
  sources: readonly EmbeddingSource[],
  model: Model,
): Embedding | null {
  const tables = sources.map((from) =>
    from.tensors.map(({ name, encoder }): Table => ({ ...from.header.tensors.get(name)!, from, encoder })),
  );
  const single = tables.filter((own) => own.length === 1).flat();
  const pairs = single.flatMap((one, i) => single.slice(i + 1).map((other) => [one, other]));
  for (const found of [...tables, ...pairs]) {
    const ordered = inOrder(found, model);
    if (ordered) return { trigger, rows: rowsOf(ordered) };
  }
  return null;
}

/**
 * The tables in the order of text encoders; null unless there is one for each, of its width and with equally many vectors.
 */
function inOrder(tables: readonly Table[], { texts }: Model): readonly Table[] | null {
  if (tables.length !== texts.length) return null;
  const fits = (order: readonly Table[]): boolean =>
    order.every(
      (table, i) =>
        (table.encoder ?? i) === i &&
        table.shape.at(-1) === texts[i]!.width && // as many
        vectorsIn(table) === vectorsIn(order[0]!), // there is one at least
    );
  return [tables, tables.toReversed()].find(fits) ?? null;
}

function rowsOf(tables: readonly Table[]): Float32Array[][] {
  const numbers = tables.map(({ from, name, begin, end, dtype }) => {
    const bytes = from.source.read(begin, end);
    checkFinite(bytes, dtype, name, from.file);
    return aboutWeights({ name: from.file, key: name }, () => numbersOf(bytes, dtype));
  });
  return Array.from({ length: vectorsIn(tables[0]!) }, (_, n) =>
    numbers.map((all, i) => {
      const width = tables[i]!.shape.at(-1)!; // one table for each
      return all.subarray(n * width, (n + 1) * width);
    }),
  );
}

/** Words for a prompt. Their ids follow the vocabulary's last token, as in diffusers. */
export function wordsFor(embeddings: readonly Embedding[]): Word[] {
  let next = VOCABULARY;
  return embeddings.map(({ trigger, rows }) => ({ trigger, ids: rows.map(() => next++) }));
}

/** The size of CLIP's vocabulary. */
const VOCABULARY = 49408;
