/**
 * Kinds of modules that turn a weight instead of adding to it: its outputs, in blocks, each by a rotation of its own
 * (Qiu et al., 2023, https://arxiv.org/abs/2306.07280), or many times over, in other blocks each time (Liu et al., 2023,
 * https://arxiv.org/abs/2311.06243).
 */
import { cayley, product, type Matrix } from '../../weights/values/lowrank';
import type { MatrixOf, Row, Scaling, ShapeOf, Size, Weight } from './lora-kind';

/** Rotations of blocks, [count, side, side]. */
interface Turns {
  readonly side: number;
  readonly data: Float32Array;
}

/** Rotations by Cayley's transform of each block; `alpha` of LyCORIS and kohya bounds them. */
function turnsIn(blocks: Float32Array, side: number, outputs: number, matrix: MatrixOf, has: Has): Turns {
  const constraint = has('alpha') ? matrix('alpha').data[0]! * outputs : 0;
  return { side, data: cayley(blocks, side, constraint) };
}

type Has = (part: string) => boolean;

export const TURNS: readonly Row[] = [
  {
    name: 'OFT',
    mixesRows: true,
    parts: ['oft_blocks'],
    size: (shape, target) => sizeOfBlocks(shape('oft_blocks')!, shape, target), // the kind has this part
    add: (weight, matrix, has, scaleOf) => {
      const { rows: count, data: blocks } = matrix('oft_blocks');
      const turns = turnsIn(blocks, weight.rows / count, weight.rows, matrix, has);
      goTowards(weight, turnedOutputs(weight, turns), matrix, has, scaleOf);
    },
  },
  {
    // The first LyCORIS wrote down the rotations themselves.
    name: 'OFT',
    mixesRows: true,
    parts: ['oft_diag'],
    size: (shape, target) => sizeOfBlocks(shape('oft_diag')!, shape, target),
    add: (weight, matrix, has, scaleOf) => {
      const { rows: count, data } = matrix('oft_diag');
      const turns = { side: weight.rows / count, data };
      goTowards(weight, turnedOutputs(weight, turns), matrix, has, scaleOf);
    },
  },
  {
    name: 'BOFT',
    mixesRows: true,
    parts: ['oft_blocks'],
    size: (shape, target) => {
      const [times = 0, count = 0, side = 0, other, ...more] = shape('oft_blocks')!;
      const isWhole = count * side === target.rows && side === other && more.length === 0;
      const divides = side % 2 === 0 && target.rows % (side * 2 ** (times - 1)) === 0;
      return isWhole && times > 0 && divides && hasRescale(shape, target) ? target : null;
    },
    add: (weight, matrix, has, scaleOf) => {
      const { rows: times, data: blocks } = matrix('oft_blocks');
      const area = blocks.length / times; // the size of one factor: outputs times side
      const { side, data } = turnsIn(blocks, area / weight.rows, weight.rows, matrix, has);
      let turned = weight.data;
      for (let time = 0; time < times; time++) {
        const turns = { side, data: data.subarray(time * area, (time + 1) * area) };
        turned = butterfly({ ...weight, data: turned }, turns, (2 ** time * side) / 2);
      }
      goTowards(weight, turned, matrix, has, scaleOf);
    },
  },
  {
    // Qiu et al., 2025, https://arxiv.org/abs/2506.19847, in PEFT and OneTrainer: inputs are turned, by what stands above the
    // diagonals of skew matrices.
    name: 'OFT of inputs',
    parts: ['oft_R'],
    size: (shape, target) => {
      const [count = 0, above = 0, ...more] = shape('oft_R')!;
      const side = (1 + Math.sqrt(1 + 8 * above)) / 2;
      const fits =
        side > 1 && (count * side === target.columns || (count === 1 && target.columns % side === 0));
      return fits && Number.isInteger(side) && more.length === 0 ? target : null;
    },
    add: (weight, matrix, has, scaleOf) => {
      const { rows: count, columns: above, data } = matrix('oft_R');
      const side = (1 + Math.sqrt(1 + 8 * above)) / 2;
      const by = has('scaled_oft') ? 1 / (2 * Math.sqrt(side - 1)) : 1;
      // In a linear layer the input is rotated, in a convolution the weight.
      const turns = neumann(data, count, side, by, weight.spatial === true);
      goTowards(weight, turnedInputs(weight, turns), matrix, has, scaleOf);
    },
  },
];

/**
 * Rotations as far as five terms of Cayley's transform go, I + 2Q + 2Q² + 2Q³ + Q⁴, of matrices Q that are given by what
 * stands above their diagonals, row by row; each with rows and columns swapped unless it `isForWeight`.
 */
function neumann(above: Float32Array, count: number, side: number, by: number, isForWeight: boolean): Turns {
  const area = side * side;
  const out = new Float32Array(count * area);
  for (let block = 0, at = 0; block < count; block++) {
    const q = new Float32Array(area);
    for (let row = 0; row < side; row++) {
      for (let column = row + 1; column < side; column++) {
        const value = by * above[at++]!; // as many
        // Q with its rows and columns swapped is -Q, and so goes through all of the sum.
        q[row * side + column] = isForWeight ? value : -value;
        q[column * side + row] = isForWeight ? -value : value;
      }
    }
    const own = out.subarray(block * area, (block + 1) * area);
    for (let i = 0; i < side; i++) own[i * (side + 1)] = 1;
    let power: Matrix = { rows: side, columns: side, data: q };
    for (const times of [2, 2, 2, 1]) {
      for (let i = 0; i < area; i++) own[i]! += times * power.data[i]!;
      power = product(power, { rows: side, columns: side, data: q });
    }
  }
  return { side, data: out };
}

/** Every block of a row, multiplied by its rotation from the right; by the one that there is, where all share it. */
function turnedInputs({ rows, columns, data }: Weight, { side, data: turns }: Turns): Float32Array {
  const out = new Float32Array(data.length);
  const isShared = turns.length === side * side;
  for (let row = 0; row < rows; row++) {
    for (let first = 0; first < columns; first += side) {
      const to = row * columns + first;
      for (let k = 0; k < side; k++) {
        const from = ((isShared ? 0 : first) + k) * side;
        const value = data[to + k]!;
        for (let c = 0; c < side; c++) out[to + c]! += value * turns[from + c]!;
      }
    }
  }
  return out;
}

function sizeOfBlocks(blocks: readonly number[], shape: ShapeOf, target: Size): Size | null {
  const [count = 0, side = 0, other, ...more] = blocks;
  const isWhole = count * side === target.rows && side === other && more.length === 0;
  return isWhole && hasRescale(shape, target) ? target : null;
}

/** Whether outputs are scaled too. */
function hasRescale(shape: ShapeOf, { rows }: Size): boolean {
  const rescale = shape('rescale');
  return rescale === null || rescale.reduce((product, d) => product * d, 1) === rows;
}

/** Moves a weight towards the rotated one. @param by how far. */
function goTowards(
  { columns, data }: Weight,
  turned: Float32Array,
  matrix: MatrixOf,
  has: Has,
  scaleOf: Scaling,
): void {
  const scale = scaleOf(null);
  // OneTrainer learns the logarithm of the scale.
  const lengths = has('rescale')
    ? matrix('rescale').data
    : has('dora_log_multiplier')
      ? matrix('dora_log_multiplier').data.map(Math.exp)
      : null;
  for (let at = 0; at < data.length; at++) {
    const length = lengths?.[Math.floor(at / columns)] ?? 1;
    data[at]! += scale * (turned[at]! * length - data[at]!);
  }
}

/** Every block of outputs, multiplied by its rotation from the right, as x·R. */
function turnedOutputs({ rows, columns, data }: Weight, { side, data: turns }: Turns): Float32Array {
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const first = row - (row % side); // of its block
    for (let n = 0; n < side; n++) {
      const by = turns[(first + n) * side + (row - first)]!;
      const from = (first + n) * columns;
      for (let column = 0; column < columns; column++)
        out[row * columns + column]! += by * data[from + column]!;
    }
  }
  return out;
}

/** The same from the left, with blocks made of outputs that lie `apart` from each other, two by two. */
function butterfly(
  { rows, columns, data }: Weight,
  { side, data: turns }: Turns,
  apart: number,
): Float32Array {
  const placeOf = (at: number): number => {
    const within = at % (2 * apart);
    return at - within + (within % 2) * apart + Math.floor(within / 2);
  };
  const out = new Float32Array(data.length);
  for (let at = 0; at < rows; at++) {
    const first = at - (at % side);
    const to = placeOf(at) * columns;
    for (let n = 0; n < side; n++) {
      const by = turns[at * side + n]!;
      const from = placeOf(first + n) * columns;
      for (let column = 0; column < columns; column++) out[to + column]! += by * data[from + column]!;
    }
  }
  return out;
}
