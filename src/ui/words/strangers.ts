/** What is said of files that are known and not run: what each is, and what to look for. */
import type { Stranger } from '../../nets/strangers';

type Words = readonly [is: string, instead: string];

const CHECKPOINT = 'Import a Stable Diffusion 1.x, 2.x or XL checkpoint.';

const strangers: Record<Stranger, Words> = {
  'sdxl-refiner': [
    'the Stable Diffusion XL refiner, which only goes on with what the base model began',
    'Import the base model, sd_xl_base, or a model made from it.',
  ],
  sd3: ['a Stable Diffusion 3 model', CHECKPOINT],
  flux: ['a FLUX model', CHECKPOINT],
  auraflow: ['an AuraFlow model', CHECKPOINT],
  ltx: ['LTX-Video, which makes films', CHECKPOINT],
  pixart: ['a PixArt model', CHECKPOINT],
  'hunyuan-dit': ['a HunyuanDiT model', CHECKPOINT],
  cascade: ['a Stable Cascade model', CHECKPOINT],
  svd: ['Stable Video Diffusion, which makes films', CHECKPOINT],
  wan: ['a Wan model, which makes films', CHECKPOINT],
  animatediff: ['an AnimateDiff motion module, which makes films with another model', CHECKPOINT],
  controlnet: ['a ControlNet, which steers another model by a drawing or a pose', CHECKPOINT],
  t5: ['a T5 text encoder, one part of a newer kind of model', CHECKPOINT],
  'image-encoder': ['an image encoder, which looks at pictures and draws none', CHECKPOINT],
  upscaler: ['an upscaler, which enlarges pictures', CHECKPOINT],
  transformer: ['the transformer of a newer kind of model, such as Stable Diffusion 3 or FLUX', CHECKPOINT],
  'language-model': ['a language model, which writes and does not draw', CHECKPOINT],
};

const isStranger = (kind: string): kind is Stranger => Object.hasOwn(strangers, kind);

/** @param kind as a problem names it; one that is not known is left unsaid. */
export function strangerWords(file: string, kind: string): string {
  const [is, instead] = isStranger(kind) ? strangers[kind] : ['another kind of model', CHECKPOINT];
  return `${file} is ${is}. Drobė does not run it. ${instead}`;
}
