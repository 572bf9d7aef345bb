/**
 * A recipe as a workflow of ComfyUI's own nodes, in both of its forms. With `like: 'ComfyUI'` it is meant to draw the same
 * picture; a note in the workflow says what ComfyUI does differently.
 */
import { comfyNotes, type ComfyNotes } from './notes';
import type { ScheduleName } from '../../sampling/settings';
import { attention, BREAK } from '../../text/attention';
import { loraTags, type LoraTag } from '../../text/lora';
import { controlled } from './control';
import { isReference } from '../control';
import { comfySampler, comfyScheduler } from './names';
import { AFTER_SEED, type NodeType } from './nodes';
import { words } from './prompt';
import { pageForm, runForm, Sheet, type Field, type Output } from './sheet';
import { exactJson } from '../json';
import { automaticOf } from '../infotext/names';
import { resourcesOf, weightsEnding, type Recipe, type RecipeSettings } from '../recipe';

/** A picture as a workflow of ComfyUI. */
export interface ComfyWorkflow {
  /** JSON for its page, to be opened there or dropped on it. */
  readonly workflow: string;
  /** JSON that its server runs, the "API format". */
  readonly prompt: string;
  /** What the user has to choose, and what ComfyUI does differently, in sentences; may be empty. */
  readonly notes: readonly string[];
}

/** @param say the notes in the user's language. */
export function writeComfy(recipe: Recipe, say: ComfyNotes = comfyNotes): ComfyWorkflow {
  const sheet = new Sheet(say);
  layOut(sheet, recipe);
  return { workflow: pageForm(sheet), prompt: exactJson(runForm(sheet)), notes: sheet.notes };
}

function layOut(sheet: Sheet, recipe: Recipe): void {
  const { settings } = recipe;
  const called = resourcesOf(recipe, 'lora').map(({ name }) => name);
  const { prompt: untagged, loras } = loraTags(settings.prompt ?? '', called);
  const prompt = loras.length > 0 ? untagged.trim() : untagged;
  const nets = netsOf(sheet, recipe, loras);
  const embeddings = resourcesOf(recipe, 'embedding').map(({ name }) => name);
  const say = (text: string): Output => words(sheet, nets.clip, text, settings, embeddings);
  // ComfyUI has no nodes of its own for IP-Adapters.
  const controls = (settings.controls ?? []).filter((control) => !isReference(control));
  const guided = (said: Said): Said => controlled(sheet, controls, said, fileOf);
  const said = { positive: say(prompt), negative: say(settings.negative ?? '') };
  const start = startOf(sheet, settings, nets.vae, guided(said));
  const strength = settings.mode === 'image' || settings.mode === 'inpaint' ? (settings.strength ?? 1) : 1;
  let latents = sampled(sheet, settings, nets.model, start, strength, 3);
  const { hires, batch } = settings;
  if (hires) {
    const larger = enlarged(sheet, hires, latents, nets.vae);
    const own = {
      positive: hires.prompt === undefined ? said.positive : say(loraTags(hires.prompt).prompt),
      negative: hires.negative === undefined ? said.negative : say(hires.negative),
    };
    const same = hires.prompt === undefined && hires.negative === undefined;
    const again = { ...(same ? start : guided(own)), latents: larger };
    latents = sampled(sheet, { ...settings, ...hires }, nets.model, again, hires.strength, 5);
  }
  if (batch && batch.count > 1) {
    const fields = { batch_index: batch.index, length: 1 };
    [latents] = sheet.add('LatentFromBatch', 6, { samples: latents }, fields);
  }
  const [images] = sheet.add('VAEDecode', 6, { samples: latents, vae: nets.vae });
  sheet.add('SaveImage', 7, { images }, { filename_prefix: 'Drobe' });
  tellDifferences(sheet, settings);
}

/** The nets, with all that the recipe adds to them or sets of them. */
function netsOf(
  sheet: Sheet,
  recipe: Recipe,
  loras: readonly LoraTag[],
): Readonly<Record<'model' | 'clip' | 'vae', Output>> {
  const { clipSkip = 1, prediction, zeroSnr, guidanceRescale, shift, skipLayers } = recipe.settings;
  const [named] = resourcesOf(recipe, 'model');
  const checkpoint = { ckpt_name: fileOf(named?.name ?? 'model') };
  let [model, clip, vae] = sheet.add('CheckpointLoaderSimple', 0, {}, checkpoint);
  const [own] = resourcesOf(recipe, 'vae');
  if (own) [vae] = sheet.add('VAELoader', 0, {}, { vae_name: fileOf(own.name) });
  for (const { name, text, unet } of loras) {
    const fields = { lora_name: fileOf(name), strength_model: unet, strength_clip: text };
    [model, clip] = sheet.add('LoraLoader', 1, { model, clip }, fields);
  }
  if (clipSkip > 1) [clip] = sheet.add('CLIPSetLastLayer', 1, { clip }, { stop_at_clip_layer: -clipSkip });
  if (zeroSnr || prediction) {
    // The node sets both. A model with zero terminal SNR predicts v unless the recipe says otherwise.
    const sampling = prediction === 'epsilon' ? 'eps' : 'v_prediction';
    [model] = sheet.add('ModelSamplingDiscrete', 1, { model }, { sampling, zsnr: zeroSnr ?? false });
  }
  if (guidanceRescale !== undefined)
    [model] = sheet.add('RescaleCFG', 1, { model }, { multiplier: guidanceRescale });
  if (shift !== undefined) [model] = sheet.add('ModelSamplingSD3', 1, { model }, { shift });
  if (skipLayers) {
    const { layers, scale, start, end } = skipLayers;
    const fields = { layers: layers.join(', '), scale, start_percent: start, end_percent: end };
    [model] = sheet.add('SkipLayerGuidanceSD3', 1, { model }, fields);
  }
  return { model, clip, vae };
}

const fileOf = (name: string): string => (weightsEnding.test(name) ? name : `${name}.safetensors`);

/** The conditionings. */
interface Said {
  readonly positive: Output;
  readonly negative: Output;
}
interface Start extends Said {
  readonly latents: Output;
}

/** The latents that noise is added to, with the conditionings. */
function startOf(sheet: Sheet, settings: RecipeSettings, vae: Output, said: Said): Start {
  const { mode = 'text', width = 512, height = 512, batch } = settings;
  if (mode === 'text') {
    const [latents] = sheet.add('EmptyLatentImage', 2, {}, { width, height, batch_size: batch?.count ?? 1 });
    return { ...said, latents };
  }
  const [picture, mask] = sheet.add('LoadImage', 0, {}, { image: 'picture.png', upload: 'image' });
  sheet.note(sheet.say.chooseSource);
  const fields = { upscale_method: 'lanczos', width, height, crop: 'center' };
  const [pixels] = sheet.add('ImageScale', 1, { image: picture }, fields);
  if (mode === 'instruct') {
    const [positive, negative, latents] = sheet.add('InstructPixToPixConditioning', 2, {
      ...said,
      vae,
      pixels,
    });
    sheet.note(sheet.say.oneScale);
    return { positive, negative, latents };
  }
  const [encoded] = sheet.add('VAEEncode', 2, { pixels, vae });
  if (mode === 'image') return { ...said, latents: encoded };
  const [masked] = sheet.add('SetLatentNoiseMask', 2, { samples: encoded, mask });
  sheet.note(sheet.say.maskIsClear);
  return { ...said, latents: masked };
}

type SchedulerType = Extract<NodeType, `${string}Scheduler`>;

/** Schedules that are nodes of their own, as KSampler has no name for them. */
const ownSchedules: Readonly<Partial<Record<ScheduleName, SchedulerType>>> = {
  Polyexponential: 'PolyexponentialScheduler',
  'Align Your Steps': 'AlignYourStepsScheduler',
  Turbo: 'SDTurboScheduler',
};
/** The range of SD 1.x's noise levels, the default of those nodes. */
const SIGMA_MAX = 14.614642;
const SIGMA_MIN = 0.0291675;

function sampled(
  sheet: Sheet,
  settings: RecipeSettings,
  model: Output,
  start: Start,
  denoise: number,
  column: number,
): Output {
  const { sampler = 'Euler', schedule = 'Automatic', steps = 20, guidance = 7, seed = 0n } = settings;
  const named = comfySampler(sampler);
  if (!named.exact) sheet.note(sheet.say.sampler(sampler, named.name));
  const { positive, negative, latents } = start;
  const resolved =
    schedule !== 'Automatic' ? schedule : settings.like === 'A1111' ? automaticOf(sampler) : 'Normal';
  const { sigmaMin, sigmaMax, rho } = settings;
  const bent = sigmaMin !== undefined || sigmaMax !== undefined || rho !== undefined;
  const ends = { sigma_max: sigmaMax ?? SIGMA_MAX, sigma_min: sigmaMin ?? SIGMA_MIN };
  const own = ownSchedule(resolved, bent && denoise === 1);
  if (bent && (!own || denoise < 1)) sheet.note(sheet.say.ends);
  const links = { model, positive, negative, latent_image: latents };
  if (!own) {
    const scheduler = comfyScheduler(resolved) ?? 'normal';
    const drawing = { steps, cfg: guidance, sampler_name: named.name, scheduler, denoise };
    const [out] = sheet.add('KSampler', column, links, { seed, [AFTER_SEED]: 'fixed', ...drawing });
    return out;
  }
  if (own === 'AlignYourStepsScheduler') sheet.note(sheet.say.alignSteps);
  if (own === 'PolyexponentialScheduler' && denoise < 1) sheet.note(sheet.say.wholeSchedule);
  const fields = scheduleFields(own, { steps, denoise, ends, rho });
  const [sigmas] = sheet.add(own, column - 1, own === 'SDTurboScheduler' ? { model } : {}, fields);
  const [select] = sheet.add('KSamplerSelect', column - 1, {}, { sampler_name: named.name });
  const custom = { add_noise: true, noise_seed: seed, [AFTER_SEED]: 'fixed', cfg: guidance };
  const [out] = sheet.add('SamplerCustom', column, { ...links, sampler: select, sigmas }, custom);
  return out;
}

/** The fields of a node that is a schedule. */
function scheduleFields(
  type: SchedulerType,
  told: { steps: number; denoise: number; ends: Record<string, number>; rho: number | undefined },
): Readonly<Record<string, Field>> {
  const { steps, denoise, ends, rho } = told;
  switch (type) {
    case 'AlignYourStepsScheduler':
      return { model_type: 'SD1', steps, denoise };
    case 'SDTurboScheduler':
      return { steps, denoise };
    case 'ExponentialScheduler':
      return { steps, ...ends };
    default:
      return { steps, ...ends, rho: rho ?? (type === 'KarrasScheduler' ? 7 : 1) };
  }
}

function ownSchedule(schedule: ScheduleName, bent: boolean): SchedulerType | undefined {
  if (bent && schedule === 'Karras') return 'KarrasScheduler';
  if (bent && schedule === 'Exponential') return 'ExponentialScheduler';
  return ownSchedules[schedule];
}

const latentMethods: ReadonlyMap<string, string> = new Map([
  ['Latent', 'bilinear'],
  ['Latent (bicubic)', 'bicubic'],
  ['Latent (nearest-exact)', 'nearest-exact'],
]);
const pixelMethods: ReadonlyMap<string, string> = new Map([
  ['Lanczos', 'lanczos'],
  ['Nearest', 'nearest-exact'],
]);

function enlarged(
  sheet: Sheet,
  hires: NonNullable<RecipeSettings['hires']>,
  latents: Output,
  vae: Output,
): Output {
  const { upscaler, scale = 1, width, height } = hires;
  const isLatent = upscaler.startsWith('Latent');
  const method = (isLatent ? latentMethods : pixelMethods).get(upscaler);
  if (method === undefined) sheet.note(sheet.say.upscaler(upscaler));
  const fixed = width !== undefined && height !== undefined;
  const how = { upscale_method: method ?? (isLatent ? 'bilinear' : 'lanczos') };
  const size = fixed ? { ...how, width, height, crop: 'disabled' } : { ...how, scale_by: scale };
  if (isLatent) {
    const [out] = sheet.add(fixed ? 'LatentUpscale' : 'LatentUpscaleBy', 4, { samples: latents }, size);
    return out;
  }
  const [image] = sheet.add('VAEDecode', 4, { samples: latents, vae });
  const [larger] = sheet.add(fixed ? 'ImageScale' : 'ImageScaleBy', 4, { image }, size);
  const [out] = sheet.add('VAEEncode', 4, { pixels: larger, vae });
  return out;
}

/** Notes where ComfyUI's picture will differ: that of another tool, or one with settings that ComfyUI lacks. */
function tellDifferences(sheet: Sheet, settings: RecipeSettings): void {
  const {
    like,
    emphasis,
    prompt = '',
    negative = '',
    rng,
    seedDelta,
    variationStrength,
    resizeFrom,
    spacing,
  } = settings;
  if (like !== undefined && like !== 'ComfyUI') {
    sheet.note(sheet.say.like(like));
  }
  if (settings.redraw) sheet.note(sheet.say.redrawn);
  if (rng === 'NV') sheet.note(sheet.say.cardsNoise);
  if (variationStrength) sheet.note(sheet.say.variation);
  if (seedDelta) sheet.note(sheet.say.seedDelta);
  if (resizeFrom) sheet.note(sheet.say.seedSize);
  if (like === 'diffusers' && spacing !== undefined) sheet.note(sheet.say.spacing(spacing));
  const weighs = [prompt, negative].some((text) =>
    attention(text).some(({ text: part, weight }) => weight !== 1 && part !== BREAK),
  );
  if (weighs && (emphasis === undefined || emphasis === 'A1111' || emphasis === 'No norm')) {
    sheet.note(sheet.say.weights);
  }
  if (emphasis !== 'ComfyUI' && /\[[^\]]*[:|][^\]]*\]|\bAND\b/.test(prompt + negative)) {
    sheet.note(sheet.say.wordsStay);
  }
  const quiet = ['eta', 'churn', 'noiseScale', 'betaAlpha', 'betaBeta', 'order'] as const;
  const lost = quiet.filter((name) => settings[name] !== undefined);
  if (lost.length > 0) sheet.note(sheet.say.lost(lost));
}
