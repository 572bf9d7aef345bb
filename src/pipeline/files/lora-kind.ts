/** The interface of a kind of LoRA modules: see `lora-kinds.ts`. */
import type { Matrix } from '../../weights/values/lowrank';

export type Shape = readonly number[];

/** A weight as a matrix; a convolution's columns are input channels times kernel. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
  /** Whether it is a convolution's, of whatever kernel. */
  readonly spatial?: boolean;
}

/** A weight whose numbers, row by row, are changed in place. */
export interface Weight extends Size {
  readonly data: Float32Array;
}

/** Gives the shape of a module's tensor by its part's name; null where it has none. */
export type ShapeOf = (part: string) => Shape | null;

/** Gives a module's tensor by its part's name. It must be there. */
export type MatrixOf = (part: string) => Matrix;

/** A kind of change to a weight: LoRA, LoHa, LoKr … */
export interface Kind {
  readonly name: string;
  /** The size of the weight it is for, which may depend on `target`; null where its tensors do not fit one another. */
  readonly size: (shape: ShapeOf, target: Size) => Size | null;
  /** Whether what it does to a row depends on other rows. */
  readonly mixesRows?: true;
  /** Changes a weight of that size. */
  readonly add: (weight: Weight, matrix: MatrixOf, has: (part: string) => boolean, scaleOf: Scaling) => void;
}

/** The factor for a product of this rank; null where nothing is decomposed, so that alpha does not apply. */
export type Scaling = (rank: number | null) => number;

/** A kind in the table of all, which its parts tell. */
export interface Row extends Kind {
  /** The parts it must have; `a|b` means either. */
  readonly parts: readonly string[];
}
