/** The schedulers of diffusers, by the samplers that they are, and how a script sets one up. */
import type { SamplerName, ScheduleName } from '../../sampling/settings';
import { automaticOf } from '../infotext/names';
import type { RecipeSettings } from '../recipe';

/** diffusers' class for a sampler. */
export interface Scheduler {
  readonly name: string;
  /** Its additional arguments, in Python. */
  readonly with?: Readonly<Record<string, string>>;
  /** Whether it has Karras, exponential and beta sigmas. */
  readonly sigmas: boolean;
  /** False where it is only the nearest to the recipe's sampler. */
  readonly exact?: boolean;
}

const multistep = (algorithm: string, more: Readonly<Record<string, string>>): Scheduler => ({
  name: 'DPMSolverMultistepScheduler',
  with: { algorithm_type: `"${algorithm}"`, ...more },
  sigmas: true,
});

const singlestep = (order: string): Scheduler => ({
  name: 'DPMSolverSinglestepScheduler',
  with: { algorithm_type: '"dpmsolver++"', solver_order: order },
  sigmas: true,
});

const schedulers: Readonly<Partial<Record<SamplerName, Scheduler>>> = {
  Euler: { name: 'EulerDiscreteScheduler', sigmas: true },
  'Euler a': { name: 'EulerAncestralDiscreteScheduler', sigmas: false },
  Heun: { name: 'HeunDiscreteScheduler', sigmas: true },
  DPM2: { name: 'KDPM2DiscreteScheduler', sigmas: true },
  'DPM2 a': { name: 'KDPM2AncestralDiscreteScheduler', sigmas: true },
  LMS: { name: 'LMSDiscreteScheduler', sigmas: true },
  'DPM++ 2M': multistep('dpmsolver++', { solver_order: '2' }),
  'DPM++ 3M': multistep('dpmsolver++', { solver_order: '3' }),
  'DPM++ 2M SDE': multistep('sde-dpmsolver++', { solver_order: '2' }),
  'DPM++ 2M SDE Heun': multistep('sde-dpmsolver++', { solver_order: '2', solver_type: '"heun"' }),
  'DPM++ 3M SDE': multistep('sde-dpmsolver++', { solver_order: '3' }),
  'DPM++ SDE': { name: 'DPMSolverSDEScheduler', sigmas: true },
  'DPM++ 2S': singlestep('2'),
  'DPM++ 3S': singlestep('3'),
  'DPM-Solver 2M': multistep('dpmsolver', { solver_order: '2' }),
  'DPM++ 2S a': { name: 'DPMSolverSinglestepScheduler', sigmas: true, exact: false },
  DDIM: { name: 'DDIMScheduler', sigmas: false },
  DDPM: { name: 'DDPMScheduler', sigmas: false },
  PLMS: { name: 'PNDMScheduler', with: { skip_prk_steps: 'True' }, sigmas: false },
  UniPC: { name: 'UniPCMultistepScheduler', sigmas: true },
  'UniPC bh2': { name: 'UniPCMultistepScheduler', with: { solver_type: '"bh2"' }, sigmas: true },
  DEIS: { name: 'DEISMultistepScheduler', sigmas: true },
  LCM: { name: 'LCMScheduler', sigmas: false },
  TCD: { name: 'TCDScheduler', sigmas: false },
};
const otherwise: Scheduler = { name: 'EulerDiscreteScheduler', sigmas: true, exact: false };

/** Schedulers that know `rescale_betas_zero_snr`. */
const zeroSnr = /^(?:DDIM|DDPM|Euler|LCM|TCD|DPMSolverMultistep|UniPC)/;

const sigmaFlags: Readonly<Partial<Record<ScheduleName, string>>> = {
  Karras: 'use_karras_sigmas',
  Exponential: 'use_exponential_sigmas',
  Beta: 'use_beta_sigmas',
};
/** Schedules that diffusers has as a spacing of timesteps. */
const spacings: Readonly<Partial<Record<ScheduleName, string>>> = {
  Uniform: 'linspace',
  Normal: 'linspace',
  'SGM Uniform': 'trailing',
  Simple: 'trailing',
  Turbo: 'trailing',
  DDIM: 'leading',
};

/** The scheduler for a recipe's sampler: its own, or the nearest. */
export const schedulerFor = (sampler: SamplerName = 'Euler'): Scheduler => schedulers[sampler] ?? otherwise;

/** The line that replaces the pipeline's scheduler. */
export function schedulerLine(settings: RecipeSettings, scheduler: Scheduler): string {
  const { sampler = 'Euler', schedule = 'Automatic', spacing, like, order } = settings;
  const laid = schedule === 'Automatic' && like === 'A1111' ? automaticOf(sampler) : schedule;
  const flag = scheduler.sigmas ? sigmaFlags[laid] : undefined;
  const spaced = like === 'diffusers' ? spacing : spacings[laid];
  const all: Record<string, string> = { ...scheduler.with };
  if (flag) all[flag] = 'True';
  if (spaced) all.timestep_spacing = JSON.stringify(spaced);
  // UniPC has two variants; A1111 and ComfyUI use the other one.
  if (sampler === 'UniPC') all.solver_type = like === undefined || like === 'diffusers' ? '"bh2"' : '"bh1"';
  if (order !== undefined && /^(?:UniPC|DEIS)/.test(scheduler.name)) all.solver_order = String(order);
  const { prediction } = settings;
  if (prediction) all.prediction_type = JSON.stringify(prediction === 'v' ? 'v_prediction' : 'epsilon');
  if (settings.zeroSnr && zeroSnr.test(scheduler.name)) all.rescale_betas_zero_snr = 'True';
  const given = Object.entries(all).map(([name, value]) => `, ${name}=${value}`);
  return `pipe.scheduler = ${scheduler.name}.from_config(pipe.scheduler.config${given.join('')})`;
}
