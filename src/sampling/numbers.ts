/** Rows of numbers and rounding, as numpy and torch have them. */

/** The precision in which a tool computes. */
export interface Precision {
  readonly round: (x: number) => number;
  /** This many evenly spaced numbers, ends included. */
  readonly linspace: (from: number, to: number, count: number) => number[];
}

/** numpy's doubles. */
export const float64: Precision = { round: (x) => x, linspace };

/** torch's floats. */
export const float32: Precision = {
  round: Math.fround,
  linspace: (from, to, count) => [...torchLinspace(from, to, count)],
};

/** numpy.linspace: `count` numbers, evenly spaced, with both ends. */
export function linspace(from: number, to: number, count: number): number[] {
  const step = (to - from) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? to : from + i * step));
}

/** torch.linspace in float32: counted from both ends to the middle. */
export function torchLinspace(from: number, to: number, count: number): Float32Array<ArrayBuffer> {
  const { fround } = Math;
  const [a, b] = [fround(from), fround(to)];
  const step = fround(fround(b - a) / Math.max(1, count - 1));
  return Float32Array.from({ length: count }, (_, i) =>
    count === 1 || i < Math.floor(count / 2) ? a + step * i : b - step * (count - 1 - i),
  );
}

/** Halves go to the even neighbour, as in numpy and Python. */
export function roundEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}
