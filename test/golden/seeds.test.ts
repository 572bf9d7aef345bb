/** What a seed means under each tool: first noise and noise on the way, picture by picture. */
import { describe, expect, it } from 'vitest';
import { noiseOf, type NoiseSource, type Shape } from '../../src/sampling/noise';
import type { Like, Seeds } from '../../src/sampling/settings';
import { slerp } from '../../src/sampling/variation';
import { exactJson, goldenTensors, listCases } from './root';
import type { Tensor } from './tensors';

type Whole = number | string;

interface A1111Case {
  readonly seeds: readonly Whole[];
  readonly shape: readonly [channels: number, h: number, w: number];
  readonly subseeds: readonly Whole[] | null;
  readonly subseed_strength: number;
  readonly seed_resize_from_wh: readonly [number, number];
  readonly eta_noise_seed_delta: number;
  readonly rng: Seeds['rng'];
}
interface ComfyCase {
  readonly seed: Whole;
  readonly shape: readonly [count: number, channels: number, h: number, w: number];
  /** Of latents taken from a larger batch: their places in it. */
  readonly batch_index?: readonly number[] | null;
}
interface Case {
  readonly api?: string;
  readonly tolerance: { readonly atol: number };
  readonly tensors: Readonly<Record<string, unknown>>;
}

const shapeOf = (shape: readonly number[]): Shape => {
  const [channels, h, w] = shape.slice(-3) as [number, number, number];
  return { channels, h, w };
};

/** What every picture of a batch draws, one source each. */
const batchOf = (count: number, seeds: (index: number) => Seeds, like: Like, shape: Shape): NoiseSource[] =>
  Array.from({ length: count }, (_, index) => noiseOf(seeds(index), like, shape));

/** The largest difference of the pictures' noises, one after another, from a whole tensor. */
function apart(noises: readonly Float32Array[], { data }: Tensor): number {
  expect(noises.reduce((sum, { length }) => sum + length, 0)).toBe(data.length);
  let at = 0;
  return Math.max(...noises.flatMap((noise) => [...noise].map((v) => Math.abs(v - data[at++]!))));
}

const byApi = (api: string) => (name: string) =>
  (exactJson(`kdiff/seeds/${name}/case.json`) as Case).api?.startsWith(api) ?? false;

function expectSame(name: string, found: readonly number[], atol = 2e-6): void {
  const worst = Math.max(...found);
  console.info(`${name}: worst difference ${worst.toExponential(1)} in ${found.length} draws`);
  expect(worst).toBeLessThanOrEqual(atol);
}

describe('A1111', () => {
  it.each(listCases('kdiff/seeds', byApi('A1111')))('%s', (name) => {
    const at = `kdiff/seeds/${name}`;
    const facts = exactJson(`${at}/case.json`) as Case & A1111Case;
    const tensor = goldenTensors(`${at}/expected.safetensors`);
    const { seeds, subseeds, subseed_strength, rng } = facts;
    const [width, height] = facts.seed_resize_from_wh;
    const pictures = batchOf(
      seeds.length,
      (index) => ({
        seed: BigInt(seeds[index]!),
        rng,
        // A list that is too short is filled up with zeros.
        ...(subseeds && { variationSeed: BigInt(subseeds[index] ?? 0), variationStrength: subseed_strength }),
        ...(width > 0 && { resizeFrom: { width, height } }),
        seedDelta: facts.eta_noise_seed_delta,
      }),
      'A1111',
      shapeOf(facts.shape),
    );
    const found = [
      apart(
        pictures.map((picture) => picture.first()),
        tensor('first'),
      ),
    ];
    for (const key of Object.keys(facts.tensors).filter((each) => each.startsWith('next.'))) {
      const noises = pictures.map((picture) => picture.next());
      found.push(apart(noises, tensor(key)));
    }
    expect(found.length).toBeGreaterThan(1);
    // Angles between short columns may be near 0 or π, where single precision tells them badly.
    expectSame(name, found, subseeds ? 1e-5 : undefined);
  });

  it.each([
    [0, 2n, 7n],
    [0.4, 0n, 9n],
  ])(
    'gives a picture of a batch the next seed, or the next variation (strength %f)',
    (strength, on, varied) => {
      const shape = { channels: 4, h: 6, w: 5 };
      const seeds = { seed: 2n ** 33n, rng: 'CPU', variationSeed: 7n, variationStrength: strength } as const;
      const batch = noiseOf({ ...seeds, batch: { index: 2, count: 3 } }, 'A1111', shape);
      const alone = noiseOf({ ...seeds, seed: seeds.seed + on, variationSeed: varied }, 'A1111', shape);
      for (const draw of ['first', 'next'] as const) expect(batch[draw]()).toEqual(alone[draw]());
    },
  );
});

describe('ComfyUI', () => {
  it.each(listCases('kdiff/seeds', byApi('ComfyUI')))('%s', (name) => {
    const at = `kdiff/seeds/${name}`;
    const facts = exactJson(`${at}/case.json`) as Case & ComfyCase;
    const tensor = goldenTensors(`${at}/expected.safetensors`);
    const seed = BigInt(facts.seed);
    const shape = shapeOf(facts.shape);
    const [count] = facts.shape;
    const { batch_index: places } = facts;
    const noises = places
      ? // Each of them drawn by itself, as far as the last that is wanted.
        places.map((place) => {
          const { first } = noiseOf({ seed, rng: 'CPU' }, 'ComfyUI', shape);
          return Array.from({ length: place + 1 }, first).at(-1)!;
        })
      : batchOf(count, (index) => ({ seed, rng: 'CPU', batch: { index, count } }), 'ComfyUI', shape).map(
          ({ first }) => first(),
        );
    expectSame(name, [apart(noises, tensor('noise'))]);
  });

  it.each(listCases('kdiff/seeds', (name) => name.startsWith('comfy_ancestral')))('%s', (name) => {
    const at = `kdiff/seeds/${name}`;
    const facts = exactJson(`${at}/case.json`) as Case & ComfyCase;
    const tensor = goldenTensors(`${at}/expected.safetensors`);
    const [count] = facts.shape;
    const found = [['cpu', 'CPU'] as const, ['cuda_philox', 'NV'] as const].flatMap(([source, rng]) => {
      const seeds = (index: number): Seeds => ({ seed: BigInt(facts.seed), rng, batch: { index, count } });
      const pictures = batchOf(count, seeds, 'ComfyUI', shapeOf(facts.shape));
      return Object.keys(facts.tensors)
        .filter((key) => key.startsWith(source))
        .map((key) => {
          const noises = pictures.map((picture) => picture.next());
          return apart(noises, tensor(key));
        });
    });
    expect(found.length).toBeGreaterThan(1);
    expectSame(name, found);
  });
});

it.each(listCases('kdiff/seeds', (name) => name.startsWith('slerp')))('%s', (name) => {
  const at = `kdiff/seeds/${name}`;
  const facts = exactJson(`${at}/case.json`) as Case;
  const tensor = goldenTensors(`${at}/expected.safetensors`);
  const [low, high] = [tensor('low'), tensor('high')];
  const found = Object.keys(facts.tensors)
    .filter((key) => /^out\.[\d.]+$/.test(key))
    .map((key) => {
      const share = Number(key.slice('out.'.length));
      const out = slerp(share, Float32Array.from(low.data), Float32Array.from(high.data), shapeOf(low.shape));
      return apart([out], tensor(key));
    });
  expect(found.length).toBeGreaterThan(1);
  const worst = Math.max(...found);
  console.info(`${name}: worst difference ${worst.toExponential(1)} in ${found.length} shares`);
  expect(worst).toBeLessThanOrEqual(facts.tolerance.atol);
});
