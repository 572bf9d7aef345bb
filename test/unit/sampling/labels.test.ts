import { describe, expect, it } from 'vitest';
import { chosenBy, scheduleNamed } from '../../../src/sampling/labels';
import { samplerNames, scheduleNames } from '../../../src/sampling/settings';

describe('names of samplers and schedules', () => {
  it('are understood as we write them, alone and with a schedule behind', () => {
    for (const sampler of samplerNames) {
      expect(chosenBy(sampler)).toEqual({ sampler, schedule: 'Automatic' });
      for (const schedule of scheduleNames) {
        expect(chosenBy(sampler, schedule)).toEqual({ sampler, schedule });
        expect(chosenBy(`${sampler} ${schedule}`)).toEqual({ sampler, schedule });
      }
    }
  });

  it.each([
    ['DPM++ 2M Karras', '', 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M SDE Exponential', '', 'DPM++ 2M SDE', 'Exponential'],
    ['k_euler_a', '', 'Euler a', 'Automatic'],
    ['k_dpmpp_2m_ka', '', 'DPM++ 2M', 'Karras'],
    ['k_dpm_2_a_ka', '', 'DPM2 a', 'Karras'],
    ['k_dpm_ad', '', 'DPM adaptive', 'Automatic'],
    ['DPM2 a Karras', '', 'DPM2 a', 'Karras'],
    ['dpmpp_2m', 'karras', 'DPM++ 2M', 'Karras'],
    ['dpmpp_2s_ancestral', 'ddim_uniform', 'DPM++ 2S a', 'DDIM'],
    ['dpmpp_3m_sde_gpu', 'sgm_uniform', 'DPM++ 3M SDE', 'SGM Uniform'],
    ['dpm_2_ancestral', 'kl_optimal', 'DPM2 a', 'KL Optimal'],
    ['uni_pc', 'normal', 'UniPC', 'Normal'],
    ['euler_cfg_pp', 'beta', 'Euler CFG++', 'Beta'],
    ['res_multistep', 'simple', 'RES multistep', 'Simple'],
    ['ipndm', '', 'iPNDM', 'Automatic'],
    ['dpmpp_2m_sde_k', '', 'DPM++ 2M SDE', 'Karras'],
    ['kdpm_2_a_k', '', 'DPM2 a', 'Karras'],
    ['unipc_k', '', 'UniPC', 'Karras'],
    ['k_dpmpp_2s_ancestral', 'native', 'DPM++ 2S a', 'Uniform'],
    ['ddim_v3', '', 'DDIM', 'Automatic'],
    ['EulerAncestralDiscreteScheduler', '', 'Euler a', 'Automatic'],
    ['DPMSolverMultistepScheduler', 'karras', 'DPM++ 2M', 'Karras'],
    ['KDPM2AncestralDiscreteScheduler', '', 'DPM2 a', 'Automatic'],
    ['PNDMScheduler', '', 'PLMS', 'Automatic'],
    ['DDIMScheduler', '', 'DDIM', 'Automatic'],
    ['UniPCMultistepScheduler', '', 'UniPC', 'Automatic'],
    ['dpm++ 2m KARRAS', '', 'DPM++ 2M', 'Karras'],
  ] as const)('%s %s is %s with %s', (label, schedule, sampler, expected) => {
    expect(chosenBy(label, schedule)).toEqual({ sampler, schedule: expected });
  });

  it('of none that we know give null, and an unknown schedule counts as none', () => {
    for (const label of ['', 'Karras', 'no such thing', 'Euler Karras a']) expect(chosenBy(label)).toBe(null);
    expect(chosenBy('Euler', 'no such thing')).toEqual({ sampler: 'Euler', schedule: 'Automatic' });
    expect(scheduleNamed('ays')).toBe('Align Your Steps');
    expect(scheduleNamed('')).toBe(null);
  });
});
