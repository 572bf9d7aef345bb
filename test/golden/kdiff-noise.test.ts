/** A1111's samplers and ComfyUI's KSampler, from the seed alone: every noise they draw, in their order. */
import { describe, expect, it } from 'vitest';
import { rounded } from '../../src/sampling/brownian';
import type { Latent } from '../../src/sampling/latent';
import { noiseOf, type NoiseSource } from '../../src/sampling/noise';
import type { Seeds } from '../../src/sampling/settings';
import { samplers } from '../../src/sampling/table';
import { leftOut, setUp, type Case as SamplerCase } from './kdiff-case';
import { exactJson, goldenBytes, listCases } from './root';
import { parseTensors, worstDifference, type Tensor } from './tensors';

type Whole = number | string;

interface Case extends SamplerCase {
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** Where the noises came from; some stand for those that no seed tells. */
  readonly noise: string;
  /** A1111: a seed for every picture. */
  readonly seeds?: readonly Whole[];
  readonly subseeds?: readonly Whole[] | null;
  readonly subseed_strength?: number | null;
  readonly seed_resize_from_wh?: readonly [number, number];
  /** ComfyUI: one for the batch. */
  readonly seed?: Whole;
  readonly batch_index?: readonly number[] | null;
  readonly add_noise?: boolean;
  readonly denoise?: number;
  readonly start_step?: number | null;
  readonly last_step?: number | null;
  readonly tensors: Readonly<Record<string, unknown>>;
}

const folder = 'kdiff/samplers';
const factsOf = (name: string): Case => exactJson(`${folder}/${name}/case.json`) as Case;

/** Churn's noise in ComfyUI comes from torch's global generator, which no seed tells. */
const seedless = ({ seeds, sampler, options }: Case): boolean =>
  !seeds && (Number(options['s_churn'] ?? 0) > 0 || sampler === 'heunpp2');

/** Of latents taken from a larger batch `seeds.test.ts` tells; and some cases start from no noise at all. */
const cases = listCases(folder, (name) => {
  if (name.startsWith('kd_')) return false;
  const { add_noise = true, batch_index, tensors } = factsOf(name);
  return !batch_index && (add_noise || 'noises' in tensors);
});

function sourcesOf(facts: Case, { shape }: Tensor): NoiseSource[] {
  const [count, channels, h, w] = shape as [number, number, number, number];
  const one = { channels, h, w };
  const pictures = Array.from({ length: count }, (_, index) => index);
  const { seeds, subseeds, subseed_strength, seed_resize_from_wh: [width, height] = [0, 0], options } = facts;
  if (!seeds) {
    const rng = facts.noise.startsWith('PHILOX') ? 'NV' : 'CPU';
    return pictures.map((index) =>
      noiseOf({ seed: BigInt(facts.seed!), rng, batch: { index, count } }, 'ComfyUI', one),
    );
  }
  return pictures.map((index) => {
    const picture: Seeds = {
      seed: BigInt(seeds[index]!),
      rng: options['randn_source'] === 'NV' ? 'NV' : 'CPU',
      ...(subseeds && {
        variationSeed: BigInt(subseeds[index] ?? 0),
        variationStrength: subseed_strength ?? 0,
      }),
      ...(width > 0 && { resizeFrom: { width, height } }),
      seedDelta: Number(options['eta_noise_seed_delta'] ?? 0),
    };
    return noiseOf(picture, 'A1111', one);
  });
}

/** What a tree spans: in A1111 the whole schedule, in ComfyUI what is used of it. */
function rangeOf(
  { seeds, steps, denoise = 1, start_step, last_step }: Case,
  { data }: Tensor,
): [number, number] {
  const part = denoise < 1 ? data.slice(-(steps + 1)) : data;
  const used = seeds ? data : part.slice(start_step ?? 0, (last_step ?? part.length) + 1);
  const above = [...used].filter((sigma) => sigma > 0);
  return [Math.min(...above), Math.max(...above)];
}

/** Angles between short columns may be near 0 or π, where single precision tells them badly. */
const SLERP = 1e-5;

const joined = (parts: readonly Latent[]): number[] => parts.flatMap((part) => [...part]);

function expectSame(what: string, ours: readonly number[], theirs: ArrayLike<number>, atol = 2e-6): number {
  expect(ours).toHaveLength(theirs.length);
  const worst = ours.reduce((most, v, i) => Math.max(most, Math.abs(v - theirs[i]!)), 0);
  expect(worst, what).toBeLessThanOrEqual(atol);
  return worst;
}

/**
 * A level that differs in the last bit of single precision may be rounded to another millionth, and then a tree answers
 * with a noise that is a little another one.
 */
const MOVED = 2e-2;

const read = (name: string): { facts: Case; tensors: Map<string, Tensor> } => ({
  facts: factsOf(name),
  tensors: parseTensors(goldenBytes(`${folder}/${name}/expected.safetensors`).buffer),
});

describe.runIf(cases.length > 0)('from the seed', () => {
  it.each(cases)('%s', (name) => {
    const { facts, tensors } = read(name);
    const unit = tensors.get('unit_noise')!;
    const sources = sourcesOf(facts, unit);
    const found = [0];
    if (facts.add_noise ?? true)
      found.push(
        expectSame(
          'first',
          joined(sources.map(({ first }) => first())),
          unit.data,
          facts.subseeds ? SLERP : undefined,
        ),
      );

    const noises = tensors.get('noises');
    if (noises && !seedless(facts)) {
      const trees = sources.map(({ brownian }) => brownian(...rangeOf(facts, tensors.get('sigmas')!)));
      const isTree = /SDE|dpmpp\w*_sde/.test(facts.sampler);
      const queries = tensors.get('noise_queries')?.data;
      for (let i = 0; i < noises.shape[0]!; i++) {
        const drawn = isTree
          ? trees.map((tree) => tree(queries![2 * i]!, queries![2 * i + 1]!))
          : sources.map(({ next }) => next());
        found.push(
          expectSame(
            `noise ${i}`,
            joined(drawn),
            noises.data.subarray(i * unit.data.length, (i + 1) * unit.data.length),
          ),
        );
      }
    }
    console.info(
      `${name}: worst difference ${Math.max(...found).toExponential(1)} in ${found.length - 1} draws`,
    );
  });

  // What churn draws in ComfyUI aside, a seed tells all.
  const whole = cases.filter((name) => {
    const { facts, tensors } = read(name);
    return !seedless(facts) && !leftOut(facts, tensors);
  });
  it.each(whole)('%s, the whole way', async (name) => {
    const { facts, tensors } = read(name);
    const { sampling, plan, start, run } = setUp(facts, tensors);
    const sources = sourcesOf(facts, tensors.get('unit_noise')!);
    const trees = sources.map(({ brownian }) => brownian(...plan.range));
    const isTree = samplers[sampling.sampler].noise === 'brownian';
    const queries = tensors.get('noise_queries')?.data ?? [];
    let [drawn, moved] = [0, 0];
    const first = Float32Array.from(joined(sources.map((source) => source.first())));
    const { final } = await run(start(first), (sigma, next) => {
      const asked = [sigma, next].map((level) => rounded(Math.fround(level)));
      const theirs = [2 * drawn, 2 * drawn + 1].map((i) => rounded(queries[i] ?? 0));
      if (isTree && String(asked) !== String(theirs)) moved++;
      drawn++;
      return Float32Array.from(
        joined(isTree ? trees.map((tree) => tree(sigma, next)) : sources.map((source) => source.next())),
      );
    });
    const worst = worstDifference(final, tensors.get('final')!.data);
    const off = moved > 0 ? `; ${moved} of ${drawn} questions a millionth off` : '';
    console.info(`${name}: the last x ${worst.toExponential(1)} off${off}`);
    // What is drawn and counts for nothing, some of ours leave out; so it is all or nothing.
    expect([0, tensors.get('noises')?.shape[0] ?? 0]).toContain(drawn);
    expect(worst).toBeLessThan(moved > 0 ? MOVED : 1e-4);
  });
});
