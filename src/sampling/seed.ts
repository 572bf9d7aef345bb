/** Seeds as people write them. A seed is kept exactly: past 2⁵³ a double would be another seed. */

/** The largest seed that any of the tools writes (ComfyUI's). */
export const maxSeed = 2n ** 64n - 1n;

/** A random seed is wanted: "−1", or nothing at all. */
export const randomSeed = 'random';

/** What a person typed as a seed. */
export type ParsedSeed =
  | bigint
  | typeof randomSeed
  | { readonly error: 'no-seed' | 'seed-too-large'; readonly written: string };

/**
 * Reads a seed: a whole number in digits from 0 to 2⁶⁴ − 1; −1 or nothing for a random one. Anything else is told, as it was
 * written or the beginning of it, and never made into a seed that was not meant.
 */
export function parseSeed(text: string): ParsedSeed {
  const written = text.trim().replace(/^[−–]/, '-'); // minus signs that texts are set with
  if (written === '' || written === '-1') return randomSeed;
  if (!/^\d+$/.test(written)) return { error: 'no-seed', written: shortened(written) };
  const seed = BigInt(written);
  if (seed <= maxSeed) return seed;
  return { error: 'seed-too-large', written: shortened(written) };
}

/** The seed so many after this one; after the largest comes 0. */
export const seedAfter = (seed: bigint, steps: number): bigint => BigInt.asUintN(64, seed + BigInt(steps));

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
