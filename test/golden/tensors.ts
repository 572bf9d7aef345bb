/** A safetensors parser for reference numbers: its own few lines, so that a fault in src cannot hide in both. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

export function parseTensors(file: ArrayBuffer): Map<string, Tensor> {
  const body = 8 + Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.slice(8, body))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const bytes = file.slice(body + data_offsets[0], body + data_offsets[1]);
    if (dtype === 'F32') tensors.set(name, { shape, data: new Float32Array(bytes) });
    else if (dtype === 'I32') tensors.set(name, { shape, data: new Int32Array(bytes) });
    else throw new Error(`${name} is ${dtype}: this reader knows F32 and I32`);
  }
  return tensors;
}

/** With numbers that a net takes. */
export const inFloats = ({
  data,
  shape,
}: Tensor): { data: Float32Array<ArrayBuffer>; shape: readonly number[] } => ({
  data: Float32Array.from(data),
  shape,
});

/** Mean and largest difference of two opaque pictures' colour bytes, of 255. */
export function pictureDifference(
  actual: Uint8Array | Uint8ClampedArray,
  expected: Uint8Array,
): { mean: number; worst: number } {
  if (actual.length !== expected.length) return { mean: Infinity, worst: Infinity };
  let sum = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!); // both have i elements
    sum += difference;
    worst = Math.max(worst, difference);
  }
  return { mean: sum / ((expected.length / 4) * 3), worst };
}

/** The largest difference, relative to the largest magnitude of the reference. */
export function worstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!); // both have i elements
    worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return worst / largest;
}
