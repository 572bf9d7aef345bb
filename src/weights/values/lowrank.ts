/**
 * What a LoRA adds to a weight, given as a matrix in rows: low-rank products (Hu et al., 2021,
 * https://arxiv.org/abs/2106.09685), and LyCORIS' Hadamard and Kronecker products (Yeh et al., 2023,
 * https://arxiv.org/abs/2309.14859). Convolutions are matrices whose columns are channels times kernel.
 */

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array<ArrayBuffer>;
}

/** a·b. */
export function product(a: Matrix, b: Matrix): Matrix {
  const data = new Float32Array(a.rows * b.columns);
  addProduct(data, a, b, 1);
  return { rows: a.rows, columns: b.columns, data };
}

/** out += scale · a·b. */
export function addProduct(out: Float32Array, a: Matrix, b: Matrix, scale: number): void {
  const { columns } = b;
  for (let row = 0; row < a.rows; row++) {
    const to = row * columns;
    for (let k = 0; k < a.columns; k++) {
      const factor = scale * a.data[row * a.columns + k]!;
      const from = k * columns;
      for (let column = 0; column < columns; column++) out[to + column]! += factor * b.data[from + column]!;
    }
  }
}

/** [rows, columns] → [columns, rows]. */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const turned = data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!); // as many
  return { rows: columns, columns: rows, data: turned };
}

/**
 * The product with a small kernel in between, LyCORIS' Tucker decomposition of a convolution: up [out, r],
 * mid [r, r, kernel], down [r, in] → [out, in · kernel].
 */
export function productWithKernel(up: Matrix, mid: Matrix, down: Matrix): Matrix {
  const rank = down.rows;
  const kernel = mid.columns / rank;
  const data = new Float32Array(up.rows * down.columns * kernel);
  for (let at = 0; at < kernel; at++) {
    const slice = Float32Array.from({ length: mid.rows * rank }, (_, i) => mid.data[i * kernel + at]!);
    const one = product(product(up, { rows: mid.rows, columns: rank, data: slice }), down);
    for (let i = 0; i < one.data.length; i++) data[i * kernel + at] = one.data[i]!;
  }
  return { rows: up.rows, columns: down.columns * kernel, data };
}

/** a ∘ b, number by number. */
export function hadamard(a: Matrix, b: Matrix): Matrix {
  return { ...a, data: a.data.map((v, i) => v * b.data[i]!) };
}

/** a ⊗ b. */
export function kronecker(a: Matrix, b: Matrix): Matrix {
  const rows = a.rows * b.rows;
  const columns = a.columns * b.columns;
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < a.data.length; i++) {
    const [top, left] = [Math.floor(i / a.columns) * b.rows, (i % a.columns) * b.columns];
    for (let k = 0; k < b.data.length; k++) {
      const at = (top + Math.floor(k / b.columns)) * columns + left + (k % b.columns);
      data[at] = a.data[i]! * b.data[k]!;
    }
  }
  return { rows, columns, data };
}

/**
 * Rotations (I + Q)(I − Q)⁻¹, each of a block's Q = B − Bᵀ: Cayley's transform.
 * @param blocks [count, side, side], one after the other.
 * @param most how far all of them may go together, as the norm of their Q; 0 for no limit.
 */
export function cayley(blocks: Float32Array, side: number, most: number): Float32Array {
  const area = side * side;
  const skew = Float64Array.from(blocks, (value, at) => {
    const [block, i] = [Math.floor(at / area) * area, at % area];
    return value - blocks[block + (i % side) * side + Math.floor(i / side)]!; // across the diagonal
  });
  const norm = Math.sqrt(skew.reduce((sum, v) => sum + v * v, 0));
  const factor = most > 0 && norm > most ? most / norm : 1;
  const out = new Float32Array(blocks.length);
  for (let from = 0; from < blocks.length; from += area) {
    const q = skew.subarray(from, from + area).map((v) => v * factor);
    // (I + Q)(I − Q)⁻¹ = 2(I − Q)⁻¹ − I
    const inverse = inverted(
      q.map((v, i) => (i % (side + 1) === 0 ? 1 : 0) - v),
      side,
    );
    for (let i = 0; i < area; i++) out[from + i] = 2 * inverse[i]! - (i % (side + 1) === 0 ? 1 : 0);
  }
  return out;
}

/** By Gauss and Jordan, without a choice of pivots: those of I − Q are never 0, since x·(I − Q)x = x·x. */
function inverted(matrix: Float64Array, side: number): Float64Array {
  const left = matrix.slice();
  const right = Float64Array.from(left, (_, i) => (i % (side + 1) === 0 ? 1 : 0));
  for (let pivot = 0; pivot < side; pivot++) {
    const by = 1 / left[pivot * side + pivot]!;
    for (let column = 0; column < side; column++) {
      left[pivot * side + column]! *= by;
      right[pivot * side + column]! *= by;
    }
    for (let row = 0; row < side; row++) {
      const times = row === pivot ? 0 : left[row * side + pivot]!;
      for (let column = 0; times !== 0 && column < side; column++) {
        left[row * side + column]! -= times * left[pivot * side + column]!;
        right[row * side + column]! -= times * right[pivot * side + column]!;
      }
    }
  }
  return right;
}

/** float32's, by which LyCORIS keeps the norm of nothing from being 0. */
const EPSILON = 2 ** -23;

/**
 * Gives every output, or every input channel, this length in place of its own: m · V / ‖V‖, as DoRA does (Liu et al.,
 * 2024, https://arxiv.org/abs/2402.09353, equation 5).
 * @param weights [outputs, input channels, kernel].
 * @param lengths one for each output, or for each input channel.
 * @param span numbers in a row that belong to one of them: an output's all, an input channel's kernel.
 */
export function setLengths(weights: Float32Array, lengths: Float32Array, span: number): void {
  const count = lengths.length;
  const squares = new Float64Array(count);
  for (let at = 0, k = 0; at < weights.length; at += span, k = (k + 1) % count) {
    for (let i = at; i < at + span; i++) squares[k]! += weights[i]! * weights[i]!;
  }
  const factors = squares.map((sum, k) => lengths[k]! / (Math.sqrt(sum) + EPSILON)); // as many
  for (let at = 0, k = 0; at < weights.length; at += span, k = (k + 1) % count) {
    for (let i = at; i < at + span; i++) weights[i]! *= factors[k]!;
  }
}
