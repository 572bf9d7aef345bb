/** A time this many times as long as the usual one is none in which the device worked. */
const ASLEEP = 10;

/** The mean of times that something took, one after another, without those in which the device slept. NaN for none. */
export function typicalTime(times: readonly number[]): number {
  const median = times.toSorted((a, b) => a - b)[(times.length - 1) >> 1] ?? NaN;
  const awake = times.filter((time) => time <= ASLEEP * median);
  return awake.reduce((sum, time) => sum + time, 0) / awake.length;
}
