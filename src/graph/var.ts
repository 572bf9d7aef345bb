/** A value of a graph: immutable, with its shape, its type and where it comes from. */

export type DType = 'f32' | 'f16' | 'i64' | 'u8';
export type Shape = readonly number[];
/** In how many bits a number of a packed weight is kept. */
export type Bits = 8 | 4;

/** What the machine that will run the graph wants of it. Decided once, in `runtime/device.ts`. */
export interface Target {
  /** Order of feature maps in memory: WebGPU has its fast kernels for NHWC, the wasm backend for NCHW. */
  readonly layout: 'nhwc' | 'nchw';
  /** Type of weights and activations. Graph inputs and outputs are always f32. */
  readonly dtype: 'f32' | 'f16';
  /** The fused attention kernel gives right results here. */
  readonly fusedAttention: boolean;
  /** Attention over more score bytes than this is computed in slices. */
  readonly maxScoreBytes: number;
  /** Weights of linear layers are packed into so many bits a number; absent: they are of the type that others are. */
  readonly bits?: Bits;
  /** 3 × 3 convolutions go Winograd's way where that is quicker (see `graph/winograd.ts`). */
  readonly winograd?: Winograd;
}

/** From where on that is quicker. */
export interface Winograd {
  /** Squares of pixels in a feature map: products have as many columns. */
  readonly tiles: number;
  /** Half the channels on either side, where both have as many: with fewer, adding up takes as long as what is saved. */
  readonly channels: number;
  /** Kernels are spread once, and take up to four times their room; else in every run, and only while one of them is used. */
  readonly once?: boolean;
}

/** A tensor of the checkpoint, seen under a shape of the same size. Its bytes stay in the file. */
export interface Weight {
  readonly kind: 'weight';
  readonly key: string;
  /** Which part of its packed form it is; absent: it is not packed. */
  readonly packed?: Packed;
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
export interface Constant {
  readonly kind: 'constant';
  readonly data: Float32Array | BigInt64Array;
  /** What is made of it alone is made anew in every run; else ONNX Runtime makes it once and keeps it. */
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
