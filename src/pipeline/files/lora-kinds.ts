/**
 * The kinds of modules that LoRAs are made of: what tells each, the size of the weight it is for, and what it does to that
 * weight. Formulas as LyCORIS has them: https://github.com/KohakuBlueleaf/LyCORIS
 */
import { TURNS } from './lora-turns';
import type { Kind, MatrixOf, Row, Shape, ShapeOf, Size, Weight } from './lora-kind';
import {
  addProduct,
  hadamard,
  kronecker,
  product,
  productWithKernel,
  transposed,
  type Matrix,
} from '../../weights/values/lowrank';

const KINDS: readonly Row[] = [
  {
    name: 'LoRA',
    parts: ['up', 'down'],
    size: (shape) => {
      const [up, down, mid] = [shape('up')!, shape('down')!, shape('mid')]; // they tell the kind
      const [first, last] = mid ? [rows(mid), mid[1]] : [rows(down), rows(down)];
      if (columns(up) !== first || rows(down) !== last) return null;
      return { rows: rows(up), columns: columns(down) * (mid ? kernel(mid) : 1) };
    },
    add: (weight, matrix, has, scaleOf) => {
      const [up, down] = [matrix('up'), matrix('down')];
      const scale = scaleOf(down.rows);
      if (has('mid')) addScaled(weight, productWithKernel(up, matrix('mid'), down), scale);
      else addProduct(weight.data, up, down, scale);
      if (has('bias_indices') && has('bias_values')) addSparse(weight, matrix, scale);
    },
  },
  {
    name: 'the bias of a LoRA',
    parts: ['up_bias', 'down'],
    size: (shape) => sizeOf(shape('up_bias')!),
    add: (weight, matrix, _, scaleOf) => addScaled(weight, matrix('up_bias'), scaleOf(matrix('down').rows)),
  },
  {
    name: 'LoHa',
    parts: ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'],
    size: (shape) => {
      const [one, two] = [factorSize(shape, 'hada_w1', 'hada_t1'), factorSize(shape, 'hada_w2', 'hada_t2')];
      return one && two && one.rows === two.rows && one.columns === two.columns ? one : null;
    },
    add: (weight, matrix, has, scaleOf) => {
      const [one, two] = [
        factor(matrix, has, 'hada_w1', 'hada_t1'),
        factor(matrix, has, 'hada_w2', 'hada_t2'),
      ];
      addScaled(weight, hadamard(one, two), scaleOf(matrix('hada_w1_b').rows));
    },
  },
  {
    name: 'LoKr',
    parts: ['lokr_w1|lokr_w1_a', 'lokr_w2|lokr_w2_a'],
    size: (shape) => {
      const [one, two] = [factorSize(shape, 'lokr_w1'), factorSize(shape, 'lokr_w2', 'lokr_t2')];
      return one && two && { rows: one.rows * two.rows, columns: one.columns * two.columns };
    },
    add: (weight, matrix, has, scaleOf) => {
      const [one, two] = [factor(matrix, has, 'lokr_w1'), factor(matrix, has, 'lokr_w2', 'lokr_t2')];
      const decomposed = ['lokr_w2_b', 'lokr_w1_b'].find(has);
      addScaled(weight, kronecker(one, two), scaleOf(decomposed ? matrix(decomposed).rows : null));
    },
  },
  {
    name: 'a whole difference',
    parts: ['diff'],
    size: (shape) => sizeOf(shape('diff')!),
    add: (weight, matrix, _, scaleOf) => addScaled(weight, matrix('diff'), scaleOf(null)),
  },
  {
    name: 'a weight in place of another',
    parts: ['set_weight'],
    size: (shape) => sizeOf(shape('set_weight')!),
    add: ({ data }, matrix, _, scaleOf) => {
      const other = matrix('set_weight').data;
      for (let i = 0; i < data.length; i++) data[i]! += scaleOf(null) * (other[i]! - data[i]!);
    },
  },
  {
    // Liu et al., 2022, https://arxiv.org/abs/2205.05638: outputs, or inputs, grow and shrink.
    name: 'IA³',
    parts: ['on_input', 'weight'],
    size: (shape, target) => {
      const count = area(shape('weight')!);
      return count > 0 && (count === target.rows || target.columns % count === 0) ? target : null;
    },
    add: ({ rows, columns, data }, matrix, _, scaleOf) => {
      const factors = matrix('weight').data;
      const count = factors.length;
      const byOutput = count === rows && (matrix('on_input').data[0] === 0 || columns % count > 0);
      const span = byOutput ? columns : columns / count; // of a convolution the kernel belongs to its input
      const scale = scaleOf(null);
      for (let i = 0; i < data.length; i++) {
        data[i]! *= 1 + scale * factors[Math.floor(i / span) % count]!; // never beyond
      }
    },
  },
  glora((part) => part),
  // The first LyCORIS multiplied from the other side.
  glora((part) => ({ a1: 'a2', a2: 'a1', b1: 'b2', b2: 'b1' })[part] ?? part),
  ...TURNS,
];

/** Names of unsupported kinds, by parts that only they have; they may also have parts of a known kind. */
const OTHER_KINDS = [
  ['oft_r', 'OFT of PEFT'],
  ['clipped_oft', 'OFT of OneTrainer, clipped'],
  ['cans_oft', 'OFT of OneTrainer, by another iteration'],
  ['boft_R', 'BOFT of PEFT'],
  ['vera_lambda_b', 'VeRA'],
  ['ia3_l', 'IA³ of PEFT'],
  ['lambda_layer', 'T-LoRA'],
  ['lora_E', 'AdaLoRA'],
  ['rank_groups', 'LoRA of HCP-Diffusion, in groups'],
  ['lora_embedding_A', 'a LoRA of an embedding'],
] as const;

/** Why a module cannot be used, with an example: the name of a kind or a part. */
export interface Misfit {
  readonly why: 'size' | 'incomplete' | 'kind';
  readonly what: string;
}

/** Parts of known kinds: a module with only some of them has lost the others. */
const KNOWN_PARTS = new Set(
  KINDS.flatMap(({ parts }) => parts.flatMap((part) => part.split('|'))).concat('alpha'),
);

/** Parts that are used, or that do not affect how a picture is drawn. */
export const READ: ReadonlySet<string> = new Set([
  ...KNOWN_PARTS,
  ...[
    'scale',
    'dora_scale',
    'magnitude',
    'mid',
    'hada_t1',
    'hada_t2',
    'lokr_w1_b',
    'lokr_w2_b',
    'lokr_t2',
    'bm',
  ],
  ...['rescale', 'scaled_oft', 'dora_log_multiplier', 'bias_indices', 'bias_values', 'bias_size'],
  ...['scalar', 'reshape_weight', 'num_updates'],
]);

/** The kind of a module with these parts, and the size of the weight it is for. */
export function kindOf(
  parts: readonly string[],
  shape: ShapeOf,
  target: Size,
): { readonly kind: Kind; readonly size: Size } | Misfit {
  const has = (part: string): boolean => part.split('|').some((one) => parts.includes(one));
  const other = OTHER_KINDS.find(([part]) => parts.includes(part));
  if (other) return { why: 'kind', what: other[1] };
  const kinds = KINDS.filter((row) => row.parts.every(has));
  for (const kind of kinds) {
    const size = kind.size(shape, target);
    if (size) return { kind, size };
  }
  if (kinds.length > 0) return { why: 'size', what: kinds[0]!.name };
  const known = parts.some((part) => KNOWN_PARTS.has(part));
  return known ? { why: 'incomplete', what: '' } : { why: 'kind', what: parts[0] ?? '' };
}

/**
 * Chavan et al., 2023, https://arxiv.org/abs/2306.07967: W·A + B, both of low rank; A is over input channels.
 * @param theirs gives the names that its matrices have in the file.
 */
function glora(theirs: (part: string) => string): Row {
  return {
    name: 'GLoRA',
    parts: ['a1', 'a2', 'b1', 'b2'],
    size: (shape, target) => {
      const [a1, a2, b1, b2] = ['a1', 'a2', 'b1', 'b2'].map((part) => shape(theirs(part))!) as [
        Shape,
        Shape,
        Shape,
        Shape,
      ]; // they tell the kind
      const mid = shape('bm');
      const [first, last] = mid ? [rows(mid), mid[1]] : [rows(b2), rows(b2)];
      if (columns(b1) !== first || rows(b2) !== last) return null;
      const size = { rows: rows(b1), columns: columns(b2) * (mid ? kernel(mid) : 1) };
      const fits = columns(a1) === rows(a2) && rows(a1) === columns(a2) && size.columns % rows(a1) === 0;
      return fits && size.rows === target.rows ? size : null; // else it may be the other way round
    },
    add: (weight, matrix, has, scaleOf) => {
      const [a1, a2, b1, b2] = ['a1', 'a2', 'b1', 'b2'].map((part) => matrix(theirs(part))) as [
        Matrix,
        Matrix,
        Matrix,
        Matrix,
      ]; // as many
      const scale = scaleOf(b2.rows);
      const there = { ...weight, data: weight.data.slice() };
      const kernel = weight.columns / a1.rows;
      for (let at = 0; at < kernel; at++) {
        const slice = everyNth(there, kernel, at);
        const moved = product(product(slice, a1), a2);
        for (let i = 0; i < moved.data.length; i++) weight.data[i * kernel + at]! += scale * moved.data[i]!;
      }
      if (has('bm')) addScaled(weight, productWithKernel(b1, matrix('bm'), b2), scale);
      else addProduct(weight.data, b1, b2, scale);
    },
  };
}

const area = (shape: Shape): number => shape.reduce((product, d) => product * d, 1);
const rows = ([first = 1]: Shape): number => first;
const columns = ([, ...others]: Shape): number => area(others);
const kernel = ([, , ...others]: Shape): number => area(others);
const sizeOf = (shape: Shape): Size => ({ rows: rows(shape), columns: columns(shape) });

/**
 * The size of a matrix that is whole, a product, or one with a kernel in between, of which the first factor lies turned:
 * [r, out], [r, r, kernel], [r, in].
 */
function factorSize(shape: ShapeOf, name: string, between?: string): Size | null {
  const [a, b, t] = [shape(`${name}_a`), shape(`${name}_b`), between ? shape(between) : null];
  if (a && b && t) {
    const fits = rows(a) === rows(t) && t[1] === rows(b);
    return fits ? { rows: columns(a), columns: columns(b) * kernel(t) } : null;
  }
  if (a && b) return columns(a) === rows(b) ? { rows: rows(a), columns: columns(b) } : null;
  const whole = shape(name);
  return whole && sizeOf(whole);
}

/** The matrix whose size `factorSize` gives. */
function factor(matrix: MatrixOf, has: (part: string) => boolean, name: string, between?: string): Matrix {
  if (!has(`${name}_a`) || !has(`${name}_b`)) return matrix(name);
  const [a, b] = [matrix(`${name}_a`), matrix(`${name}_b`)];
  return between && has(between) ? productWithKernel(transposed(a), matrix(between), b) : product(a, b);
}

function addScaled({ data: weight }: Weight, { data }: Matrix, scale: number): void {
  for (let i = 0; i < weight.length; i++) weight[i]! += scale * data[i]!; // of one size
}

/** Adds the sparse part of LyCORIS's extraction: single numbers, each with its row and column. */
function addSparse({ rows, columns, data }: Weight, matrix: MatrixOf, scale: number): void {
  const [indices, values] = [matrix('bias_indices').data, matrix('bias_values').data];
  for (const [i, value] of values.entries()) {
    const [row = -1, column = -1] = [indices[i], indices[values.length + i]];
    if (row >= 0 && row < rows && column >= 0 && column < columns)
      data[row * columns + column]! += scale * value;
  }
}

/** Every n-th column of a matrix, from one on. */
function everyNth({ rows, columns, data }: Matrix, n: number, from: number): Matrix {
  const numbers = Float32Array.from({ length: data.length / n }, (_, i) => data[i * n + from]!); // as many
  return { rows, columns: columns / n, data: numbers };
}
