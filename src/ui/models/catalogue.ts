/**
 * Well-known models under open licences, and where their makers or keepers publish them. Nothing is fetched from there
 * until someone asks for it; what lies there is looked at again before a download, sizes and licences included.
 */
export interface Known {
  readonly name: string;
  readonly what: string;
  readonly address: string;
  readonly bytes: number;
  /** As the hub abbreviates it, and where it can be read. */
  readonly licence: string;
  readonly terms: string;
  /** Its page gives it to those who have signed in and agreed to something: it is downloaded there, by hand. */
  readonly gated?: true;
}

const hub = 'https://huggingface.co';
const sd35 = `${hub}/Comfy-Org/stable-diffusion-3.5-fp8`;
const sd35Terms = {
  licence: 'Stability AI Community',
  terms: `${hub}/stabilityai/stable-diffusion-3.5-medium/blob/main/LICENSE.md`,
};

export const catalogue: readonly Known[] = [
  {
    name: 'Stable Diffusion 1.5',
    what: 'The classic, 512 pixels, half precision. The smallest full model, and the one most LoRAs are for.',
    address: `${hub}/Comfy-Org/stable-diffusion-v1-5-archive/blob/main/v1-5-pruned-emaonly-fp16.safetensors`,
    bytes: 2_132_696_762,
    licence: 'CreativeML OpenRAIL-M',
    terms: `${hub}/spaces/CompVis/stable-diffusion-license`,
  },
  {
    name: 'SSD-1B',
    what: 'Stable Diffusion XL at half its size, 1024 pixels.',
    address: `${hub}/segmind/SSD-1B/blob/main/SSD-1B.safetensors`,
    bytes: 4_465_671_506,
    licence: 'Apache-2.0',
    terms: `${hub}/segmind/SSD-1B`,
  },
  {
    name: 'Stable Diffusion XL',
    what: '1024 pixels. Wants a graphics card with much memory.',
    address: `${hub}/stabilityai/stable-diffusion-xl-base-1.0/blob/main/sd_xl_base_1.0.safetensors`,
    bytes: 6_938_078_334,
    licence: 'CreativeML OpenRAIL++-M',
    terms: `${hub}/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md`,
  },
  {
    name: 'Stable Diffusion 3.5 Medium, complete',
    what: '1024 pixels, with all of its text encoders: 5 GB of it is T5, which understands long prompts.',
    address: `${sd35}/blob/main/sd3.5_medium_incl_clips_t5xxlfp8scaled.safetensors`,
    bytes: 11_600_000_000,
    ...sd35Terms,
  },
  {
    name: 'Stable Diffusion 3.5 Medium',
    what: 'Without text encoders: it needs CLIP-L and CLIP-G, and draws better with T5 beside them.',
    address: `${hub}/stabilityai/stable-diffusion-3.5-medium/blob/main/sd3.5_medium.safetensors`,
    bytes: 5_110_000_000,
    ...sd35Terms,
    gated: true,
  },
  {
    name: 'CLIP-L',
    what: 'The first text encoder of Stable Diffusion 3.x and XL, for files that have none.',
    address: `${sd35}/blob/main/text_encoders/clip_l.safetensors`,
    bytes: 246_000_000,
    ...sd35Terms,
  },
  {
    name: 'CLIP-G',
    what: 'The second text encoder of Stable Diffusion 3.x and XL, for files that have none.',
    address: `${sd35}/blob/main/text_encoders/clip_g.safetensors`,
    bytes: 1_390_000_000,
    ...sd35Terms,
  },
  {
    name: 'T5 XXL, 8 bits',
    what: 'The third text encoder of Stable Diffusion 3.x, which also draws without it.',
    address: `${sd35}/blob/main/text_encoders/t5xxl_fp8_e4m3fn.safetensors`,
    bytes: 4_890_000_000,
    ...sd35Terms,
  },
  {
    name: 'T5’s tokenizer',
    what: 'Tells T5 how to split words. T5 cannot read without it.',
    address: `${hub}/google-t5/t5-base/blob/main/tokenizer.json`,
    bytes: 1_390_000,
    licence: 'Apache-2.0',
    terms: `${hub}/google-t5/t5-base`,
  },
  {
    name: 'LCM LoRA for Stable Diffusion 1.5',
    what: 'An addition to a 1.5 model: pictures in 4 steps, with the LCM sampler and a guidance scale of 1.',
    address: `${hub}/latent-consistency/lcm-lora-sdv1-5`,
    bytes: 134_621_556,
    licence: 'OpenRAIL++',
    terms: `${hub}/latent-consistency/lcm-lora-sdv1-5`,
  },
  {
    name: 'TAESD',
    what: 'A tiny decoder for 1.x and 2.x models: shows pictures while they are drawn.',
    address: `${hub}/madebyollin/taesd/blob/main/taesd_decoder.safetensors`,
    bytes: 4_900_000,
    licence: 'MIT',
    terms: `${hub}/madebyollin/taesd`,
  },
  {
    name: 'ControlNet for edges (Canny)',
    what: 'Guides Stable Diffusion 1.x by the edges of a picture. Others of its kind lie beside it.',
    address: `${hub}/comfyanonymous/ControlNet-v1-1_fp16_safetensors/blob/main/control_v11p_sd15_canny_fp16.safetensors`,
    bytes: 722_600_000,
    licence: 'OpenRAIL',
    terms: `${hub}/lllyasviel/ControlNet-v1-1`,
  },
  {
    name: 'Depth Anything V2 Small',
    what: 'Sees in a picture what is near and what is far: makes hints for ControlNets for depth.',
    address: `${hub}/depth-anything/Depth-Anything-V2-Small-hf/blob/main/model.safetensors`,
    bytes: 99_200_000,
    licence: 'Apache-2.0',
    terms: `${hub}/depth-anything/Depth-Anything-V2-Small-hf`,
  },
  {
    name: 'Informative drawings',
    what: 'Makes line art of photographs: hints for ControlNets for lines.',
    address: `${hub}/OzzyGT/lineart`,
    bytes: 17_200_000,
    licence: 'MIT',
    terms: `${hub}/OzzyGT/lineart`,
  },
  {
    name: 'IP-Adapter',
    what: 'Lets Stable Diffusion 1.x draw what a picture shows. It needs the image encoder below.',
    address: `${hub}/h94/IP-Adapter/blob/main/models/ip-adapter_sd15.safetensors`,
    bytes: 44_600_000,
    licence: 'Apache-2.0',
    terms: `${hub}/h94/IP-Adapter`,
  },
  {
    name: 'Image encoder for IP-Adapters',
    what: 'CLIP ViT-H, as IP-Adapters for Stable Diffusion 1.x and most of those for XL read pictures.',
    address: `${hub}/h94/IP-Adapter/blob/main/models/image_encoder/model.safetensors`,
    bytes: 2_530_000_000,
    licence: 'Apache-2.0',
    terms: `${hub}/h94/IP-Adapter`,
  },
  {
    name: 'Real-ESRGAN x4plus',
    what: 'Enlarges pictures four times.',
    address: `${hub}/Comfy-Org/Real-ESRGAN_repackaged/blob/main/RealESRGAN_x4plus.safetensors`,
    bytes: 66_857_836,
    licence: 'BSD-3-Clause',
    terms: `${hub}/Comfy-Org/Real-ESRGAN_repackaged`,
  },
];
