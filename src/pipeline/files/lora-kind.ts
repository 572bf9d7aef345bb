/** What a kind of modules is, of which LoRAs are made: see `lora-kinds.ts`. */
import type { Matrix } from '../../weights/values/lowrank';

export type Shape = readonly number[];

/** A weight as a matrix; a convolution's columns are input channels times kernel. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
  /** Whether it is a convolution's, of whatever kernel. */
  readonly spatial?: boolean;
}

/** The numbers of one, row by row, to be changed. */
export interface Weight extends Size {
  readonly data: Float32Array;
}

/** The shape of one of a module's tensors, by what it is; null where it has none. */
export type ShapeOf = (part: string) => Shape | null;

/** One of a module's tensors that is known to be there. */
export type MatrixOf = (part: string) => Matrix;

export interface Kind {
  readonly name: string;
  /** The size of the weight it is for, which `target` may settle; null where its tensors do not fit each other. */
  readonly size: (shape: ShapeOf, target: Size) => Size | null;
  /** Whether what it does to a row depends on other rows. */
  readonly mixesRows?: true;
  /** Adds what it has to a weight of its size. */
  readonly add: (weight: Weight, matrix: MatrixOf, has: (part: string) => boolean, scaleOf: Scaling) => void;
}

/** How much something of this rank counts; null where nothing is decomposed, and alpha has no say. */
export type Scaling = (rank: number | null) => number;

export interface Row extends Kind {
  /** Parts of which all must be there; `a|b` is either. */
  readonly parts: readonly string[];
}
