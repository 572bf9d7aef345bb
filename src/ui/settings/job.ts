/** Turns settings into what the engine takes; and the settings that come with a model. */
import type { Job, ModelFacts, Source } from '../../engine/api';
import { chosenBy } from '../../sampling/labels';
import { initial, type Settings } from './settings';

/** The settings that come with a model; prompt and seed stay. */
export function defaultsOf({ defaults }: ModelFacts): Pick<Settings, keyof ModelFacts['defaults']> {
  const { width, height, steps, guidance, spacing } = defaults;
  // Older versions stored the schedule in the sampler's name.
  const { sampler, schedule } = chosenBy(defaults.sampler, defaults.schedule) ?? initial;
  return { width, height, steps, guidance, sampler, schedule, spacing };
}

/** The settings that choosing another model replaces. */
export function boundToModel(
  settings: Settings,
): Pick<Settings, keyof ModelFacts['defaults'] | 'schedule' | 'model' | 'prediction' | 'rare'> {
  const { width, height, steps, guidance, sampler, schedule, spacing, model, prediction, rare } = settings;
  return { width, height, steps, guidance, sampler, schedule, spacing, model, prediction, rare };
}

/** Pictures beside the source. */
type Guides = Pick<Job, 'controls' | 'references'>;

/** The settings as the engine takes them. @param settings with seeds drawn: a random one counts as 0. */
export function jobOf(settings: Settings, source: Source | null, guides: Guides = {}): Job {
  const { controls = [], references = [] } = guides;
  const { model, backend, prompt, negative, width, height, steps, guidance } = settings;
  const { sampler, schedule, spacing, like, emphasis, clipSkip, rng } = settings;
  const { hires: _, ...rare } = settings.rare;
  const { variationStrength, prediction, vae, taesd, decoder, tiling, parts } = settings;
  return {
    ...{ model, backend, prompt, negative, width, height, steps, guidance, source },
    ...{ sampler, schedule, spacing, like, emphasis, ...rare, rng, seed: drawnSeed(settings.seed) },
    ...(variationStrength > 0 && { variationSeed: drawnSeed(settings.variationSeed), variationStrength }),
    ...(clipSkip > 1 && { clipSkip }),
    ...(settings.hires && source === null && { hires: hiresOf(settings) }),
    ...(controls.length > 0 && { controls }),
    ...(references.length > 0 && { references }),
    ...(prediction !== 'auto' && { prediction }),
    ...(vae && { vae }),
    ...(Object.keys(parts).length > 0 && { parts }),
    ...(taesd && { taesd }),
    ...(taesd && decoder === 'TAESD' && { decoder }),
    ...(tiling === 'always' && { tiled: true }),
  };
}

const drawnSeed = (digits: string): bigint => (/^\d+$/.test(digits) ? BigInt(digits) : 0n);

function hiresOf(settings: Settings): NonNullable<Job['hires']> {
  const { hiresScale, hiresUpscaler, hiresStrength, hiresSteps, hiresGuidance } = settings;
  return {
    scale: hiresScale,
    upscaler: hiresUpscaler,
    strength: hiresStrength,
    ...(hiresSteps > 0 && { steps: hiresSteps }),
    ...(hiresGuidance > 0 && { guidance: hiresGuidance }),
    ...settings.rare.hires,
  };
}
