/** Reads the settings in a diffusers folder: scheduler/scheduler_config.json, and vae/config.json. */
import type { Fields } from '../../objects';
import type { BetaSchedule, ContinuousNoise, FlowNoise } from '../model';
import { jsonFields } from './json';
import {
  betaEnds,
  positive,
  predictionNamed,
  present,
  refuse,
  sigmaRange,
  wholeSteps,
  ZERO_SNR,
  type Said,
} from './said';

/** The keys of their texts in the metadata of a model that is put together from a folder. */
export const SCHEDULER_CONFIG = 'scheduler/scheduler_config.json';
export const VAE_CONFIG = 'vae/config.json';

const kinds: ReadonlyMap<unknown, BetaSchedule['kind']> = new Map([
  ['linear', 'linear'],
  ['scaled_linear', 'scaled_linear'],
  ['squaredcos_cap_v2', 'squaredcos_cap_v2'],
]);
const spacings: ReadonlySet<unknown> = new Set(['leading', 'trailing', 'linspace']);

/**
 * Reads any of diffusers' schedulers: whichever the folder has, the sampler is a person's choice.
 * @throws DrobeError 'unsupported-model' for unknown noise or an unknown prediction.
 */
export function schedulerSays(json: string | undefined): Said {
  const fields = jsonFields(json);
  if (!fields) return {};
  const { _class_name: stated } = fields;
  const name = typeof stated === 'string' ? stated : '';
  if (/Flow/.test(name) || fields['use_flow_sigmas'] === true) return { flow: flowIn(fields) };
  const spacing = fields['timestep_spacing'];
  const offset = fields['steps_offset'];
  const final = fields['final_sigmas_type'];
  const toOne = fields['set_alpha_to_one'];
  return {
    ...predictionIn(fields['prediction_type']),
    ...(/^EDM/.test(name) || fields['timestep_type'] === 'continuous'
      ? { continuous: continuousIn(fields, name) }
      : betasIn(fields)),
    ...(fields['rescale_betas_zero_snr'] === true && ZERO_SNR),
    ...(fields['rescale_betas_zero_snr'] === false && { zeroSnr: false }),
    ...(spacings.has(spacing) && { spacing: String(spacing) }),
    ...(Number.isInteger(offset) && Number(offset) >= 0 && { stepsOffset: Number(offset) }),
    ...(typeof toOne === 'boolean' && { alphaToOne: toOne }),
    ...(final === 'zero' && { finalSigma: 'zero' }),
    ...(final === 'sigma_min' && { finalSigma: 'lowest' }),
  };
}

function predictionIn(word: unknown): Said {
  if (typeof word !== 'string') return {};
  const prediction = predictionNamed(word);
  if (prediction) return { prediction };
  return refuse(`a model that predicts "${word.slice(0, 40)}", by what its scheduler_config.json says`);
}

function betasIn(fields: Fields): Said {
  const schedule = fields['beta_schedule'];
  const kind = kinds.get(schedule);
  if ((typeof schedule === 'string' && !kind) || Array.isArray(fields['trained_betas']))
    refuse('a model that was trained over noise of another kind, by what its scheduler_config.json says');
  const ends = betaEnds(fields['beta_start'], fields['beta_end'], fields['num_train_timesteps']);
  return { betas: { ...ends, ...(kind && { kind }) } };
}

function flowIn(fields: Fields): Partial<FlowNoise> {
  return present<FlowNoise>({
    kind: 'flow',
    // The first is FlowMatchEulerDiscreteScheduler's, the second that of schedulers with optional flow sigmas.
    shift: positive(fields['shift'] ?? fields['flow_shift']),
    steps: wholeSteps(fields['num_train_timesteps']),
  });
}

function continuousIn(fields: Fields, name: string): Partial<ContinuousNoise> {
  const spread = fields['sigma_schedule'];
  return {
    kind: 'continuous',
    // The EDM schedulers' own, where they are not told; EulerDiscreteScheduler knows of no sigma_data.
    ...(name.startsWith('EDM') && { sigmaMin: 0.002, sigmaMax: 80, sigmaData: 0.5 }),
    ...sigmaRange(fields['sigma_min'], fields['sigma_max']),
    ...present<Pick<ContinuousNoise, 'sigmaData'>>({ sigmaData: positive(fields['sigma_data']) }),
    ...((spread === 'karras' || spread === 'exponential') && { spread }),
  };
}

/** The factor to the denoiser's latents, what is subtracted before, and what each channel is shifted and divided by. */
export function vaeConfigSays(json: string | undefined): Said {
  const fields = jsonFields(json) ?? {};
  const [mean, deviation] = [numbersIn(fields['latents_mean']), numbersIn(fields['latents_std'])];
  const scaleFactor = positive(fields['scaling_factor']);
  const shift = fields['shift_factor'];
  return {
    ...(scaleFactor !== undefined && { scaleFactor }),
    ...(typeof shift === 'number' && Number.isFinite(shift) && { shift }),
    ...(mean && deviation && mean.length === deviation.length && deviation.every((d) => d > 0)
      ? { mean, deviation }
      : {}),
  };
}

/** Numbers at any depth: [1, 4, 1, 1] as well as [4]. */
function numbersIn(value: unknown): readonly number[] | null {
  if (!Array.isArray(value)) return null;
  const all: unknown[] = value.flat(4);
  return all.length > 0 &&
    all.length <= 64 &&
    all.every((n): n is number => typeof n === 'number' && Number.isFinite(n))
    ? all
    : null;
}
