/** Sampler cases of k-diffusion, A1111 and ComfyUI: their settings in our words, and runs on the toy network. */
import { exactAlphasCumprod } from '../../src/sampling/betas';
import { chosenBy, scheduleNamed } from '../../src/sampling/labels';
import { restsOf } from '../../src/sampling/interval';
import { mix, scaled, toVp, type Latent } from '../../src/sampling/latent';
import { plan } from '../../src/sampling/plan';
import type { Noise, Plan, Solver } from '../../src/sampling/sampler';
import type { Like, Sampling } from '../../src/sampling/settings';
import { samplers } from '../../src/sampling/table';
import { stableDiffusionBetas } from './betas';
import type { Tensor } from './tensors';
import { toyDenoiser, type Asked } from './toy';

type Numbers = Readonly<Record<string, number>>;

export interface Case {
  readonly origin: string;
  readonly sampler: string;
  readonly scheduler?: string;
  readonly schedule?: string | null;
  readonly steps: number;
  readonly prediction_type: 'epsilon' | 'v_prediction';
  readonly k: number;
  readonly cfg_scale?: number;
  readonly kwargs?: Numbers & { readonly solver_type?: string };
  readonly options?: Readonly<Record<string, number | boolean | string>>;
  readonly request_fields?: Numbers;
  readonly prompt?: string;
  readonly zsnr?: boolean;
  readonly denoise?: number;
  readonly denoising_strength?: number | null;
  readonly start_step?: number | null;
  readonly last_step?: number | null;
  readonly add_noise?: boolean;
  readonly force_full_denoise?: boolean;
  readonly callback_x_is: string;
  readonly sigmas_are?: string;
}

const likeOf = ({ origin }: Case): Like => (origin.startsWith('ComfyUI') ? 'ComfyUI' : 'A1111');

/** What the settings are called there. */
const options: Readonly<Record<string, keyof Sampling>> = {
  eta: 'eta',
  eta_ancestral: 'eta',
  eta_ddim: 'eta',
  s_churn: 'churn',
  s_tmin: 'churnMin',
  s_tmax: 'churnMax',
  s_noise: 'noiseScale',
  sigma_min: 'sigmaMin',
  sigma_max: 'sigmaMax',
  rho: 'rho',
  order: 'order',
  max_order: 'order',
  always_discard_next_to_last_sigma: 'discardPenultimate',
  sgm_noise_multiplier: 'scaleStart',
  enable_quantization: 'wholeTimesteps',
  img2img_fix_steps: 'allSteps',
  s_min_uncond: 'guidanceMin',
  s_min_uncond_all: 'guidanceMinAll',
  skip_early_cond: 'guidanceFrom',
  uni_pc_order: 'order',
  uni_pc_lower_order_final: 'lowerOrderFinal',
  uni_pc_variant: 'unipc',
  uni_pc_skip_type: 'unipcSpacing',
};
const values: Readonly<Record<string, string>> = {
  logSNR: 'log SNR',
  time_uniform: 'time',
  time_quadratic: 'time squared',
};
/** What only k-diffusion's functions themselves can be told. */
const arguments_: Readonly<Record<string, keyof Solver>> = {
  r: 'midway',
  rtol: 'relativeTolerance',
  atol: 'absoluteTolerance',
};

/** Settings that have to do with seeds alone. */
const ofSeeds = ['randn_source', 'eta_noise_seed_delta'];

function settingsOf(facts: Case): { sampling: Sampling; solver: Partial<Solver> } | string {
  const { sampler, kwargs = {}, scheduler, schedule, zsnr } = facts;
  const chosen = { ...facts.options, ...facts.request_fields };
  const heun = kwargs.solver_type === 'heun' ? '_heun' : '';
  const adaptive = sampler === 'sample_dpm_adaptive';
  const found = chosenBy(sampler + heun, scheduler ?? schedule ?? '');
  if (!found) return `there is no ${sampler}`;
  if (scheduler && !scheduleNamed(scheduler)) return `there is no ${scheduler}`;
  const more: Record<string, unknown> = {};
  const solver: Record<string, unknown> = {};
  for (const [name, value] of Object.entries({ ...kwargs, ...chosen })) {
    if (name === 'solver_type' || ofSeeds.includes(name)) continue;
    if (name === 'use_old_karras_scheduler_sigmas') Object.assign(more, { sigmaMin: 0.1, sigmaMax: 10 });
    else if (adaptive && name === 'order') solver['adaptiveOrder'] = value;
    else if (arguments_[name]) solver[arguments_[name]] = value;
    else if (value === 'vary_coeff') return 'UniPC with coefficients that vary is not offered';
    else if (options[name]) more[options[name]] = values[String(value)] ?? value;
    else return `nothing is made of ${name}`;
  }
  const direct = facts.origin === 'k-diffusion';
  return {
    sampling: {
      ...found,
      spacing: 'leading',
      like: likeOf(facts),
      ...(zsnr && { zeroSnr: true }),
      // The functions themselves leave none out, and are deterministic unless told.
      ...(direct && { discardPenultimate: false }),
      ...(direct && /fast|adaptive/.test(sampler) && { eta: 0 }),
      ...more,
    },
    solver,
  };
}

/** Why a case is not run; undefined where it is. */
export function leftOut(facts: Case, tensors: ReadonlyMap<string, Tensor>): string | undefined {
  const settings = settingsOf(facts);
  if (typeof settings === 'string') return settings;
  if ([...tensors.keys()].some((name) => name.includes('mask'))) return 'masks are the pipeline’s';
  if (/[[|]|AND/.test(facts.prompt ?? '')) return 'prompts that change are the pipeline’s';
  return undefined;
}

/** The i-th along the first axis. */
export const entry = ({ shape, data }: Tensor, i: number): Latent => {
  const size = data.length / shape[0]!;
  return Float32Array.from(data.subarray(i * size, (i + 1) * size));
};

/** Where t is rounded: of two that are as near, the last bit of a logarithm decides, and no two machines agree on it. */
function asNear(sigma: number, ours: number, theirs: number): boolean {
  const far = (t: number): number => Math.abs(Math.log(trained[t]! / sigma));
  return Number.isInteger(ours) && Number.isInteger(theirs) && Math.abs(far(ours) - far(theirs)) < 1e-6;
}
const trained = exactAlphasCumprod(stableDiffusionBetas).map((a) => Math.sqrt((1 - a) / a));

/** What a case is run with. */
export interface Setup {
  readonly sampling: Sampling;
  readonly plan: Plan;
  /** The first x, of unit noise. */
  readonly start: (unit: Latent) => Latent;
  /** Samples; tells every x, at last the final one, as the reference has them, and what the network was asked. */
  readonly run: (start: Latent, noise: Noise) => Promise<{ xs: Latent[]; final: Latent; asked: Asked[] }>;
}

export function setUp(facts: Case, tensors: ReadonlyMap<string, Tensor>): Setup {
  const settings = settingsOf(facts);
  if (typeof settings === 'string') throw new Error(settings);
  const { sampling } = settings;
  const { steps, k, prediction_type, cfg_scale, denoise: denoiseShare = 1 } = facts;
  const strength = facts.denoising_strength ?? (tensors.has('latent_image') ? denoiseShare : undefined);
  const made = plan(sampling, {
    steps,
    noise: stableDiffusionBetas,
    prediction: prediction_type === 'epsilon' ? 'epsilon' : 'v',
    ...(strength !== undefined && { strength }),
  });
  const { start_step, last_step } = facts;
  const points = made.points.slice(start_step ?? 0, last_step ?? undefined);
  if (facts.force_full_denoise) points.push({ ...points.pop()!, next: 0 });
  const levels = points.flatMap(({ sigma, next }) => [sigma, next]).filter((level) => level > 0);
  const part = [Math.min(...levels), Math.max(...levels)] as const;
  const range = points.length < made.points.length ? part : made.range;
  const p: Plan = { ...made, points, range, solver: { ...made.solver, ...settings.solver } };

  const latent = tensors.get('init_latent') ?? tensors.get('latent_image');
  const noiseScale = !(facts.add_noise ?? true) ? 0 : start_step ? points[0]!.sigma : p.scale;
  const start = (unit: Latent): Latent =>
    latent ? mix(p.latentScale, Float32Array.from(latent.data), noiseScale, unit) : scaled(p.scale, unit);

  const vp = facts.callback_x_is.includes('variance') || Boolean(facts.sigmas_are?.startsWith('timesteps'));
  const guidance = cfg_scale === undefined ? null : cfg_scale * (samplers[sampling.sampler].guidance ?? 1);
  const ts = tensors.get('model_t')!.data;
  const rests = restsOf(sampling, p);
  const run: Setup['run'] = async (first, noise) => {
    const timestep = (sigma: number): number => {
      const [ours, theirs] = [p.timestep(sigma), ts[asked.length] ?? 0];
      return asNear(sigma, ours, theirs) ? theirs : ours;
    };
    const scale = guidance === null ? null : (sigma: number) => (rests(asked.length, sigma) ? 1 : guidance);
    const { denoise, asked } = toyDenoiser(k, prediction_type, scale, { ...p, timestep });
    const xs: Latent[] = [];
    const steps = samplers[sampling.sampler].sample(denoise, first, p, noise);
    let step = await steps.next();
    for (; !step.done; step = await steps.next()) {
      const { x, sigma } = step.value;
      xs.push(vp ? toVp(x, sigma) : x);
    }
    return { xs, final: vp ? toVp(step.value, p.end) : step.value, asked };
  };
  return { sampling, plan: p, start, run };
}
