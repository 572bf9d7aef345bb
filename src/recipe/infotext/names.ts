/** A1111's names for samplers and schedules, and how it splits a name that holds both. */
import type { Chosen } from '../../sampling/labels';
import type { SamplerName, ScheduleName } from '../../sampling/settings';

/** Its samplers (version 1.10), and what "Automatic" means for each where it is not Uniform. The first is the default. */
const samplers: readonly (readonly [SamplerName, ScheduleName?])[] = [
  ['DPM++ 2M', 'Karras'],
  ['DPM++ SDE', 'Karras'],
  ['DPM++ 2M SDE', 'Exponential'],
  ['DPM++ 2M SDE Heun', 'Exponential'],
  ['DPM++ 2S a', 'Karras'],
  ['DPM++ 3M SDE', 'Exponential'],
  ['Euler a'],
  ['Euler'],
  ['LMS'],
  ['Heun'],
  ['DPM2', 'Karras'],
  ['DPM2 a', 'Karras'],
  ['DPM fast'],
  ['DPM adaptive'],
  ['Restart', 'Karras'],
  ['DDIM'],
  ['DDIM CFG++'],
  ['PLMS'],
  ['UniPC'],
  ['LCM'],
];

/** Its schedules, in its order, each with the other names that a sampler's name may end in. */
const schedules: readonly (readonly [ScheduleName, ...string[]])[] = [
  ['Automatic', 'automatic'],
  ['Uniform', 'uniform'],
  ['Karras', 'karras'],
  ['Exponential', 'exponential'],
  ['Polyexponential', 'polyexponential'],
  ['SGM Uniform', 'sgm_uniform', 'SGMUniform'],
  ['KL Optimal', 'kl_optimal'],
  ['Align Your Steps', 'align_your_steps'],
  ['Simple', 'simple'],
  ['Normal', 'normal'],
  ['DDIM', 'ddim'],
  ['Beta', 'beta'],
];

/** What A1111's "Automatic" is for a sampler. */
export const automaticOf = (sampler: SamplerName): ScheduleName =>
  samplers.find(([name]) => name === sampler)?.[1] ?? 'Uniform';

/**
 * The sampler and schedule that A1111 makes of two names, case-sensitively. "SGM Uniform" at the end of a sampler's name is not
 * recognised, as "Uniform" is looked for first. The schedule that the sampler has by default becomes "Automatic".
 * @returns where the sampler's name is unknown, `known` is false and the sampler A1111's fallback, DPM++ 2M.
 */
export function a1111Choice(label?: string, schedule?: string): Chosen & { readonly known: boolean } {
  // A separate schedule is recognised by its label or its short name, not by an alias.
  let found = schedules.find(([name, short]) => schedule === name || schedule === short)?.[0] ?? 'Automatic';
  let name = label === undefined || label === '' ? samplers[0]![0] : label; // the table has a first row
  for (const [own, ...others] of schedules) {
    const ending = [own, ...others].find((other) => name.endsWith(` ${other}`));
    if (ending === undefined) continue;
    found = own;
    name = name.slice(0, -ending.length - 1);
  }
  const row = samplers.find(([sampler]) => sampler === name);
  const [sampler, automatic] = row ?? samplers[0]!;
  return { sampler, schedule: found === automatic ? 'Automatic' : found, known: row !== undefined };
}
