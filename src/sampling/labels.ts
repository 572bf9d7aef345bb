/** What other tools, and older versions of this one, call samplers and schedules. */
import { samplerNames, scheduleNames, type SamplerName, type ScheduleName } from './settings';

/** A sampler and a schedule, which many tools name in one. */
export interface Chosen {
  readonly sampler: SamplerName;
  readonly schedule: ScheduleName;
}

/** Names of k-diffusion, ComfyUI, InvokeAI, NovelAI and diffusers that are not ours in other letters. */
const samplerAliases: Readonly<Record<string, SamplerName>> = {
  eulerdiscrete: 'Euler',
  euleradiscrete: 'Euler a',
  heundiscrete: 'Heun',
  kdpm2: 'DPM2',
  kdpm2a: 'DPM2 a',
  kdpm2discrete: 'DPM2',
  kdpm2adiscrete: 'DPM2 a',
  lmsdiscrete: 'LMS',
  dpmsolvermultistep: 'DPM++ 2M',
  dpmsolversde: 'DPM++ SDE',
  dpmad: 'DPM adaptive',
  ddimv3: 'DDIM',
  pndm: 'PLMS',
  unipcmultistep: 'UniPC',
  deismultistep: 'DEIS',
  flowmatcheulerdiscrete: 'Euler',
  flowmatchheundiscrete: 'Heun',
  flowmatchlcm: 'LCM',
};

const scheduleAliases: Readonly<Record<string, ScheduleName>> = {
  native: 'Uniform', // NovelAI's
  ddimuniform: 'DDIM', // ComfyUI's
  ays: 'Align Your Steps',
  ka: 'Karras', // A1111's k_dpmpp_2m_ka
  k: 'Karras', // InvokeAI's dpmpp_2m_k
};

const bySampler = new Map<string, SamplerName>([
  ...samplerNames.map((name) => [plain(name), name] as const),
  ...Object.entries(samplerAliases),
]);
const bySchedule = new Map<string, ScheduleName>([
  ...scheduleNames.map((name) => [plain(name), name] as const),
  ...Object.entries(scheduleAliases),
]);

/**
 * Sampler and schedule from whatever a tool calls them: "DPM++ 2M Karras", "k_euler_a", "dpmpp_2m" and "karras",
 * "EulerAncestralDiscreteScheduler". A schedule given separately overrules one in the sampler's name; with neither it is
 * Automatic.
 * @returns null for an unknown sampler. An unknown schedule counts as none.
 */
export function chosenBy(label: string, schedule = ''): Chosen | null {
  const named = scheduleNamed(schedule);
  const words = plain(label);
  const whole = samplerNamed(words);
  if (whole) return { sampler: whole, schedule: named ?? 'Automatic' };
  for (const [ending, inside] of bySchedule) {
    if (!words.endsWith(ending)) continue;
    const sampler = samplerNamed(words.slice(0, -ending.length));
    if (sampler) return { sampler, schedule: named ?? inside };
  }
  return null;
}

/** A schedule by any tool's name for it; null where it is none. */
export function scheduleNamed(label: string): ScheduleName | null {
  return bySchedule.get(plain(label)) ?? null;
}

function samplerNamed(words: string): SamplerName | undefined {
  const bare = words.replace(/^(?:k|sample)/, '').replace(/gpu$/, ''); // a place of noise, not a method
  return bySampler.get(words) ?? bySampler.get(bare);
}

/** Only lower-case letters and digits, with "++" as "pp", as tools put various signs between them. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('++', 'pp')
    .replaceAll('ancestral', 'a')
    .replace(/scheduler$|[\s_-]/g, '');
}
