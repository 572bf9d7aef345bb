/** ComfyUI's names for samplers and schedules. */
import type { SamplerName, ScheduleName } from '../../sampling/settings';

const samplers: Readonly<Partial<Record<SamplerName, string>>> = {
  Euler: 'euler',
  'Euler a': 'euler_ancestral',
  Heun: 'heun',
  DPM2: 'dpm_2',
  'DPM2 a': 'dpm_2_ancestral',
  LMS: 'lms',
  'DPM++ 2S a': 'dpmpp_2s_ancestral',
  'DPM++ 2M': 'dpmpp_2m',
  'DPM++ SDE': 'dpmpp_sde',
  'DPM++ 2M SDE': 'dpmpp_2m_sde',
  'DPM++ 2M SDE Heun': 'dpmpp_2m_sde_heun',
  'DPM++ 3M SDE': 'dpmpp_3m_sde',
  'DPM fast': 'dpm_fast',
  'DPM adaptive': 'dpm_adaptive',
  DDIM: 'ddim',
  DDPM: 'ddpm',
  UniPC: 'uni_pc',
  DEIS: 'deis',
  iPNDM: 'ipndm',
  'RES multistep': 'res_multistep',
  LCM: 'lcm',
  'Euler CFG++': 'euler_cfg_pp',
  'Euler a CFG++': 'euler_ancestral_cfg_pp',
  'DPM++ 2M CFG++': 'dpmpp_2m_cfg_pp',
  'DPM++ 2S a CFG++': 'dpmpp_2s_ancestral_cfg_pp',
  'UniPC bh2': 'uni_pc_bh2',
  HeunPP2: 'heunpp2',
  'iPNDM v': 'ipndm_v',
  'RES multistep a': 'res_multistep_ancestral',
  'RES multistep CFG++': 'res_multistep_cfg_pp',
  'RES multistep a CFG++': 'res_multistep_ancestral_cfg_pp',
  'Gradient Estimation': 'gradient_estimation',
  'Gradient Estimation CFG++': 'gradient_estimation_cfg_pp',
  'ER SDE': 'er_sde',
  'SEEDS 2': 'seeds_2',
  'SEEDS 3': 'seeds_3',
  'Exp Heun 2 x0': 'exp_heun_2_x0',
  'Exp Heun 2 x0 SDE': 'exp_heun_2_x0_sde',
};

/** The nearest of ComfyUI's samplers for those that it lacks. */
const nearest: Readonly<Partial<Record<SamplerName, string>>> = {
  Restart: 'heun',
  PLMS: 'ipndm',
  TCD: 'lcm',
  'DPM++ 2S': 'dpmpp_2m',
  'DPM++ 3S': 'dpmpp_2m',
  'DPM++ 3M': 'dpmpp_2m',
  'DPM-Solver 2M': 'dpmpp_2m',
  'DDIM CFG++': 'euler_cfg_pp',
};

const schedulers: Readonly<Partial<Record<ScheduleName, string>>> = {
  Normal: 'normal',
  Uniform: 'normal',
  Karras: 'karras',
  Exponential: 'exponential',
  'SGM Uniform': 'sgm_uniform',
  Simple: 'simple',
  DDIM: 'ddim_uniform',
  Beta: 'beta',
  'KL Optimal': 'kl_optimal',
  'Linear Quadratic': 'linear_quadratic',
};

/** @returns `exact`: whether ComfyUI has the sampler; else the name is that of the nearest. */
export function comfySampler(name: SamplerName): { readonly name: string; readonly exact: boolean } {
  const own = samplers[name];
  return own ? { name: own, exact: true } : { name: nearest[name] ?? 'euler', exact: false };
}

/** Null where ComfyUI's samplers have no such scheduler: some schedules are nodes of their own. */
export const comfyScheduler = (name: ScheduleName): string | null => schedulers[name] ?? null;
