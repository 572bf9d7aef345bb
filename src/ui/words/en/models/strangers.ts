/** What is said of files that are known and not run: what each is, and what to look for instead. */
import type { Kind, Stranger } from '../../../../nets/strangers/stranger';

/** A name, what it is for where that is not another kind of model, and what to do where that is not the usual. */
type Words = readonly [name: string, purpose?: string, instead?: string];

const CHECKPOINT = 'Import a Stable Diffusion 1.x, 2.x, XL or 3.x checkpoint.';
const PROMPT =
  'Import a model that is drawn with by words: a Stable Diffusion 1.x, 2.x, XL or 3.x checkpoint.';
const STEER =
  'To begin with a picture of your own, use image to image or inpainting with a Stable Diffusion 1.x, 2.x, XL or 3.x checkpoint.';
const GUIDE = 'Look for a ControlNet or T2I-Adapter for Stable Diffusion 1.x, 2.x or XL.';
const VAE = 'Import a VAE that was made for Stable Diffusion 1.x, 2.x, XL or 3.x.';
const TAESD = 'Import the decoder for Stable Diffusion: taesd_decoder or taesdxl_decoder.';
const UPSCALER = 'Import one of the older kinds: ESRGAN, Real-ESRGAN, BSRGAN, SPSR or Compact.';
const ENLARGES = 'an upscaler of a newer kind';
const PART = `Of other models this part is of no use here. ${CHECKPOINT}`;
const FILM = 'which makes films';

const kinds: Record<Kind, Words> = {
  // Built on the UNet of Stable Diffusion.
  'sdxl-refiner': [
    'the Stable Diffusion XL refiner',
    'which only goes on with what the base model began',
    'Import the base model, sd_xl_base, or a model made from it.',
  ],
  svd: ['Stable Video Diffusion', FILM],
  'text-to-video': ['a text-to-video model of ModelScope', FILM],
  animatediff: ['AnimateDiff', 'which makes another model draw films'],
  hotshot: ['Hotshot-XL', 'which makes another model draw films'],
  gligen: ['GLIGEN', 'which draws things in given boxes'],
  brushnet: [
    'a BrushNet',
    'which fills holes in pictures together with another model',
    'For that, use a checkpoint for inpainting.',
  ],
  mvdream: ['MVDream or its like', 'which draws a thing from several sides at once', PROMPT],
  zero123: ['Zero123', 'which turns a picture of a thing around', PROMPT],
  'image-variation': [
    'a Stable Diffusion for image variations',
    'which wants a picture and not words',
    PROMPT,
  ],
  unclip: ['a Stable Diffusion unCLIP', 'which wants a picture and not words', PROMPT],
  'sd-upscaler': ['an upscaler built on Stable Diffusion', 'which enlarges pictures and draws none', PROMPT],
  'sd-depth': [
    'Stable Diffusion 2 with a depth map',
    'which is told how far away everything in its picture is',
    'Import Stable Diffusion 2.x without depth, or another 1.x, 2.x, XL or 3.x checkpoint.',
  ],
  'ic-light': [
    'IC-Light',
    'which puts a picture into another light together with a Stable Diffusion 1.x',
    STEER,
  ],
  marigold: [
    'Marigold, Lotus or their like',
    'which tells depths or surfaces of a picture and draws none',
    PROMPT,
  ],
  if: ['DeepFloyd IF'],
  kandinsky: ['Kandinsky'],
  prior: ['a prior', 'which only turns words into what another model (unCLIP, Kandinsky) draws from'],
  kolors: ['Kolors', 'an XL model that reads prompts by a language model'],
  versatile: ['Versatile Diffusion'],
  'alt-diffusion': ['AltDiffusion or its like', 'a Stable Diffusion with a text encoder for other languages'],
  'latent-diffusion': ['a latent diffusion model from before Stable Diffusion', ''],
  'stable-sr': ['StableSR', 'which restores pictures', PROMPT],
  supir: ['SUPIR', 'which restores pictures with another model'],
  wuerstchen: ['Würstchen'],
  'cascade-b': ['Stable Cascade, stage B'],
  'cascade-c': ['Stable Cascade, stage C'],

  // Transformers.
  sd3: ['Stable Diffusion 3'],
  'hunyuan-video': ['HunyuanVideo or HunyuanImage'],
  flux: ['FLUX.1'],
  flux2: ['FLUX.2'],
  chroma: ['Chroma'],
  ovis: ['Ovis-Image'],
  bria: ['BRIA'],
  hidream: ['HiDream'],
  sana: ['Sana'],
  ltx: ['LTX-Video', FILM],
  pixart: ['PixArt'],
  omnigen: ['OmniGen'],
  'z-image': ['Z-Image'],
  lumina: ['Lumina'],
  anima: ['Anima'],
  cosmos: ['Cosmos-Predict'],
  auraflow: ['AuraFlow'],
  'hunyuan-dit': ['HunyuanDiT'],
  mochi: ['Mochi', FILM],
  wan: ['Wan', FILM],
  cogvideox: ['CogVideoX or CogView'],
  'qwen-image': ['Qwen-Image'],
  krea2: ['Krea 2'],
  ideogram: ['Ideogram'],
  ernie: ['ERNIE-Image'],
  seedvr2: ['SeedVR2', 'which restores films and pictures'],
  pid: ['a PiD decoder', 'which makes pixels for another model'],
  sound: ['a model that makes sound', ''],
  shapes: ['a model that makes solid shapes (Hunyuan3D, TripoSR)', ''],
  speaker: ['a language model that draws, too (BAGEL, Janus, HunyuanImage 3)', ''],
  unidiffuser: ['UniDiffuser'],
  amused: ['aMUSEd'],
  transformer: ['a newer kind of model (a transformer, such as Stable Diffusion 3, PixArt or LTX-Video)', ''],
  'four-bit': [
    'a model whose weights are packed in four bits',
    'for other programs (bitsandbytes NF4, SVDQuant)',
    'Look for the same model in F16, BF16 or F8.',
  ],
  packed: [
    'a model whose weights are packed in whole numbers or in blocks',
    'for other programs (INT8, MXFP8, Quanto, SDNQ)',
    'Look for the same model in F16, BF16 or F8.',
  ],
  unmerged: [
    'a model with a LoRA beside its weights that was not merged into them',
    '',
    'Look for the model and the LoRA in files of their own, or for one with the LoRA merged (fused).',
  ],

  // What is added to a model.
  'controlnet-xs': ['a ControlNet-XS', 'which steers another model by a drawing or a depth map', GUIDE],
  controlnext: ['a ControlNeXt', 'which steers another model by a drawing or a pose', GUIDE],
  coadapter: [
    'the fuser of CoAdapters',
    'which mixes what several adapters see',
    'Without it several T2I-Adapters can be used at once.',
  ],
  controllite: [
    'a ControlNet-LLLite',
    'which steers another model by a drawing, a pose or a depth map',
    GUIDE,
  ],
  'style-adapter': [
    'a style adapter',
    'which makes another model follow the style of a picture',
    'Look for an IP-Adapter instead.',
  ],
  'ip-adapter': [
    'an IP-Adapter of another kind',
    'which reads faces, was made for another model, or is not whole',
    'Look for one that sees pictures by CLIP: plain, plus or full.',
  ],
  pulid: ['PuLID', 'which gives another model a face to follow', STEER],
  photomaker: ['PhotoMaker', 'which gives another model a face to follow', STEER],
  ella: ['ELLA', 'by which another model reads prompts with a language model'],
  'other-lora': [
    'a LoRA of unknown make',
    'whose parts have names that nothing here knows',
    'Look for one in the names of kohya, diffusers, PEFT or LyCORIS.',
  ],
  hypernetwork: ['a hypernetwork', 'an addition to a model', 'Look for a LoRA instead.'],

  // Single nets.
  'safety-checker': ['a safety checker', 'which looks at pictures and draws none'],
  sam: ['Segment Anything', 'which finds the outlines of things in pictures'],
  'depth-estimator': ['a depth estimator', 'which tells how far away things in pictures are'],
  detector: ['a detector', 'which finds things in pictures'],
  cutter: ['a net that cuts things out of pictures (BiRefNet, RMBG)', ''],
  captioner: ['a net that describes pictures in words (BLIP)', ''],
  tagger: ['a net that says what is in pictures (a tagger)', ''],
  stylegan: ['StyleGAN'],
  hearing: ['a model that writes down what it hears (Whisper)', ''],
  t5: ['a T5 text encoder', 'one part of a newer kind of model', PART],
  'language-model': ['a language model', 'which writes and does not draw'],
  clip: ['a whole CLIP', 'which compares pictures with words', PART],
  'image-encoder': [
    'an image encoder',
    'which looks at pictures and draws none',
    'Look for one of CLIP with its projection, if it is for an IP-Adapter.',
  ],
  'face-restorer': ['a face restorer (GFPGAN, CodeFormer)', 'which repairs faces in pictures'],
  eraser: ['LaMa', 'which fills holes in pictures', STEER],
  srformer: ['SRFormer', ENLARGES, UPSCALER],
  hat: ['HAT', ENLARGES, UPSCALER],
  swinir: ['SwinIR', ENLARGES, UPSCALER],
  dat: ['DAT', ENLARGES, UPSCALER],
  rgt: ['RGT', ENLARGES, UPSCALER],
  drct: ['DRCT', ENLARGES, UPSCALER],
  atd: ['ATD', ENLARGES, UPSCALER],
  'real-cugan': ['Real-CUGAN', 'an upscaler for drawings', UPSCALER],
  plksr: ['PLKSR', ENLARGES, UPSCALER],
  omnisr: ['OmniSR', ENLARGES, UPSCALER],
  span: ['SPAN', ENLARGES, UPSCALER],
  scunet: ['SCUNet', 'which takes noise out of pictures', UPSCALER],
  'cascade-a': ['Stable Cascade, stage A', 'a decoder', VAE],
  effnet: ['an EfficientNet', 'the encoder of Stable Cascade'],
  movq: ['the VAE of Kandinsky', '', VAE],
  'vq-vae': ['a VAE with a code book, from before Stable Diffusion', '', VAE],
  'consistency-decoder': ['the consistency decoder', 'which makes pixels in the place of a VAE', VAE],
  'transparent-vae': ['the decoder of LayerDiffuse', 'which makes transparent pictures', VAE],
  'vae-encoder': ['only the encoder of a VAE', 'which reads pictures and makes none', VAE],
  'asymmetric-vae': ['an asymmetric VAE', 'whose decoder wants the painted picture, too', VAE],
  'video-vae': ['a VAE for films', '', VAE],
  'other-vae': ['a VAE of another kind of model', 'with latents of other channels', VAE],
  'taesd-16': ['a TAESD for FLUX.1 or Stable Diffusion 3', 'with latents of 16 channels', TAESD],
  'taesd-encoder': ['the encoder of a TAESD', 'of which the decoder is used', TAESD],
  'training-state': [
    'what a training keeps to go on',
    'and not the model that came of it',
    'Look for the file that the training saved as its model.',
  ],
  piece: [
    'only some of the weights of a model',
    'one of several files, or no more than what a training changed',
    'Look for the whole model, or choose all of its files together.',
  ],
  ema: [
    'only the EMA copy of a model',
    '',
    'Look for the file that holds the model itself: Stable Diffusion 1.x, 2.x, XL or 3.x.',
  ],
};

const ADDITIONS: Readonly<Record<NonNullable<Stranger['as']>, readonly [is: string, instead: string]>> = {
  LoRA: ['a LoRA for', 'Look for a LoRA that was made for Stable Diffusion 1.x, 2.x, XL or 3.x.'],
  ControlNet: ['a ControlNet for', GUIDE],
  'IP-Adapter': ['an IP-Adapter for', 'Look for one for Stable Diffusion 1.x or XL.'],
  VAE: ['the VAE of', VAE],
};

const isKind = (kind: string): kind is Kind => Object.hasOwn(kinds, kind);
const isAddition = (as: string): as is keyof typeof ADDITIONS => Object.hasOwn(ADDITIONS, as);

/** @param kind, @param as how a problem names it; what is not known is left unsaid. */
function strangerWords(file: string, kind: string, as = ''): string {
  const [name, purpose = 'another kind of model', instead = CHECKPOINT]: Words = isKind(kind)
    ? kinds[kind]
    : ['a model', 'of another kind'];
  if (isAddition(as)) {
    const [is, other] = ADDITIONS[as];
    return `${file} is ${is} ${name}, which Drobė does not run. ${other}`;
  }
  return `${file} is ${name}${purpose ? `, ${purpose}` : ''}. Drobė does not run it. ${instead}`;
}

export const strangers = { sentence: strangerWords };
