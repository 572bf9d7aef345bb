/** The noise of a picture under each tool: which generator draws it, in which order, and for how many pictures. */
import { brownianNoise, type LevelNoise } from './brownian';
import type { Latent } from './latent';
import { Philox } from './philox';
import { TorchGenerator, type Normals } from './random';
import { seedAfter } from './seed';
import type { Like, Seeds } from './settings';
import { pasted, slerp } from './variation';

/** Latents of one picture. */
export interface Shape {
  readonly channels: number;
  readonly h: number;
  readonly w: number;
}

/** All random numbers of one picture, in the order in which they are asked for. Each is unit noise. */
export interface NoiseSource {
  /** What the picture starts from; asked for once. */
  readonly first: () => Latent;
  /** Fresh noise during the run: ancestral samplers, churn, DDIM's eta. */
  readonly next: () => Latent;
  /** For samplers of stochastic equations: noise that belongs to two levels, between the smallest and the largest. */
  readonly brownian: (smallest: number, largest: number) => LevelNoise;
  /** For a picture that is encoded, drawn before it starts; null where the tool takes it from another place. */
  readonly posterior: () => Latent | null;
}

/** The noise of a picture as the tool draws it; of a batch, only this picture's. */
export const noiseOf = (seeds: Seeds, like: Like, shape: Shape): NoiseSource => sources[like](seeds, shape);

type Source = (seeds: Seeds, shape: Shape) => NoiseSource;

const sources: Readonly<Record<Like, Source>> = { diffusers, A1111: a1111, ComfyUI: comfyUI };

/** diffusers: one torch.Generator draws everything, for the whole batch at once; its noise_sampler_seed is the seed. */
function diffusers({ seed, rng, batch = ALONE }: Seeds, shape: Shape): NoiseSource {
  const generator = generatorOf(rng, seed);
  const next = ofBatch(batch, shape, (count) => generator.randn(count));
  return {
    first: next,
    next,
    brownian: brownianOfBatch(seed, rng, batch, shape),
    // The picture is encoded once, whatever the batch.
    posterior: () => generator.randn(sizeOf(shape)),
  };
}

/**
 * ComfyUI: the first noise is drawn by torch's CPU generator, for the whole batch at once; what is drawn on the way
 * comes from a second generator where the latents are: on a card of the same seed, on a CPU of the next, so that it is not
 * the first noise again (comfy/k_diffusion/sampling.py, since December 2025).
 */
function comfyUI({ seed, rng, batch = ALONE }: Seeds, shape: Shape): NoiseSource {
  const start = new TorchGenerator(seed);
  const onTheWay = generatorOf(rng, rng === 'CPU' ? seedAfter(seed, 1) : seed);
  return {
    first: ofBatch(batch, shape, (count) => start.randn(count)),
    next: ofBatch(batch, shape, (count) => onTheWay.randn(count)),
    brownian: brownianOfBatch(seed, rng, batch, shape),
    posterior: () => null,
  };
}

/**
 * A1111: every picture of a batch has its own generator, of the next seed (with variations, of the same seed, and they go
 * on), and its own tree. The noise on the way goes on where the first noise ended, unless ENSD tells another seed.
 */
function a1111(seeds: Seeds, shape: Shape): NoiseSource {
  const { rng, seedDelta = 0, variationStrength = 0, batch = ALONE } = seeds;
  const seed = variationStrength === 0 ? seedAfter(seeds.seed, batch.index) : seeds.seed;
  const size = sizeOf(shape);
  const own = generatorOf(rng, seed);
  // The first noise is drawn even if it is not used: the noise during the run continues after it.
  const drawn = own.randn(size);
  const onTheWay = seedDelta === 0 ? own : generatorOf(rng, BigInt.asUintN(64, seed + BigInt(seedDelta)));
  return {
    first: () => turned(seeds, seed, shape, drawn),
    next: () => onTheWay.randn(size),
    brownian: (...levels) => brownianNoise(seed, levels, size, (node) => generatorOf(rng, node)),
    posterior: () => null,
  };
}

/** A1111's first noise: turned towards the variation seed's, and pasted where a picture of another size was meant. */
function turned(seeds: Seeds, seed: bigint, shape: Shape, drawn: Latent): Latent {
  const { rng, variationSeed = 0n, variationStrength = 0, resizeFrom, batch = ALONE } = seeds;
  const meant = resizeFrom ? sizeBefore(shape, resizeFrom) : shape;
  const resized = meant.h !== shape.h || meant.w !== shape.w;
  let noise = resized ? generatorOf(rng, seed).randn(sizeOf(meant)) : drawn;
  if (variationStrength !== 0) {
    const variation = generatorOf(rng, seedAfter(variationSeed, batch.index)).randn(sizeOf(meant));
    noise = slerp(variationStrength, noise, variation, meant);
  }
  return resized ? pasted(noise, meant, drawn, shape) : noise;
}

/** Latents have an eighth of the pixels' side, rounded down; no side means this picture's own size. */
function sizeBefore(shape: Shape, { width, height }: NonNullable<Seeds['resizeFrom']>): Shape {
  if (width <= 0 || height <= 0) return shape;
  return { ...shape, w: Math.floor(width / 8), h: Math.floor(height / 8) };
}

const ALONE = { index: 0, count: 1 };

const sizeOf = ({ channels, h, w }: Shape): number => channels * h * w;

const generatorOf = (rng: Seeds['rng'], seed: bigint | number): Normals =>
  rng === 'CPU' ? new TorchGenerator(seed) : new Philox(seed);

/** Draws for the whole batch, and keeps this picture's part. */
function ofBatch(
  { index, count }: NonNullable<Seeds['batch']>,
  shape: Shape,
  draw: (count: number) => Latent,
): () => Latent {
  const size = sizeOf(shape);
  return () => draw(count * size).slice(index * size, (index + 1) * size);
}

/** One tree for the whole batch. */
function brownianOfBatch(
  seed: bigint,
  rng: Seeds['rng'],
  { index, count }: NonNullable<Seeds['batch']>,
  shape: Shape,
): NoiseSource['brownian'] {
  const size = sizeOf(shape);
  return (...levels) => {
    const noise = brownianNoise(seed, levels, count * size, (node) => generatorOf(rng, node));
    return (sigma, next) => noise(sigma, next).slice(index * size, (index + 1) * size);
  };
}
