/**
 * Reads the .yaml beside a checkpoint: the configuration of the program that trained it, CompVis's ldm or Stability's sgm.
 * Like A1111, only a file with the checkpoint's name is used.
 * https://github.com/Stability-AI/stablediffusion/blob/main/configs/stable-diffusion/v2-inference-v.yaml
 * https://github.com/Stability-AI/generative-models/blob/main/configs/inference/sd_xl_base.yaml
 */
import type { BetaSchedule } from '../model';
import { betaEnds, isTrue, positive, predictionNamed, refuse, sigmaRange, ZERO_SNR, type Said } from './said';
import { scalarsOf } from './yaml';

/** The key of its text in the metadata of its checkpoint. */
export const CONFIG_YAML = 'config.yaml';

/** ldm's names of beta schedules: its "linear" is linear in the square root, like diffusers' "scaled_linear". */
const kinds: ReadonlyMap<string, BetaSchedule['kind']> = new Map([
  ['linear', 'scaled_linear'],
  ['sqrt_linear', 'linear'],
  ['cosine', 'squaredcos_cap_v2'],
  ['squaredcos_cap_v2', 'squaredcos_cap_v2'],
]);

/** sgm's names for the scaling of a UNet's output, by the last word of a module's name. */
const scalings: ReadonlyMap<string, Said> = new Map([
  ['EpsScaling', { prediction: 'epsilon' }],
  ['VScaling', { prediction: 'v' }],
  ['EDMScaling', { prediction: 'epsilon', continuous: { kind: 'continuous', sigmaData: 0.5 } }],
  ['VScalingWithEDMcNoise', { prediction: 'v', continuous: { kind: 'continuous', sigmaData: 1 } }],
]);

/** In trainers' own configurations. */
const ZERO_SNR_FLAGS = ['zero_terminal_snr', 'rescale_betas_zero_snr', 'zsnr', 'ztsnr'];

/** @throws DrobeError 'unsupported-model' for unknown noise or an unknown prediction. */
export function configSays(yaml: string | undefined): Said {
  if (yaml === undefined) return {};
  const all = scalarsOf(yaml);
  const of = (key: string): string | undefined => all.get(`model.params.${key}`);
  const scaleFactor = positive(of('scale_factor'));
  return {
    ...predictionIn(of('parameterization')),
    betas: {
      ...betaEnds(of('linear_start'), of('linear_end'), of('timesteps')),
      ...kindIn(of('beta_schedule')),
    },
    ...(ZERO_SNR_FLAGS.some((flag) => isTrue(of(flag))) && ZERO_SNR),
    ...(scaleFactor !== undefined && { scaleFactor }),
    ...scalingIn(of),
  };
}

/** Whether a text is such a configuration. */
export const isConfig = (yaml: string): boolean =>
  [...scalarsOf(yaml).keys()].some((key) => key.startsWith('model.params.'));

function predictionIn(word: string | undefined): Said {
  if (word === undefined) return {};
  const prediction = predictionNamed(word);
  return prediction
    ? { prediction }
    : refuse(`a model that predicts "${word.slice(0, 40)}", by what its .yaml says`);
}

function kindIn(word: string | undefined): Partial<BetaSchedule> {
  if (word === undefined) return {};
  const kind = kinds.get(word);
  return kind
    ? { kind }
    : refuse(`a model that was trained over "${word.slice(0, 40)}" noise, by what its .yaml says`);
}

function scalingIn(of: (key: string) => string | undefined): Said {
  const scaling = 'denoiser_config.params.scaling_config';
  const said = scalings.get(of(`${scaling}.target`)?.split('.').at(-1) ?? '');
  if (!said?.continuous) return said ?? {};
  const range = 'sampler_config.params.discretization_config.params';
  const sigmaData = positive(of(`${scaling}.params.sigma_data`));
  return {
    ...said,
    continuous: {
      ...said.continuous,
      ...sigmaRange(of(`${range}.sigma_min`), of(`${range}.sigma_max`)),
      ...(sigmaData !== undefined && { sigmaData }),
    },
  };
}
