/** What is said of well-known models. */
import type { KnownId } from '../../../models/catalogue';

interface Told {
  /** Its own name, or what it is where that says more. */
  readonly name: string;
  readonly what: string;
}

export const catalogue: Readonly<Record<KnownId, Told>> = {
  'sd-1.5': {
    name: 'Stable Diffusion 1.5',
    what: 'The classic, 512 pixels, half precision. The smallest full model, and the one most LoRAs are for.',
  },
  'ssd-1b': { name: 'SSD-1B', what: 'Stable Diffusion XL at half its size, 1024 pixels.' },
  sdxl: { name: 'Stable Diffusion XL', what: '1024 pixels. Wants a graphics card with much memory.' },
  'sd-3.5-complete': {
    name: 'Stable Diffusion 3.5 Medium, complete',
    what: '1024 pixels, with all of its text encoders: 5 GB of it is T5, which understands long prompts.',
  },
  'sd-3.5': {
    name: 'Stable Diffusion 3.5 Medium',
    what: 'Without text encoders: it needs CLIP-L and CLIP-G, and draws better with T5 beside them.',
  },
  'clip-l': {
    name: 'CLIP-L',
    what: 'The first text encoder of Stable Diffusion 3.x and XL, for files that have none.',
  },
  'clip-g': {
    name: 'CLIP-G',
    what: 'The second text encoder of Stable Diffusion 3.x and XL, for files that have none.',
  },
  t5: {
    name: 'T5 XXL, 8 bits',
    what: 'The third text encoder of Stable Diffusion 3.x, which also draws without it.',
  },
  tokenizer: {
    name: 'T5’s tokenizer',
    what: 'Tells T5 how to split words. T5 cannot read without it.',
  },
  lcm: {
    name: 'LCM LoRA for Stable Diffusion 1.5',
    what: 'An addition to a 1.5 model: pictures in 4 steps, with the LCM sampler and a guidance scale of 1.',
  },
  taesd: {
    name: 'TAESD',
    what: 'A tiny decoder for 1.x and 2.x models: shows pictures while they are drawn.',
  },
  canny: {
    name: 'ControlNet for edges (Canny)',
    what: 'Guides Stable Diffusion 1.x by the edges of a picture. Others of its kind lie beside it.',
  },
  depth: {
    name: 'Depth Anything V2 Small',
    what: 'Sees in a picture what is near and what is far: makes hints for ControlNets for depth.',
  },
  lines: {
    name: 'Informative drawings',
    what: 'Makes line art of photographs: hints for ControlNets for lines.',
  },
  'ip-adapter': {
    name: 'IP-Adapter',
    what: 'Lets Stable Diffusion 1.x draw what a picture shows. It needs the image encoder below.',
  },
  'image-encoder': {
    name: 'Image encoder for IP-Adapters',
    what: 'CLIP ViT-H, as IP-Adapters for Stable Diffusion 1.x and most of those for XL read pictures.',
  },
  esrgan: { name: 'Real-ESRGAN x4plus', what: 'Enlarges pictures four times.' },
};
