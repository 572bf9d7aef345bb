/**
 * Single rows of a large table, read and fed to the net in its place: of a text encoder's token table (75 to 250 MB) a
 * prompt needs a few kB.
 */
import { tuple } from '../checked';
import { aboutWeights, DrobeError } from '../errors';
import type { TensorInfo } from '../weights/safetensors';
import { free } from '../weights/source';
import { checked, whole, type Weights } from './tensor-bytes';

/** Some rows of one table [count, width], which is not stored transposed. */
export interface TableRows {
  readonly key: string;
  readonly rows: ReadonlySet<number>;
}

/** By their numbers, in full precision. */
export type Rows = ReadonlyMap<number, Float32Array>;

/**
 * Reads rows and does something with them, while the bytes they come from are compared with what was stored, where that
 * can be.
 * @param use given those of each table.
 * @throws DrobeError 'missing-weight', 'bad-weight', 'weight-not-a-number', 'model-damaged', and what `use` throws.
 */
export async function withRows<T>(
  weights: Weights,
  tables: readonly TableRows[],
  use: (rows: readonly Rows[]) => Promise<T>,
): Promise<T> {
  const ranges = tables.flatMap(({ key, rows }) => {
    const info = tableOf(key, weights);
    return [...[...rows].map((row) => placeOf(row, info)), weights.beside?.get(key) ?? []].flat();
  });
  const sound = weights.source.check?.(ranges);
  sound?.catch(() => undefined); // reported where it is awaited
  try {
    const done = await use(tables.map((one) => rowsOf(one, weights)));
    await sound;
    return done;
  } catch (error) {
    await sound; // damaged bytes explain any other error
    throw error;
  }
}

function rowsOf({ key, rows }: TableRows, weights: Weights): Rows {
  const { source, patches, name } = weights;
  const info = tableOf(key, weights);
  const sound = checked(info, source, name);
  const patch = patches?.get(key);
  const numbersOf = (part: TensorInfo): Float32Array<ArrayBuffer> =>
    new Float32Array(whole(part, sound, patch, 'F32').buffer);
  return aboutWeights({ name, key: info.name }, () => {
    if (!patch) return new Map([...rows].map((row) => [row, numbersOf({ ...info, ...placeOf(row, info) })]));
    // A change to a table, by a LoRA or a scale, applies to all of it.
    const [, width] = tuple(info.shape, 2);
    const table = numbersOf(info);
    const found = new Map([...rows].map((row) => [row, table.slice(row * width, (row + 1) * width)]));
    free(new Uint8Array(table.buffer));
    return found;
  });
}

function tableOf(key: string, { tensors }: Weights): TensorInfo {
  const info = tensors.get(key);
  if (!info) throw new DrobeError('missing-weight', { key });
  return info;
}

/** Where a row lies. */
function placeOf(row: number, { name, shape, begin, end }: TensorInfo): { begin: number; end: number } {
  const count = shape[0] ?? 0;
  if (!(row < count)) throw new DrobeError('bad-weight', { key: name, reason: `it has no row ${row}` });
  const each = (end - begin) / count;
  return { begin: begin + row * each, end: begin + (row + 1) * each };
}
