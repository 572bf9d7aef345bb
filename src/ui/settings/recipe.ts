/** Converts between settings and recipes, which name settings in the words that tools share. */
import { likeOf, type Hires, type Recipe, type RecipeRedraw, type RecipeSettings } from '../../recipe/recipe';
import { modesOf, PLAIN_UPSCALER, RANDOM, upscalers as builtIn, type Mode, type Settings } from './settings';
import type { ModelFacts } from '../../engine/api';
import { rareOf } from './mend';
import { numberNames, settle } from './ranges';

/** The settings as a recipe. A random seed is left out. */
export function recipeSettings(mode: Mode, settings: Settings): RecipeSettings {
  const { prompt, negative, width, height, steps, guidance } = settings;
  const { sampler, schedule, spacing, like, emphasis, clipSkip, rng } = settings;
  const { hires: _, ...rare } = settings.rare;
  const { variationStrength, variationSeed, prediction } = settings;
  return {
    ...{ mode, prompt, negative, width, height, steps, guidance },
    ...{ sampler, schedule, like, ...(like === 'diffusers' && { spacing }), ...rare },
    ...{ emphasis, clipSkip, rng },
    ...(prediction !== 'auto' && { prediction }),
    ...(settings.seed !== RANDOM && { seed: BigInt(settings.seed) }),
    ...(variationStrength > 0 && {
      variationStrength,
      ...(variationSeed !== RANDOM && { variationSeed: BigInt(variationSeed) }),
    }),
    ...(mode === 'text' && settings.hires && { hires: hiresOf(settings) }),
    ...ofMode(mode, settings),
  };
}

function hiresOf(settings: Settings): Hires {
  const { hiresScale, hiresUpscaler, hiresStrength, hiresSteps, hiresGuidance } = settings;
  return {
    upscaler: hiresUpscaler,
    scale: hiresScale,
    strength: hiresStrength,
    ...(hiresSteps > 0 && { steps: hiresSteps }),
    ...(hiresGuidance > 0 && { guidance: hiresGuidance }),
    ...settings.rare.hires,
  };
}

function ofMode(mode: Mode, settings: Settings): RecipeSettings {
  const { strength, outpaintStrength, imageGuidance, maskBlur, maskMode, content } = settings;
  const { area, padding, soft, feather } = settings;
  switch (mode) {
    case 'text':
      return {};
    case 'image':
      return { strength };
    case 'instruct':
      return { imageGuidance };
    case 'inpaint':
      return { strength, maskBlur, maskMode, content, area, padding, soft };
    case 'outpaint':
      return { strength: outpaintStrength, area, padding, soft, feather };
  }
}

/** Completes a recipe with its tool's defaults, so that current settings do not change its picture. */
export function completed(recipe: Recipe): Recipe {
  const { tool, settings } = recipe;
  const like = settings.like ?? likeOf(tool.name);
  return {
    ...recipe,
    settings: {
      negative: '',
      schedule: 'Automatic',
      like,
      emphasis: like === 'ComfyUI' ? 'ComfyUI' : 'A1111',
      clipSkip: 1,
      rng: 'CPU',
      ...settings,
    },
  };
}

/** The settings that taking over a completed recipe changes. @param upscalers the names of those at hand. */
export function settingsOf(
  { settings }: Recipe,
  multiple: number,
  upscalers: readonly string[] = [],
): Partial<Settings> {
  const { seed, variationSeed, variationStrength = 0, hires, redraw, strength, mode, ...rest } = settings;
  const same = Object.fromEntries(
    Object.entries(rest).filter(([name]) => (sameNames as readonly string[]).includes(name)),
  ) as Partial<Settings>;
  const taken: Partial<Settings> = {
    ...same,
    ...(seed !== undefined && { seed: String(seed) }),
    variationStrength,
    ...(variationSeed !== undefined && { variationSeed: String(variationSeed) }),
    ...(strength !== undefined && { [mode === 'outpaint' ? 'outpaintStrength' : 'strength']: strength }),
    hires: hires !== undefined,
    ...(hires && hiresSettings(hires, settings.width, upscalers)),
    ...(redraw && redrawSettings(redraw, upscalers)),
    rare: rareOf({ ...rest, ...(hires && { hires }) }),
  };
  for (const name of numberNames) {
    const value = taken[name];
    if (value !== undefined) taken[name] = settle(name, value, multiple).value;
  }
  return taken;
}

/** Settings with the same name and form in both. */
const sameNames = [
  ...(['prompt', 'negative', 'width', 'height', 'steps', 'guidance', 'imageGuidance'] as const),
  ...(['sampler', 'schedule', 'spacing', 'like', 'emphasis', 'clipSkip', 'rng', 'prediction'] as const),
  ...(['maskBlur', 'maskMode', 'content', 'area', 'padding', 'soft', 'feather'] as const),
] satisfies (keyof Settings & keyof RecipeSettings)[];

function hiresSettings(
  hires: Hires,
  firstWidth: number | undefined,
  upscalers: readonly string[],
): Partial<Settings> {
  const scale = hires.scale ?? (hires.width && firstWidth ? hires.width / firstWidth : undefined);
  return {
    ...(isUpscaler(hires.upscaler, upscalers) && { hiresUpscaler: hires.upscaler }),
    ...(scale !== undefined && { hiresScale: scale }),
    hiresStrength: hires.strength,
    hiresSteps: hires.steps ?? 0,
    hiresGuidance: hires.guidance ?? 0,
  };
}

function redrawSettings(redraw: RecipeRedraw, upscalers: readonly string[]): Partial<Settings> {
  const { upscaler, scale, strength, width, height, padding, blur, order } = redraw;
  const isHere = upscaler === PLAIN_UPSCALER || upscalers.includes(upscaler);
  return {
    redraw: true,
    ...(isHere && { upscaler }),
    ...(scale !== undefined && { redrawScale: scale }),
    ...(strength !== undefined && { redrawStrength: strength }),
    ...(width !== undefined && { redrawWidth: width }),
    ...(height !== undefined && { redrawHeight: height }),
    ...(padding !== undefined && { redrawPadding: padding }),
    ...(blur !== undefined && { redrawBlur: blur }),
    redrawOrder: order ?? 'linear',
  };
}

/** Whether a picture can be enlarged so. @param files the names of upscalers at hand. */
export const isUpscaler = (name: string, files: readonly string[]): boolean =>
  Object.hasOwn(builtIn, name) || files.includes(name);

/** The mode that a recipe asks for, if the model can work in it. */
export function modeOf({ settings }: Recipe, facts: ModelFacts | null): Mode | null {
  const { mode } = settings;
  return mode && (!facts || modesOf(facts).includes(mode)) ? mode : null;
}
