/**
 * numpy's SeedSequence: an entropy and a key hashed into a pool of words, and words drawn from that (O'Neill, 2015,
 * "Developing a seed_seq alternative", https://www.pcg-random.org/posts/developing-a-seed_seq-alternative.html).
 */
const INIT_A = 0x43b0d7e5;
const MULTIPLIER_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULTIPLIER_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;

/**
 * `SeedSequence(entropy, spawn_key=key, pool_size=poolSize).generate_state(count)`, words of 32 bits.
 *
 * @param entropy a whole number that is not negative.
 * @param key whole numbers that are not negative; null for a sequence that was not spawned.
 */
export function seedWords(
  entropy: bigint,
  key: readonly number[] | null,
  count: number,
  poolSize: number,
): number[] {
  const pool = mixed(assembled(entropy, key, poolSize), poolSize);
  let constant = INIT_B;
  return Array.from({ length: count }, (_, i) => {
    const value = pool[i % poolSize]! ^ constant;
    constant = Math.imul(constant, MULTIPLIER_B);
    return folded(Math.imul(value, constant));
  });
}

/** Words of the entropy, then of the key: the entropy fills the pool before a key follows. */
function assembled(entropy: bigint, key: readonly number[] | null, poolSize: number): number[] {
  const words = wordsOf(entropy);
  if (key === null) return words;
  while (words.length < poolSize) words.push(0);
  return [...words, ...key.flatMap((part) => wordsOf(BigInt(part)))];
}

/** The low word first; at least one. */
function wordsOf(value: bigint): number[] {
  const words = [Number(value & 0xffffffffn)];
  for (let rest = value >> 32n; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}

function mixed(entropy: readonly number[], poolSize: number): Uint32Array {
  let constant = INIT_A;
  const hash = (value: number): number => {
    const salted = value ^ constant;
    constant = Math.imul(constant, MULTIPLIER_A);
    return folded(Math.imul(salted, constant));
  };
  const pool = Uint32Array.from({ length: poolSize }, (_, i) => hash(entropy[i] ?? 0));
  const mix = (at: number, value: number): void => {
    pool[at] = folded(Math.imul(MIX_LEFT, pool[at]!) - Math.imul(MIX_RIGHT, hash(value)));
  };
  for (let from = 0; from < poolSize; from++) {
    for (let to = 0; to < poolSize; to++) if (from !== to) mix(to, pool[from]!);
  }
  for (const word of entropy.slice(poolSize)) for (let to = 0; to < poolSize; to++) mix(to, word);
  return pool;
}

const folded = (value: number): number => (value ^ (value >>> 16)) >>> 0;
