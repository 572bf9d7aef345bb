/** What times say of each other. */

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? NaN;
  return sorted.length % 2 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? NaN)) / 2;
}

/**
 * Medians of `times` to those of `against`, with how far the ratio goes where both were measured side by side: the
 * least and the most of times[i] / against[i].
 */
export function ratio(times: readonly number[], against: readonly number[]): string {
  const each = times.map((time, i) => time / (against[i] ?? NaN));
  const whole = (median(times) / median(against)).toFixed(3);
  return each.length > 1
    ? `${whole} (${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)})`
    : whole;
}

/** 0 1 1 0 0 1 …: each of so many as often before as after the others. */
export const inTurn = (count: number, round: number): number[] => {
  const order = Array.from({ length: count }, (_, i) => i);
  return round % 2 ? order.reverse() : order;
};

/** The largest difference, relative to the largest number expected; infinite where one is no number. */
export function worstOf(actual: readonly number[], expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let [difference, largest] = [0, 0];
  for (const [i, value] of expected.entries()) {
    const each = Math.abs(actual[i]! - value); // they are as long
    if (!(each <= Infinity)) return Infinity;
    difference = Math.max(difference, each);
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}
