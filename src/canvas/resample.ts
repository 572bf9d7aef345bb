/**
 * Scales pictures and latents as torch and Pillow do under the same names, so that pictures made in two passes equal those
 * of other tools.
 */

/** Height and width, in pixels or latents. */
export interface Extent {
  readonly h: number;
  readonly w: number;
}

/**
 * How a value is computed from those around it. The plain kinds are torch.nn.functional.interpolate's (align_corners false), the
 * antialiased ones its `antialias=True`, which are Pillow's too; `lanczos` is Pillow's, and `area` OpenCV's INTER_AREA: the mean
 * of what a pixel covers.
 */
export type Kernel =
  | 'nearest'
  | 'nearest-exact'
  | 'bilinear'
  | 'bicubic'
  | 'bilinear antialiased'
  | 'bicubic antialiased'
  | 'lanczos'
  | 'area';

/** Weights along one side: for each output index, the first input index, and the weights from there on. */
type Shares = readonly { readonly first: number; readonly shares: readonly number[] }[];

/**
 * Planes [channels, from.h, from.w] → [channels, to.h, to.w].
 * @param bytes whether the values are bytes: they are computed in integers as Pillow does, and bytes again.
 */
export function resample(
  planes: Float32Array,
  from: Extent,
  to: Extent,
  kernel: Kernel,
  { bytes = false } = {},
): Float32Array<ArrayBuffer> {
  const channels = planes.length / (from.h * from.w);
  const along = (before: number, after: number): Shares => {
    const shares = sharesOf(kernel, before, after);
    return bytes ? inSteps(shares) : shares;
  };
  const [across, down] = [along(from.w, to.w), along(from.h, to.h)];
  const settled = bytes ? toByte : (sum: number): number => sum;
  const narrow = new Float32Array(channels * from.h * to.w);
  for (let row = 0; row < channels * from.h; row++) {
    for (const [x, { first, shares }] of across.entries()) {
      let sum = 0;
      for (let i = 0; i < shares.length; i++) sum += shares[i]! * planes[row * from.w + first + i]!;
      narrow[row * to.w + x] = settled(sum);
    }
  }
  const out = new Float32Array(channels * to.h * to.w);
  for (let c = 0; c < channels; c++) {
    for (const [y, { first, shares }] of down.entries()) {
      for (let x = 0; x < to.w; x++) {
        let sum = 0;
        for (let i = 0; i < shares.length; i++)
          sum += shares[i]! * narrow[(c * from.h + first + i) * to.w + x]!;
        out[(c * to.h + y) * to.w + x] = settled(sum);
      }
    }
  }
  return out;
}

/** Pillow's weights for bytes are multiples of this. */
const STEP = 2 ** -22;
const inSteps = (all: Shares): Shares =>
  all.map(({ first, shares }) => ({ first, shares: shares.map((share) => Math.round(share / STEP) * STEP) }));

const toByte = (sum: number): number => Math.min(255, Math.max(0, Math.floor(sum + 0.5)));

function sharesOf(kernel: Kernel, from: number, to: number): Shares {
  switch (kernel) {
    case 'nearest':
      return places(to, (i) => ({ first: Math.floor((i * from) / to), shares: [1] }));
    case 'nearest-exact':
      return places(to, (i) => ({ first: Math.floor(((i + 0.5) * from) / to), shares: [1] }));
    case 'bilinear':
      return places(to, (i) => between(Math.max(0, ((i + 0.5) * from) / to - 0.5), from, 1, triangle));
    case 'bicubic':
      return places(to, (i) => between(((i + 0.5) * from) / to - 0.5, from, 2, cubic(-0.75)));
    case 'bilinear antialiased':
      return places(to, (i) => around(i, from, to, 1, triangle));
    case 'bicubic antialiased':
      return places(to, (i) => around(i, from, to, 2, cubic(-0.5)));
    case 'lanczos':
      return places(to, (i) => around(i, from, to, 3, lanczos));
    case 'area':
      return places(to, (i) => (to > from ? softly(i, from, to) : covered(i, from, to)));
  }
}

const places = <T>(count: number, at: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => at(i));

/** The neighbours of a place, `reach` on either side; what lies beyond an edge is the edge. */
function between(
  place: number,
  length: number,
  reach: number,
  weight: (distance: number) => number,
): Shares[number] {
  const base = Math.floor(place);
  const shares = new Map<number, number>();
  for (let i = base - reach + 1; i <= base + reach; i++) {
    const inside = Math.min(Math.max(i, 0), length - 1);
    shares.set(inside, (shares.get(inside) ?? 0) + weight(i - place));
  }
  const first = Math.min(...shares.keys());
  return { first, shares: places(shares.size, (i) => shares.get(first + i) ?? 0) };
}

/** All that a pixel of the smaller picture covers, so that nothing is skipped. */
function around(
  i: number,
  from: number,
  to: number,
  reach: number,
  weight: (distance: number) => number,
): Shares[number] {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const centre = (i + 0.5) * scale;
  const first = Math.max(0, Math.trunc(centre - reach * stretch + 0.5));
  const last = Math.min(from, Math.trunc(centre + reach * stretch + 0.5));
  const weights = places(last - first, (n) => weight((first + n - centre + 0.5) / stretch));
  const sum = weights.reduce((a, b) => a + b, 0);
  return { first, shares: weights.map((share) => share / sum) };
}

/** The pixels that one of the smaller picture covers, each weighted by how much of it is covered. */
function covered(i: number, from: number, to: number): Shares[number] {
  const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
  const first = Math.floor(start);
  const share = (n: number): number => Math.min(first + n + 1, end) - Math.max(first + n, start);
  const count = Math.min(Math.ceil(end), from) - first;
  return { first, shares: places(count, (n) => (share(n) * to) / from) };
}

/** OpenCV's INTER_AREA when enlarging: a pixel inside one of the smaller picture's has its colour, else it mixes two. */
function softly(i: number, from: number, to: number): Shares[number] {
  const first = Math.floor((i * from) / to);
  const next = Math.max(0, i + 1 - ((first + 1) * to) / from) % 1;
  return next === 0 || first + 1 >= from ? { first, shares: [1] } : { first, shares: [1 - next, next] };
}

const triangle = (x: number): number => Math.max(0, 1 - Math.abs(x));

/** Keys (1981), "Cubic convolution interpolation for digital image processing". */
function cubic(a: number): (x: number) => number {
  return (signed) => {
    const x = Math.abs(signed);
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  };
}

/** Duchon (1979), "Lanczos filtering in one and two dimensions", with three lobes. */
function lanczos(x: number): number {
  const sinc = (v: number): number => (v === 0 ? 1 : Math.sin(Math.PI * v) / (Math.PI * v));
  return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}
