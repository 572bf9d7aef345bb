/**
 * A recipe as a script for diffusers that runs as it is, with the files beside it. Comments at its top say what diffusers lacks.
 */
import { attention, BREAK } from '../../text/attention';
import { loraTags, type LoraTag } from '../../text/lora';
import { isReference, type RecipeControl } from '../control';
import { controlArguments, controlDifferences, controlLines, controlPipeline, controlsOf } from './control';
import { referenceArguments, referenceLines, referencesOf } from './references';
import { pythonNumber } from '../infotext/pairs';
import { schedulerFor, schedulerLine, type Scheduler } from './schedulers';
import { resourcesOf, weightsEnding, type Recipe, type RecipeMode, type RecipeSettings } from '../recipe';

/** Pipelines by mode; the second is for SDXL. */
const pipelines: Readonly<Record<RecipeMode, readonly [string, string]>> = {
  text: ['StableDiffusionPipeline', 'StableDiffusionXLPipeline'],
  image: ['StableDiffusionImg2ImgPipeline', 'StableDiffusionXLImg2ImgPipeline'],
  inpaint: ['StableDiffusionInpaintPipeline', 'StableDiffusionXLInpaintPipeline'],
  outpaint: ['StableDiffusionInpaintPipeline', 'StableDiffusionXLInpaintPipeline'],
  instruct: ['StableDiffusionInstructPix2PixPipeline', 'StableDiffusionXLInstructPix2PixPipeline'],
};

/** @param isXl whether the model is of Stable Diffusion XL, whose pipelines and arguments have other names. */
export function diffusersScript(recipe: Recipe, { isXl }: { readonly isXl: boolean }): string {
  const { settings } = recipe;
  const { mode = 'text', hires } = settings;
  const called = resourcesOf(recipe, 'lora').map(({ name }) => name);
  const { loras } = loraTags(settings.prompt ?? '', called);
  const embeddings = resourcesOf(recipe, 'embedding');
  const [model] = resourcesOf(recipe, 'model');
  const [vae] = resourcesOf(recipe, 'vae');
  const scheduler = schedulerFor(settings.sampler);
  const controls = controlsOf(mode, settings.controls);
  const isGuided = controls.length > 0;
  const references = referencesOf(settings, isXl);
  const size = `${widthOf(settings)}, ${heightOf(settings)}`;
  const guides = controlLines(controls, size, file);
  const named = (kind: RecipeMode): string =>
    isGuided ? controlPipeline(kind, isXl) : pipelines[kind][isXl ? 1 : 0];
  const pipeline = named(mode);
  const second = named('image');
  const classes = [
    ...[pipeline, scheduler.name],
    ...(vae ? ['AutoencoderKL'] : []),
    ...(isGuided ? ['ControlNetModel'] : []),
    ...(hires ? [second] : []),
  ];
  const lines = [
    ...differences(settings, scheduler).map((sentence) => `# ${sentence}`),
    ...headLines(classes, {
      loadsPictures: mode !== 'text' || isGuided || references.length > 0,
      loadsFiles: isXl && embeddings.length > 0,
    }),
  ];
  if (vae) lines.push(`vae = AutoencoderKL.from_single_file(${file(vae.name)}, torch_dtype=dtype)`);
  if (isGuided) lines.push(...guides.nets);
  const parts = [
    ...[file(model?.name ?? 'model'), 'torch_dtype=dtype'],
    ...(vae ? ['vae=vae'] : []),
    ...(isGuided ? ['controlnet=controlnets'] : []),
  ];
  lines.push(`pipe = ${pipeline}.from_single_file(${parts.join(', ')}).to(device)`);
  lines.push(schedulerLine(settings, scheduler));
  lines.push(...referenceLines(references, file));
  lines.push(...loraLines(loras), ...embeddings.flatMap(({ name }) => embeddingLines(name, isXl)), '');

  lines.push(...drawingLines(settings, { controls, hints: guides.hints, isXl, scheduler }));
  if (hires) lines.push('', ...hiresLines(settings, hires, second, isXl, scheduler));
  lines.push('result.save("result.png")', '');
  return lines.join('\n');
}

/** Imports, and the device. @param classes of diffusers. */
const headLines = (
  classes: readonly string[],
  { loadsPictures, loadsFiles }: { loadsPictures: boolean; loadsFiles: boolean },
): string[] => [
  'import torch',
  `from diffusers import ${[...new Set(classes)].sort().join(', ')}`,
  ...(loadsPictures ? ['from diffusers.utils import load_image'] : []),
  ...(loadsFiles ? ['from safetensors.torch import load_file'] : []),
  '',
  'device = "cuda" if torch.cuda.is_available() else "cpu"',
  'dtype = torch.float16 if device == "cuda" else torch.float32',
  '',
];

/** The lines that load pictures and draw. @param hints the lines that load the controls' pictures. */
function drawingLines(
  settings: RecipeSettings,
  told: { controls: readonly RecipeControl[]; hints: readonly string[]; isXl: boolean; scheduler: Scheduler },
): string[] {
  const { controls, hints, isXl, scheduler } = told;
  const { mode = 'text', seed = 0n, batch } = settings;
  const passed = argumentsOf(settings, isXl, scheduler);
  const lines: string[] = [];
  if (mode !== 'text') {
    lines.push(`image = load_image("picture.png").resize((${widthOf(settings)}, ${heightOf(settings)}))`);
    passed.image = 'image';
  }
  if (mode === 'inpaint' || mode === 'outpaint') {
    lines.push('mask = load_image("mask.png").resize(image.size)');
    passed.mask_image = 'mask';
  }
  if (controls.length > 0) {
    lines.push(...hints);
    // ControlNet pipelines have no guidance rescale.
    delete passed.guidance_rescale;
    Object.assign(passed, controlArguments(controls, mode));
  }
  lines.push(`generator = torch.Generator("cpu").manual_seed(${seed})`);
  if (batch && batch.count > 1) passed.num_images_per_prompt = String(batch.count);
  lines.push(`result = pipe(${listed(passed)}).images[${batch?.index ?? 0}]`);
  return lines;
}

const text = (value: string): string => JSON.stringify(value);
const file = (name: string): string => text(weightsEnding.test(name) ? name : `${name}.safetensors`);
const widthOf = ({ width = 512 }: RecipeSettings): number => width;
const heightOf = ({ height = 512 }: RecipeSettings): number => height;

/** Loads the LoRAs one after the other, then sets their weights, apart for UNet and text encoders where these differ. */
function loraLines(loras: readonly LoraTag[]): string[] {
  if (loras.length === 0) return [];
  const names = loras.map((_, i) => `"lora_${i + 1}"`);
  const weights = loras.map(({ text: te, unet }) =>
    te === unet
      ? pythonNumber(unet)
      : `{"unet": ${pythonNumber(unet)}, "text_encoder": ${pythonNumber(te)}, "text_encoder_2": ${pythonNumber(te)}}`,
  );
  return [
    ...loras.map(({ name }, i) => `pipe.load_lora_weights(${file(name)}, adapter_name=${names[i]!})`), // a name for each
    `pipe.set_adapters([${names.join(', ')}], adapter_weights=[${weights.join(', ')}])`,
  ];
}

function embeddingLines(name: string, isXl: boolean): string[] {
  if (!isXl) return [`pipe.load_textual_inversion(${file(name)}, token=${text(name)})`];
  const load = (key: string, number: string): string =>
    `pipe.load_textual_inversion(words[${text(key)}], token=${text(name)}, text_encoder=pipe.text_encoder${number}, tokenizer=pipe.tokenizer${number})`;
  return [`words = load_file(${file(name)})`, load('clip_l', ''), load('clip_g', '_2')];
}

/** The pipeline's arguments. */
function argumentsOf(settings: RecipeSettings, isXl: boolean, scheduler: Scheduler): Record<string, string> {
  const { mode = 'text', steps = 20, guidance = 7, clipSkip = 1, strength, guidanceRescale, eta } = settings;
  const all: Record<string, string> = {
    prompt: text(plainOf(settings.prompt ?? '', settings)),
    negative_prompt: text(plainOf(settings.negative ?? '', settings)),
  };
  if (mode === 'text' || ((mode === 'inpaint' || mode === 'outpaint') && !isXl)) {
    Object.assign(all, { width: String(widthOf(settings)), height: String(heightOf(settings)) });
  }
  all.num_inference_steps = String(steps);
  all.guidance_scale = pythonNumber(guidance);
  if (mode === 'instruct') all.image_guidance_scale = pythonNumber(settings.imageGuidance ?? 1.5);
  if (mode !== 'text' && mode !== 'instruct') all.strength = pythonNumber(strength ?? 0.75);
  // diffusers counts the layers left out; SDXL is trained without the last.
  const skipped = clipSkip - (isXl ? 2 : 1);
  if (skipped > 0 && mode !== 'instruct') all.clip_skip = String(skipped);
  const rescales = mode === 'text' || (isXl && mode !== 'instruct');
  if (guidanceRescale !== undefined && rescales) all.guidance_rescale = pythonNumber(guidanceRescale);
  if (eta !== undefined && /^(?:DDIM|TCD)/.test(scheduler.name)) all.eta = pythonNumber(eta);
  return { ...all, ...referenceArguments(referencesOf(settings, isXl)), generator: 'generator' };
}

const listed = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, value]) => `\n    ${name}=${value},`)
    .join('')
    .concat('\n');

/** The prompt without LoRA tags, and without the weights and BREAK, which diffusers does not know. */
function plainOf(prompt: string, { emphasis }: RecipeSettings): string {
  const rest = loraTags(prompt).prompt.trim();
  if (emphasis === 'off' || emphasis === 'ComfyUI') return rest;
  const pieces = attention(rest).filter(({ text: part, weight }) => part !== BREAK || weight !== -1);
  return pieces.map(({ text: part }) => part).join('');
}

function hiresLines(
  settings: RecipeSettings,
  hires: NonNullable<RecipeSettings['hires']>,
  pipeline: string,
  isXl: boolean,
  scheduler: Scheduler,
): string[] {
  const { scale = 2 } = hires;
  const width = hires.width ?? Math.round((widthOf(settings) * scale) / 8) * 8;
  const height = hires.height ?? Math.round((heightOf(settings) * scale) / 8) * 8;
  const passed = argumentsOf({ ...settings, ...hires, mode: 'image' }, isXl, scheduler);
  const controls = controlsOf('image', settings.controls);
  if (controls.length > 0) {
    delete passed.guidance_rescale;
    const hints = `[hint.resize((${width}, ${height})) for hint in hints]`;
    Object.assign(passed, controlArguments(controls, 'image', hints));
  }
  return [
    `larger = result.resize((${width}, ${height}))`,
    `again = ${pipeline}(**pipe.components)`,
    `result = again(${listed({ ...passed, image: 'larger' })}).images[0]`,
  ];
}

/** Sentences on where the picture will differ. */
function differences(settings: RecipeSettings, { exact = true, name }: Scheduler): string[] {
  const { sampler, like, prompt = '', negative = '', rng, hires } = settings;
  const weighs = [prompt, negative].some((said) => attention(said).some(({ weight }) => weight !== 1));
  const all = [
    ...controlDifferences(settings.controls ?? [], settings.mode ?? 'text'),
    (settings.controls ?? []).filter(isReference).some(({ start, end }) => start > 0 || end < 1) &&
      'diffusers applies a reference image during the whole run.',
    sampler !== undefined && !exact && `diffusers has no sampler ${sampler}; ${name} is used instead.`,
    like !== undefined &&
      like !== 'diffusers' &&
      `The picture was drawn the way ${like} does it; noise and noise levels differ slightly.`,
    rng === 'NV' && 'The noise was generated as on an NVIDIA card; this script generates it on the CPU.',
    weighs && settings.emphasis !== 'off' && 'diffusers has no prompt weights; they are left out.',
    settings.redraw && 'The picture was redrawn in tiles afterwards; this script ends before that.',
    hires?.upscaler.startsWith('Latent') && 'The second pass enlarges the picture, not its latents.',
    settings.mode === 'outpaint' &&
      'picture.png must already include the new margins, and mask.png must be white there.',
    Math.max(prompt.length, negative.length) > 200 && 'diffusers cuts prompts after 75 tokens.',
  ];
  return all.filter((sentence) => typeof sentence === 'string');
}
