/** Networks that were trained over continuous noise, against the papers' formulas in PyTorch: see data/continuous/make.py. */
import { afterAll, describe, expect, it } from 'vitest';
import type { ContinuousNoise, Prediction } from '../../src/nets/model';
import { guided } from '../../src/pipeline/denoise';
import { fromNoise } from '../../src/pipeline/start';
import type { Latent } from '../../src/sampling/latent';
import { plan } from '../../src/sampling/plan';
import { likes, type Sampling, type SamplerName } from '../../src/sampling/settings';
import { samplers } from '../../src/sampling/table';
import { goldenJson, listCases } from './root';
import { worstDifference } from './tensors';

interface Case {
  readonly noise: ContinuousNoise;
  readonly prediction: Prediction;
  readonly sampler: SamplerName;
  readonly steps: number;
  readonly unit_noise: readonly number[];
  readonly sigmas: readonly number[];
  readonly c_noise: readonly number[];
  readonly x: readonly (readonly number[])[];
  readonly tolerance: number;
}

const denoiser = {
  net: 'unet' as const,
  ...{
    heads: () => 1,
    modelChannels: 2,
    inChannels: 1,
    contextWidth: 1,
    labelWidth: null,
    guidanceWidth: null,
  },
};
const question = { context: new Float32Array(1), weight: 1, unguided: 1 };

let worst = 0;
afterAll(() => console.info(`continuous noise: worst ${worst.toExponential(1)} of the largest value`));

describe.each(listCases('continuous'))('%s', (name) => {
  const told = goldenJson(`continuous/${name}/case.json`) as Case;
  const { noise, prediction, steps, sampler } = told;
  const schedules = { karras: 'Karras', exponential: 'Exponential' } as const;

  it.each(likes)('like %s: the levels, what the network is told, and x after every step', async (like) => {
    const sampling: Sampling = { sampler, schedule: schedules[noise.spread], spacing: 'leading', like };
    const made = plan(sampling, { steps, noise, prediction });
    expect(worstDifference([...made.points.map(({ sigma }) => sigma), made.end], told.sigmas)).toBeLessThan(
      1e-5,
    );
    expect(
      worstDifference(
        made.points.map(({ sigma }) => made.timestep(sigma)),
        told.c_noise,
      ),
    ).toBeLessThan(1e-5);

    const asking = {
      denoiser,
      prediction,
      noise,
      size: { h: 1, w: told.unit_noise.length },
      timestep: made.timestep,
    };
    const denoise = guided(
      {
        ...asking,
        questions: () => [question],
        // The first number of an embedding is the cosine of what the network is told.
        run: ({ latents: { data }, timestep }) =>
          Promise.resolve(
            Float32Array.from(
              data,
              (x, i) => 0.6 * Math.tanh(1.7 * x + i / data.length) + 0.2 * timestep.data[0]!,
            ),
          ),
      },
      () => 0,
    );
    const { x } = fromNoise(made, Float32Array.from(told.unit_noise));
    const run = samplers[sampler].sample(denoise, x, made, () => x);
    const after: Latent[] = [];
    let state = await run.next();
    for (let i = 0; !state.done; i++) {
      if (i > 0) after.push(state.value.x);
      state = await run.next();
    }
    after.push(state.value);
    expect(after).toHaveLength(told.x.length);
    for (const [i, step] of told.x.entries()) {
      const far = worstDifference(after[i]!, step);
      worst = Math.max(worst, far);
      expect(far).toBeLessThan(told.tolerance);
    }
  });

  it('over its own levels is what diffusers draws where no schedule is chosen', () => {
    const made = plan(
      { sampler, schedule: 'Automatic', spacing: 'trailing', like: 'diffusers' },
      { steps, noise, prediction },
    );
    expect(
      worstDifference(
        made.points.map(({ sigma }) => sigma),
        told.sigmas.slice(0, -1),
      ),
    ).toBeLessThan(1e-5);
  });
});
