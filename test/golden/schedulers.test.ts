import { describe, expect, it } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { denoisedFromEps, denoisedFromV, scaled, toVp, type Latent } from '../../src/sampling/latent';
import { samplers, type Denoise, type SamplerName } from '../../src/sampling/samplers';
import {
  alphasCumprod,
  plan,
  trainedSigmas,
  type BetaSchedule,
  type Spacing,
} from '../../src/sampling/schedules';
import { readTensors, type Tensor } from './read';

const folder = new URL('data/schedulers/', import.meta.url);

interface Case {
  class: string;
  config: {
    num_train_timesteps: number;
    beta_start: number;
    beta_end: number;
    beta_schedule: BetaSchedule['kind'];
    prediction_type: 'epsilon' | 'v_prediction' | 'sample';
    timestep_spacing: Spacing;
    use_karras_sigmas?: boolean;
  };
  num_inference_steps: number;
  noises_drawn_per_step: number[];
  k: number;
}

function samplerOf({ class: name, config }: Case): SamplerName {
  if (name === 'EulerDiscreteScheduler') return 'Euler';
  if (name === 'EulerAncestralDiscreteScheduler') return 'Euler a';
  if (name === 'DDIMScheduler') return 'DDIM';
  if (name === 'LCMScheduler') return 'LCM';
  if (name === 'DPMSolverMultistepScheduler')
    return config.use_karras_sigmas ? 'DPM++ 2M Karras' : 'DPM++ 2M';
  throw new Error(`no sampler does what ${name} does`);
}

const predictions = {
  epsilon: denoisedFromEps,
  v_prediction: denoisedFromV,
  sample: (_: Latent, out: Latent) => out,
};

/** float32 against float32 leaves 1e-6; a wrong formula leaves a hundredth or more. */
const tolerance = 1e-5;

/** The largest difference, as a fraction of the largest reference value. */
function apart(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < theirs.length; i++) {
    difference = Math.max(difference, Math.abs(ours[i]! - theirs[i]!));
    largest = Math.max(largest, Math.abs(theirs[i]!));
  }
  expect(largest).toBeGreaterThan(0);
  return difference / largest;
}

/** The i-th entry along the first axis. */
function entry({ shape, data }: Tensor, i: number): Latent {
  const size = data.length / shape[0]!;
  return Float32Array.from(data.subarray(i * size, (i + 1) * size));
}

const cases = readdirSync(folder).sort();

describe('the samplers do what the schedulers of diffusers do', () => {
  it('has cases to compare with', () => expect(cases.length).toBeGreaterThanOrEqual(31));

  it.each(cases)('%s: same timesteps, sigmas, first x, UNet inputs and x after every step', async (name) => {
    const facts = JSON.parse(readFileSync(new URL(`${name}/case.json`, folder), 'utf8')) as Case;
    const expected = readTensors(new URL(`${name}/expected.safetensors`, folder));
    const tensor = (key: string) => expected.get(key)!;
    const { config, k, num_inference_steps: steps, noises_drawn_per_step } = facts;
    const sampler = samplerOf(facts);

    const alphas = alphasCumprod({
      betaStart: config.beta_start,
      betaEnd: config.beta_end,
      steps: config.num_train_timesteps,
      kind: config.beta_schedule,
    });
    const n = alphas.length;
    const few = [0, 1, n / 2, n - 2, n - 1].map((i) => alphas[i]!);
    expect(apart(few, tensor('alphas_cumprod_first_mid_last').data)).toBeLessThan(1e-7);

    const p = plan(sampler, steps, config.timestep_spacing, alphas);
    expect(p.points.map(({ t }) => t)).toEqual([...tensor('timesteps').data]);
    if (expected.has('sigmas')) {
      const sigmas = [...p.points.map(({ sigma }) => sigma), p.end];
      const theirs = tensor('sigmas').data;
      expect(sigmas).toHaveLength(theirs.length);
      for (const [i, s] of sigmas.entries())
        expect(Math.abs(s - theirs[i]!)).toBeLessThanOrEqual(1e-5 * theirs[i]!);
    } else {
      expect(['DDIM', 'LCM']).toContain(sampler); // which keep none
      expect(p.end).toBe(sampler === 'DDIM' ? trainedSigmas(alphas)[0] : 0);
    }

    // Euler's x is in sigma space there too; the others keep the variance-preserving one.
    const theirX = (x: Latent, sigma: number) => (sampler.startsWith('Euler') ? x : toVp(x, sigma));
    const xT = scaled(p.scale, Float32Array.from(tensor('unit_noise').data));
    expect(apart(theirX(xT, p.points[0]!.sigma), tensor('x_init').data)).toBeLessThan(1e-6);

    let worstInput = 0;
    let asked = 0;
    const denoise: Denoise = (x, { sigma, t }) => {
      const input = toVp(x, sigma);
      worstInput = Math.max(worstInput, apart(input, entry(tensor('model_inputs'), asked++)));
      const out = input.map((v) => Math.sin(k * v) + (0.1 * t) / 1000);
      return Promise.resolve(predictions[config.prediction_type](x, out, sigma));
    };
    let drawn = 0;
    const noise = () => entry(tensor('noises'), drawn++);

    let worstX = 0;
    let worstX0 = 0;
    const compare = (i: number, x: Latent, sigma: number) =>
      (worstX = Math.max(worstX, apart(theirX(x, sigma), entry(tensor('trajectory'), i))));
    const run = samplers[sampler](denoise, xT, p, noise);
    let step = await run.next();
    for (; !step.done; step = await run.next()) {
      const { i, sigma, x, denoised } = step.value;
      if (i > 0) compare(i - 1, x, sigma);
      if (expected.has('pred_x0')) worstX0 = Math.max(worstX0, apart(denoised, entry(tensor('pred_x0'), i)));
    }
    compare(steps - 1, step.value, p.end);

    const [x, x0, input] = [worstX, worstX0, worstInput].map((v) => v.toExponential(1));
    const told = expected.has('pred_x0') ? `x ${x}, x0 ${x0}` : `x ${x}`;
    console.info(`${name} (${sampler}): worst ${told}, UNet input ${input}, as parts of the largest value`);
    expect(asked).toBe(steps);
    expect(drawn).toBe(noises_drawn_per_step.reduce((sum, n) => sum + n, 0));
    for (const worst of [worstX, worstX0, worstInput]) expect(worst).toBeLessThanOrEqual(tolerance);
  });
});
