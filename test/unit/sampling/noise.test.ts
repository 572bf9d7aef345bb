import { describe, expect, it } from 'vitest';
import { noiseOf } from '../../../src/sampling/noise';
import { likes, type Like, type Seeds } from '../../../src/sampling/settings';

const shape = { channels: 4, h: 4, w: 6 };
const seeds: Seeds = { seed: 2n ** 40n + 5n, rng: 'CPU' };
const inBatch = (index: number, count: number): Seeds => ({ ...seeds, batch: { index, count } });
const all = likes.flatMap((like) => (['CPU', 'NV'] as const).map((rng) => [like, rng] as const));

describe.each(all)('noise as %s draws it, on %s', (like, rng) => {
  const draw = (seed: bigint): number[][] => {
    const { first, next, brownian } = noiseOf({ seed, rng }, like, shape);
    return [first(), next(), next(), brownian(0.03, 14.6)(14.6, 1)].map((noise) => [...noise]);
  };

  it('is the same for the same seed, of unit variance, and never the same twice', () => {
    const noises = draw(7n);
    expect(draw(7n)).toEqual(noises);
    expect(new Set(noises.map(String)).size).toBe(noises.length);
    for (const noise of noises) {
      expect(noise).toHaveLength(96);
      const variance = noise.reduce((sum, v) => sum + v * v, 0) / noise.length;
      expect(variance).toBeGreaterThan(0.5);
      expect(variance).toBeLessThan(1.7);
    }
  });

  it('is another for another seed', () => {
    draw(7n).forEach((noise, i) => expect(draw(8n)[i]).not.toEqual(noise));
  });
});

it("torch's CPU generator knows 32 bits of a seed, trees and Philox 64", () => {
  const [small, large] = [5n, 2n ** 40n + 5n];
  const first = (seed: bigint, rng: Seeds['rng']) => noiseOf({ seed, rng }, 'diffusers', shape).first();
  expect(first(large, 'CPU')).toEqual(first(small, 'CPU'));
  expect(first(large, 'NV')).not.toEqual(first(small, 'NV'));
  const tree = (seed: bigint) => noiseOf({ seed, rng: 'CPU' }, 'diffusers', shape).brownian(0.03, 14)(14, 1);
  expect(tree(large)).not.toEqual(tree(small));
});

describe('a batch', () => {
  const pictures = (like: Like, count: number) =>
    Array.from({ length: count }, (_, index) => noiseOf(inBatch(index, count), like, shape));

  it('of A1111 is one picture for each seed', () => {
    for (const [index, picture] of pictures('A1111', 3).entries()) {
      const alone = noiseOf({ ...seeds, seed: seeds.seed + BigInt(index) }, 'A1111', shape);
      expect(picture.first()).toEqual(alone.first());
      expect(picture.next()).toEqual(alone.next());
      expect(picture.brownian(0.1, 9)(9, 2)).toEqual(alone.brownian(0.1, 9)(9, 2));
    }
  });

  it.each(['diffusers', 'ComfyUI'] as const)('of %s is drawn at once, for all of its pictures', (like) => {
    const taller = { ...shape, h: 3 * shape.h }; // as many numbers
    const { first, next, brownian } = noiseOf(seeds, like, taller);
    const whole = [first(), next(), brownian(0.1, 9)(9, 2)];
    const parts = pictures(like, 3).map((picture) => [
      picture.first(),
      picture.next(),
      picture.brownian(0.1, 9)(9, 2),
    ]);
    whole.forEach((noise, i) => expect(parts.flatMap((part) => [...part[i]!])).toEqual([...noise]));
  });
});

it('diffusers draws what a picture is encoded with first, and goes on from there', () => {
  const encoding = noiseOf(seeds, 'diffusers', shape);
  const plain = noiseOf(seeds, 'diffusers', shape);
  expect(encoding.posterior()).toEqual(plain.first());
  expect(encoding.first()).toEqual(plain.next());
  expect(noiseOf(seeds, 'A1111', shape).posterior()).toBeNull();
});

it("A1111's noise on the way does not depend on whether and when the first is asked for", () => {
  const resized = {
    ...seeds,
    resizeFrom: { width: 16, height: 16 },
    variationSeed: 3n,
    variationStrength: 0.5,
  };
  const [asked, unasked] = [seeds, resized].map((each) => noiseOf(each, 'A1111', shape));
  asked!.first();
  expect(unasked!.next()).toEqual(asked!.next());
});

it("A1111's variation of no strength, and a size that is the same, change nothing", () => {
  const same = { ...seeds, variationSeed: 3n, variationStrength: 0, resizeFrom: { width: 48, height: 32 } };
  const plain = noiseOf(seeds, 'A1111', shape).first();
  expect(noiseOf(same, 'A1111', shape).first()).toEqual(plain);
  expect(noiseOf({ ...same, variationStrength: 1 }, 'A1111', shape).first()).not.toEqual(plain);
});

it('ComfyUI draws noise on the way anew on a CPU, and from a card of the same seed', () => {
  const other = noiseOf({ ...seeds, seed: seeds.seed + 1n }, 'ComfyUI', shape);
  expect(noiseOf(seeds, 'ComfyUI', shape).next()).toEqual(other.first());
  const onCard = noiseOf({ ...seeds, rng: 'NV' }, 'ComfyUI', shape);
  expect(onCard.first()).toEqual(noiseOf(seeds, 'ComfyUI', shape).first());
  expect(onCard.next()).toEqual(noiseOf({ ...seeds, rng: 'NV' }, 'diffusers', shape).first());
});
