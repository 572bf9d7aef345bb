/** What a text encoder is fed for tokens: rows of its table. */
import type { TextEncoder } from '../src/nets/model';
import { tokenTable } from '../src/nets/text-encoder';
import { withRows } from '../src/runtime/rows';
import type { Value } from '../src/runtime/session';
import type { Weights } from '../src/runtime/tensor-bytes';

interface Ids {
  readonly data: ArrayLike<number>;
  /** [batch, length] */
  readonly shape: readonly number[];
}

export const tokensOf = (ids: Ids, { place }: TextEncoder, weights: Weights): Promise<Value> =>
  rowsOf(ids, tokenTable(place), weights);

/** Of any table. */
export function rowsOf(ids: Ids, key: string, weights: Weights): Promise<Value> {
  const all = Array.from(ids.data);
  return withRows(weights, [{ key, rows: new Set(all) }], ([rows]) => {
    const found = all.map((id) => rows!.get(id)!); // one table, and all its rows that were asked for
    const width = found[0]!.length; // there is a token
    const data = new Float32Array(found.length * width);
    for (const [i, row] of found.entries()) data.set(row, i * width);
    return Promise.resolve({ data, shape: [...ids.shape, width] });
  });
}
