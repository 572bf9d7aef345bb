/** A1111's names of samplers and schedules, and how it takes one apart that holds both. */
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

/** Its schedules in its order, each with the other names that the name of a sampler may end in. */
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
 * What A1111 takes for a sampler's name and a schedule's, letter by letter. "SGM Uniform" at the end of a name is not seen,
 * as "Uniform" is looked for first. A schedule that the sampler would have anyway is "Automatic".
 * @returns what it falls back to where it does not know the name, DPM++ 2M; `known` tells.
 */
export function a1111Choice(label?: string, schedule?: string): Chosen & { readonly known: boolean } {
  // Where a schedule stands by itself, its label or its short name counts, no alias.
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
