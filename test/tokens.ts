/** What a text encoder is fed for tokens: rows of its table. */
import type { TextEncoder } from '../src/nets/model';
import { tokenTable } from '../src/nets/text-encoder';
import { withRows } from '../src/runtime/rows';
import type { Value, Weights } from '../src/runtime/session';

/** @param ids [batch, length] */
export function tokensOf(
  ids: { readonly data: ArrayLike<number>; readonly shape: readonly number[] },
  { place, width }: TextEncoder,
  weights: Weights,
): Promise<Value> {
  const all = Array.from(ids.data);
  return withRows(weights, [{ key: tokenTable(place), rows: new Set(all) }], ([rows]) => {
    const data = Float32Array.from(all.flatMap((id) => [...rows!.get(id)!])); // one table, and all its rows that were asked for
    return Promise.resolve({ data, shape: [...ids.shape, width] });
  });
}
