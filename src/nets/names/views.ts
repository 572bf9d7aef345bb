/**
 * Tensors that differ from the normal form not only in name but in layout: a view says which of a file's bytes make a tensor
 * of the normal form. Nothing is copied.
 */

/** What a view needs to know of a tensor; without its bytes if only names and shapes are known. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly begin?: number;
  readonly end?: number;
}

/** A tensor of the normal form. */
export type View<T> = T & {
  /** Its name in the file. */
  readonly name: string;
  /** The file has its rows and columns swapped; `shape` is as it is used. */
  readonly turned?: true;
};

/**
 * A tensor of a text encoder in normal form: OpenCLIP keeps queries, keys and values in one matrix, and its projection
 * transposed. [name, view], one or three.
 * @param width of the text encoder; 0 where it is not known.
 */
export function textViews<T extends Tensor>(name: string, view: View<T>, width: number): [string, View<T>][] {
  const packed = /^(.*\.)(?:self_)?attn\.in_proj[._](\w+)$/.exec(name);
  if (packed) {
    return ['q', 'k', 'v'].map((which, i) => [
      `${packed[1]}self_attn.${which}_proj.${packed[2]}`,
      part(view, i, 3),
    ]);
  }
  if (!/^text_projection(?:\.weight)?$/.test(name)) return [[name, view]];
  const [rows, columns] = view.shape;
  // Its shape tells; if it is square, its name: a parameter's in OpenCLIP, a Linear's in transformers.
  const isTurned = rows === columns ? name === 'text_projection' : rows === width;
  return [['text_projection.weight', isTurned ? turned(view) : view]];
}

/** One of several equal parts of its rows; all of a tensor without rows, such as a single scale. */
export function part<T extends Tensor>(view: View<T>, i: number, of: number): View<T> {
  const { shape, begin, end } = view;
  const [rows = 1, ...rest] = shape;
  if (rows % of > 0) return view;
  const bytes = begin === undefined || end === undefined ? null : { from: begin, each: (end - begin) / of };
  return {
    ...view,
    shape: [rows / of, ...rest],
    ...(bytes && { begin: bytes.from + i * bytes.each, end: bytes.from + (i + 1) * bytes.each }),
  };
}

/** With rows and columns swapped. */
export const turned = <T extends Tensor>(view: View<T>): View<T> => ({
  ...view,
  shape: view.shape.toReversed(),
  turned: true,
});

/** 1×1 convolutions whose last dimensions may be missing in files. */
const POINTWISE =
  /\.(?:skip_connection|nin_shortcut|(?:post_)?quant_conv|zero_convs\.\d+\.0|middle_block_out\.0|in_conv|out_conv|block2|skep)\.weight$/;
/** A matrix or a 1×1 convolution: which one it is tells families apart. */
const EITHER = /^unet\..*\.proj_(?:in|out)\.weight$/;

/** The shape in normal form: without dimensions of 1 at the end, except for convolutions. */
export function normalShape(name: string, shape: readonly number[]): readonly number[] {
  if (shape.length < 4 && shape.length > 1 && POINTWISE.test(name)) return [...shape, 1, 1].slice(0, 4);
  if (shape.length < 2 || shape.at(-1) !== 1 || POINTWISE.test(name) || EITHER.test(name)) return shape;
  return shape.slice(0, Math.max(1, shape.findLastIndex((size) => size !== 1) + 1));
}
