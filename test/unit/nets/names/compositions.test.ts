import { expect, test } from 'vitest';
import { inNormalForm } from '../../../../src/nets/names/normal-form';
import { convert } from '../../../../src/weights/values/half';
import { composed, sequence, transposed } from '../../../dialects';
import type { StoredTensors } from '../../../safetensors';
import { distilled, normal, stableDiffusionXL } from '../stable-diffusion';

const COMPOSITIONS = 100;

/** Numbers enough to tell rows from columns, and no more. */
const small = (size: number): number => (size <= 4 ? size : 2 + (size % 3));

/** All names that SD 1.x and the text encoders of SDXL have, of two layers each, and a few numbers for each of them. */
function toy(): StoredTensors {
  const random = sequence(15);
  const names = [
    ...normal(distilled()),
    ...[...normal(stableDiffusionXL())].filter(([name]) => name.startsWith('text2.')),
  ];
  const kept = names.filter(
    ([name]) =>
      Number(/\.layers\.(\d+)\./.exec(name)?.[1] ?? 0) < 2 && !/position_ids|logit_scale/.test(name),
  );
  return new Map(
    kept.map(([name, { shape }]) => {
      const own = shape.map(small);
      const bytes = new Uint8Array(2 * own.reduce((product, d) => product * d, 1));
      // Halves below 2, of which none is a NaN.
      for (let i = 0; i < bytes.length; i++) bytes[i] = random() * (i % 2 ? 64 : 256);
      return [name, { dtype: 'F16', shape: own, bytes }];
    }),
  );
}

interface Seen {
  readonly shape: string;
  readonly numbers: Uint8Array;
}

/** What a net sees of a file: shapes and numbers, by their names in normal form. */
function seen(file: StoredTensors): ReadonlyMap<string, Seen> {
  const whole = [...file].map(
    ([name, tensor]) => [name, { ...tensor, begin: 0, end: tensor.bytes.length }] as const,
  );
  const weights = [...inNormalForm(new Map(whole)).tensors].filter(
    ([name]) => !name.endsWith('.position_ids'),
  );
  return new Map(
    weights.map(([name, { dtype, shape, bytes, begin, end, turned }]) => {
      const stored = { dtype, shape: turned ? shape.toReversed() : shape, bytes: bytes.slice(begin, end) };
      const used = turned ? transposed(stored) : stored;
      return [name, { shape: `${shape}`, numbers: convert(used.bytes, dtype, 'F32') }];
    }),
  );
}

/** Names of what is not the same, or not in both. */
function different(found: ReadonlyMap<string, Seen>, expected: ReadonlyMap<string, Seen>): string[] {
  return [...new Set([...found.keys(), ...expected.keys()])].filter((name) => {
    const [a, b] = [found.get(name), expected.get(name)];
    return !a || !b || a.shape !== b.shape || Buffer.compare(a.numbers, b.numbers) !== 0;
  });
}

test(`${COMPOSITIONS} compositions of prefixes, wrappers, namings, dtypes and layouts are one checkpoint`, () => {
  const plain = toy();
  const expected = seen(plain);
  const files = new Set<string>();
  for (let seed = 0; seed < COMPOSITIONS; seed++) {
    const file = composed(plain, sequence(seed * 7919));
    files.add([...file.keys()].sort().join());
    const odd = different(seen(file), expected);
    if (odd.length > 0) expect(odd, `of the composition of seed ${seed}`).toEqual([]);
  }
  console.info(`${expected.size} tensors under ${files.size} different sets of names`);
  expect(files.size).toBe(COMPOSITIONS);
}, 120_000);
