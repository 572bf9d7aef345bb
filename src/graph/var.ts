/** A value of a graph: immutable, with its shape, its type and where it comes from. */

export type DType = 'f32' | 'f16' | 'i64' | 'u8';
export type Shape = readonly number[];
/** How many bits each number of a packed weight takes. */
export type Bits = 8 | 4;

/** What the graph must be like for the machine that will run it. Decided once, in `runtime/device.ts`. */
export interface Target {
  /** Order of feature maps in memory: WebGPU has its fast kernels for NHWC, the wasm backend for NCHW. */
  readonly layout: 'nhwc' | 'nchw';
  /** Type of weights and activations. Graph inputs and outputs are always f32. */
  readonly dtype: 'f32' | 'f16';
  /** The fused attention kernel gives right results here. */
  readonly fusedAttention: boolean;
  /** Attention over more score bytes than this is computed in slices. */
  readonly maxScoreBytes: number;
  /** Linear layers' weights are packed into this many bits a number; absent where they are not packed. */
  readonly bits?: Bits;
  /** When 3 × 3 convolutions are computed with Winograd's algorithm (see `graph/winograd/conv.ts`); absent for never. */
  readonly winograd?: Winograd;
}

/** How many squares there must be of 2 × 2, and of 4 × 4 pixels. */
export type LeastTiles = Readonly<Record<2 | 4, number>>;

/** From which sizes on Winograd's algorithm is quicker. */
export interface Winograd {
  /**
   * At least this many squares of pixels, by their side: in a feature map on the CPU, in all of a batch on WebGPU. Products have
   * that many columns there, and rows here.
   */
  readonly tiles: LeastTiles;
  /** The same where kernels are transformed in every run; absent: as many as otherwise. */
  readonly tilesEveryRun?: LeastTiles;
  /**
   * At least this many channels (half the harmonic mean of both sides): with fewer, the sums take as long as they save.
   */
  readonly channels: number;
  /** Kernels are transformed once, and take up to four times their room; otherwise in every run, each while it is used. */
  readonly once?: boolean;
}

/** A tensor of the checkpoint, seen under a shape of the same size. Its bytes stay in the file. */
export interface Weight {
  readonly kind: 'weight';
  readonly key: string;
  /** What is made of its numbers; absent: they are as they are stored. */
  readonly form?: Packed | Kernels;
  /** Only these of its numbers, one range after the other; absent: all. */
  readonly ranges?: readonly Range[];
}
/** From one number to before another. */
export type Range = readonly [from: number, to: number];
/** A weight is packed in blocks: a code for each number, and a scale for each block (see `weights/values/pack.ts`). */
export interface Packed {
  readonly bits: Bits;
  readonly scaleType: 'f32' | 'f16';
  readonly part: 'codes' | 'scales';
}
/** Kernels of a 3 × 3 convolution, transformed for Winograd's filtering (see `graph/winograd/filters.ts`): [(side + 2)², in, out]. */
export interface Kernels {
  readonly part: 'kernels';
  /** Pixels along a side of the squares: there are (side + 2)² numbers for the nine of a kernel. */
  readonly side: 2 | 4;
}
export interface Constant {
  readonly kind: 'constant';
  readonly data: Float32Array | BigInt64Array;
  /** Values made of it alone are computed in every run; otherwise ONNX Runtime folds them once and keeps them. */
  readonly open?: true;
}
export interface Input {
  readonly kind: 'input';
  readonly name: string;
}
export interface Op {
  readonly kind: 'op';
  readonly type: string;
  readonly domain: '' | 'com.microsoft';
  readonly inputs: readonly (Var | null)[];
  readonly attributes: Attributes;
}
export type Attributes = Readonly<Record<string, number | { float: number } | readonly number[]>>;

export interface Var {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly target: Target;
  readonly from: Weight | Constant | Input | Op;
}
