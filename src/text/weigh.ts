/** Emphasis: applies the weights of tokens to their encodings. Pure arithmetic. */

/**
 * A1111 multiplies each token's encoding by its weight and then all of them, so that their mean is what it was; "No norm" only
 * multiplies; ComfyUI moves them away from the encoding of an empty prompt, or towards it.
 */
export const emphases = ['A1111', 'No norm', 'ComfyUI', 'off'] as const;
export type Emphasis = (typeof emphases)[number];

/** Encoded windows, and how much each of their tokens counts. */
export interface Weighed {
  /** [tokens, width], encoders side by side. */
  readonly context: Float32Array;
  /** One for each token, marks and padding among them. */
  readonly weights: Float32Array;
  /** How many of the same there are. */
  readonly times: number;
}

/** How weights are applied. */
export interface Weighing {
  readonly emphasis: Emphasis;
  /** Of each encoder. A1111 minds the mean of each by itself. */
  readonly widths: readonly number[];
  /** An empty prompt's encoding, needed only for ComfyUI's emphasis. */
  readonly empty?: Float32Array;
}

/**
 * Encodings with their weights applied. Together they are what A1111 encodes at once, the texts of one prompt that is edited
 * on the way: they share one mean.
 */
export function weigh(together: readonly Weighed[], { emphasis, widths, empty }: Weighing): Float32Array[] {
  const plain = together.every(({ weights }) => weights.every((weight) => weight === 1));
  if (plain || emphasis === 'off') return together.map(({ context }) => context);
  const width = widths.reduce((a, b) => a + b, 0);
  const weighed = together.map(({ context, weights }) =>
    context.map((value, i) => {
      const weight = weights[Math.floor(i / width)]!;
      if (weight === 1) return value;
      if (emphasis !== 'ComfyUI') return value * weight;
      return (value - empty![i]!) * weight + empty![i]!;
    }),
  );
  if (emphasis !== 'A1111') return weighed;
  let from = 0;
  for (const each of widths) {
    const to = from + each;
    const sum = (contexts: readonly Float32Array[]): number =>
      contexts.reduce((all, context, n) => all + together[n]!.times * columnSum(context, width, from, to), 0);
    const ratio = sum(together.map(({ context }) => context)) / sum(weighed);
    for (const context of weighed) scaleColumns(context, width, from, to, ratio);
    from = to;
  }
  return weighed;
}

function columnSum(matrix: Float32Array, width: number, from: number, to: number): number {
  let sum = 0;
  for (let row = 0; row < matrix.length; row += width)
    for (let column = from; column < to; column++) sum += matrix[row + column]!;
  return sum;
}

function scaleColumns(matrix: Float32Array, width: number, from: number, to: number, by: number): void {
  for (let row = 0; row < matrix.length; row += width)
    for (let column = from; column < to; column++) matrix[row + column]! *= by;
}
