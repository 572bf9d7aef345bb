/** diffusers' schedulers on a toy network: timesteps, sigmas, every input of the network and x after every call. */
import { afterAll, describe, expect, it } from 'vitest';
import type { BetaSchedule } from '../../src/sampling/betas';
import { chosenBy } from '../../src/sampling/labels';
import { mix, scaled, toVp, type Latent } from '../../src/sampling/latent';
import { plan } from '../../src/sampling/plan';
import type { Plan } from '../../src/sampling/sampler';
import type { SamplerName, Sampling, Spacing } from '../../src/sampling/settings';
import { samplers } from '../../src/sampling/table';
import { goldenBytes, goldenJson, listCases } from './root';
import { parseTensors, worstDifference, type Tensor } from './tensors';
import { toyDenoiser } from './toy';

interface Case {
  readonly class: string;
  readonly config: {
    readonly num_train_timesteps: number;
    readonly beta_start: number;
    readonly beta_end: number;
    readonly beta_schedule: BetaSchedule['kind'];
    readonly prediction_type: 'epsilon' | 'v_prediction' | 'sample';
    readonly timestep_spacing?: Spacing;
    readonly steps_offset?: number;
    readonly use_karras_sigmas?: boolean;
    readonly use_exponential_sigmas?: boolean;
    readonly use_beta_sigmas?: boolean;
    readonly use_lu_lambdas?: boolean;
    readonly rescale_betas_zero_snr?: boolean;
    readonly algorithm_type?: string;
    readonly solver_type?: string;
    readonly solver_order?: number;
    readonly lower_order_final?: boolean;
    readonly final_sigmas_type?: 'zero' | 'sigma_min';
    readonly set_alpha_to_one?: boolean;
    readonly clip_sample?: boolean;
    readonly skip_prk_steps?: boolean;
    readonly variance_type?: string | null;
  };
  readonly num_inference_steps: number;
  readonly step_kwargs: { readonly eta?: number };
  readonly add_noise_timestep: number;
  readonly k: number;
}

/** What is not made of a scheduler's configuration; undefined where all is. */
function leftOut({ config }: Case): string | undefined {
  if (config.clip_sample) return 'clipping is for pixels, not for latents';
  if (config.skip_prk_steps === false) return 'Runge-Kutta steps are for pixels, not for latents';
  return undefined;
}

function samplerOf({ class: name, config }: Case): SamplerName {
  if (name === 'DPMSolverSinglestepScheduler') return config.solver_order === 3 ? 'DPM++ 3S' : 'DPM++ 2S';
  if (config.algorithm_type === 'dpmsolver') return 'DPM-Solver 2M';
  if (name !== 'DPMSolverMultistepScheduler') return chosenBy(name)!.sampler;
  const sde = config.algorithm_type?.startsWith('sde');
  if (config.solver_order === 3) return sde ? 'DPM++ 3M SDE' : 'DPM++ 3M';
  if (!sde) return 'DPM++ 2M';
  return config.solver_type === 'heun' ? 'DPM++ 2M SDE Heun' : 'DPM++ 2M SDE';
}

function samplingOf(facts: Case): Sampling {
  const { class: name, config, step_kwargs } = facts;
  const sampler = samplerOf(facts);
  const lowest = config.final_sigmas_type === 'sigma_min';
  return {
    sampler,
    schedule: config.use_karras_sigmas
      ? 'Karras'
      : config.use_exponential_sigmas === true || config.use_lu_lambdas === true
        ? 'Exponential'
        : config.use_beta_sigmas
          ? 'Beta'
          : 'Automatic',
    spacing: config.timestep_spacing ?? 'linspace',
    like: 'diffusers',
    stepsOffset: config.steps_offset ?? 0,
    ...(lowest && { lastSigma: 'lowest' }),
    ...(config.set_alpha_to_one !== undefined && { lastSigma: config.set_alpha_to_one ? 'zero' : 'lowest' }),
    // Evenly in log sigma both, but with timesteps cut or rounded.
    ...(config.use_lu_lambdas && { wholeTimesteps: true }),
    ...(config.variance_type === 'fixed_large' && { largeVariance: true }),
    ...(config.rescale_betas_zero_snr && { zeroSnr: true }),
    ...(step_kwargs.eta !== undefined && { eta: step_kwargs.eta }),
    ...(config.solver_order !== undefined && { order: config.solver_order }),
    ...(config.lower_order_final !== undefined && { lowerOrderFinal: config.lower_order_final }),
    ...(name.startsWith('UniPC') && { unipc: config.solver_type as 'bh1' | 'bh2' }),
  };
}

/** As a part of the largest value. The samplers' own arithmetic is in doubles: this leaves theirs in float32. */
const TOLERANCE = 1e-4;

const entry = ({ shape, data }: Tensor, i: number): Latent => {
  const size = data.length / shape[0]!;
  return Float32Array.from(data.subarray(i * size, (i + 1) * size));
};

const worst = new Map<string, number>();
const folder = 'schedulers';
const cases = listCases(folder, (name) => !name.startsWith('flow_')).map((name) => {
  const facts = goldenJson(`${folder}/${name}/case.json`) as Case;
  return { name, facts, reason: leftOut(facts) };
});
const offered = cases.filter(({ reason }) => !reason);

describe.runIf(cases.length > 0)('the samplers do what the schedulers of diffusers do', () => {
  afterAll(() => {
    for (const [what, difference] of [...worst].sort())
      console.info(`${what} like diffusers: worst ${difference.toExponential(1)} of the largest value`);
    for (const { name, reason } of cases) if (reason) console.info(`left out, ${reason}: ${name}`);
  });

  it.each(offered)(
    '$name: same timesteps, sigmas, first x, inputs and x after every call',
    async ({ name, facts }) => {
      const tensors = parseTensors(goldenBytes(`${folder}/${name}/expected.safetensors`).buffer);
      const tensor = (key: string): Tensor => tensors.get(key)!;
      const { config, k, num_inference_steps: steps } = facts;
      const sampling = samplingOf(facts);
      const betas = {
        betaStart: config.beta_start,
        betaEnd: config.beta_end,
        steps: config.num_train_timesteps,
        kind: config.beta_schedule,
      };
      const made = plan(sampling, {
        steps,
        noise: betas,
        prediction: config.prediction_type === 'v_prediction' ? 'v' : 'epsilon',
      });
      const correction = config.solver_type === 'heun' ? ('heun' as const) : made.solver.correction;
      const p: Plan = { ...made, solver: { ...made.solver, correction } };

      // Schedulers of k-diffusion's samplers keep x in sigma space too, the others the variance-preserving one.
      const inSigmas = /Euler|LMS|Heun|KDPM2|DPMSolverSDE/.test(facts.class);
      const theirX = (x: Latent, sigma: number): Latent => (inSigmas ? x : toVp(x, sigma));
      const first = scaled(p.scale, Float32Array.from(tensor('unit_noise').data));
      expect(worstDifference(theirX(first, p.points[0]!.sigma), tensor('x_init').data)).toBeLessThan(1e-6);

      const { denoise, asked } = toyDenoiser(k, config.prediction_type, null, p);
      let drawn = 0;
      const noise = (): Latent => entry(tensor('noises'), drawn++);
      const run = samplers[sampling.sampler].sample(denoise, first, p, noise);
      let step = await run.next();
      while (!step.done) step = await run.next();

      const ts = tensor('timesteps').data;
      expect(asked).toHaveLength(ts.length);
      for (const [i, { t }] of asked.entries())
        expect(Math.abs(t - ts[i]!), `timestep ${i}`).toBeLessThan(2e-3);
      if (tensors.has('sigmas') && asked.length === steps) {
        const sigmas = [...p.points.map(({ sigma }) => sigma), p.end];
        const theirs = tensor('sigmas').data;
        expect(sigmas).toHaveLength(theirs.length);
        for (const [i, sigma] of sigmas.entries())
          expect(Math.abs(sigma - theirs[i]!)).toBeLessThanOrEqual(1e-5 * theirs[i]!);
      }

      const apart = (ours: readonly Latent[], theirs: Tensor): number => {
        expect(ours).toHaveLength(theirs.shape[0]!);
        const flat = Float32Array.from(ours.flatMap((row) => [...row]));
        return worstDifference(flat, theirs.data);
      };
      const rows = [...asked.slice(1).map(({ x, sigma }) => theirX(x, sigma)), theirX(step.value, p.end)];
      const difference = Math.max(
        apart(
          asked.map(({ input }) => input),
          tensor('model_inputs'),
        ),
        apart(rows, tensor('trajectory')),
      );
      worst.set(sampling.sampler, Math.max(worst.get(sampling.sampler) ?? 0, difference));
      // Coming down from sigma 4096 in float32, theirs loses nearly as much itself.
      expect(difference).toBeLessThan(config.rescale_betas_zero_snr ? 2 * TOLERANCE : TOLERANCE);
    },
  );

  it.each(offered)('$name: a picture is given the noise of the same timestep', ({ name, facts }) => {
    const tensors = parseTensors(goldenBytes(`${folder}/${name}/expected.safetensors`).buffer);
    const tensor = (key: string): Latent => Float32Array.from(tensors.get(key)!.data);
    const sampling = samplingOf(facts);
    const { config, num_inference_steps: steps, add_noise_timestep } = facts;
    const p = plan(sampling, {
      steps,
      noise: {
        betaStart: config.beta_start,
        betaEnd: config.beta_end,
        steps: config.num_train_timesteps,
        kind: config.beta_schedule,
      },
    });
    const start = p.points.find(({ sigma }) => Math.abs(p.timestep(sigma) - add_noise_timestep) < 0.01);
    if (!start) return expect(samplers[sampling.sampler].twice, 'between two steps').toBe(true);
    const noisy = mix(1, tensor('add_noise.clean'), start.sigma, tensor('add_noise.noise'));
    const inSigmas = /Euler|LMS|Heun|KDPM2|DPMSolverSDE/.test(facts.class);
    const theirs = inSigmas ? noisy : toVp(noisy, start.sigma);
    expect(worstDifference(theirs, tensor('add_noise.out'))).toBeLessThan(1e-5);
  });
});
