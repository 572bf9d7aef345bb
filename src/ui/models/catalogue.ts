/**
 * Well-known models under open licences, and where their makers or maintainers publish them. Nothing is fetched from there
 * until somebody asks for it, and the files are looked at again before a download, sizes and licences included.
 */
export interface Known {
  /** Selects its words in each language. */
  readonly id: KnownId;
  readonly address: string;
  readonly bytes: number;
  /** As the hub abbreviates it, and where it can be read. */
  readonly licence: string;
  readonly terms: string;
  /** Its page requires signing in and agreeing to terms: it has to be downloaded there, by hand. */
  readonly gated?: true;
}

export type KnownId =
  | ('sd-1.5' | 'ssd-1b' | 'sdxl' | 'sd-3.5-complete' | 'sd-3.5')
  | ('clip-l' | 'clip-g' | 't5' | 'tokenizer' | 'lcm' | 'taesd')
  | ('canny' | 'depth' | 'lines' | 'ip-adapter' | 'image-encoder' | 'esrgan');

const hub = 'https://huggingface.co';
const sd35 = `${hub}/Comfy-Org/stable-diffusion-3.5-fp8`;
const sd35Terms = {
  licence: 'Stability AI Community',
  terms: `${hub}/stabilityai/stable-diffusion-3.5-medium/blob/main/LICENSE.md`,
};

export const catalogue: readonly Known[] = [
  {
    id: 'sd-1.5',
    address: `${hub}/Comfy-Org/stable-diffusion-v1-5-archive/blob/main/v1-5-pruned-emaonly-fp16.safetensors`,
    bytes: 2_132_696_762,
    licence: 'CreativeML OpenRAIL-M',
    terms: `${hub}/spaces/CompVis/stable-diffusion-license`,
  },
  {
    id: 'ssd-1b',
    address: `${hub}/segmind/SSD-1B/blob/main/SSD-1B.safetensors`,
    bytes: 4_465_671_506,
    licence: 'Apache-2.0',
    terms: `${hub}/segmind/SSD-1B`,
  },
  {
    id: 'sdxl',
    address: `${hub}/stabilityai/stable-diffusion-xl-base-1.0/blob/main/sd_xl_base_1.0.safetensors`,
    bytes: 6_938_078_334,
    licence: 'CreativeML OpenRAIL++-M',
    terms: `${hub}/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md`,
  },
  {
    id: 'sd-3.5-complete',
    address: `${sd35}/blob/main/sd3.5_medium_incl_clips_t5xxlfp8scaled.safetensors`,
    bytes: 11_600_000_000,
    ...sd35Terms,
  },
  {
    id: 'sd-3.5',
    address: `${hub}/stabilityai/stable-diffusion-3.5-medium/blob/main/sd3.5_medium.safetensors`,
    bytes: 5_110_000_000,
    ...sd35Terms,
    gated: true,
  },
  {
    id: 'clip-l',
    address: `${sd35}/blob/main/text_encoders/clip_l.safetensors`,
    bytes: 246_000_000,
    ...sd35Terms,
  },
  {
    id: 'clip-g',
    address: `${sd35}/blob/main/text_encoders/clip_g.safetensors`,
    bytes: 1_390_000_000,
    ...sd35Terms,
  },
  {
    id: 't5',
    address: `${sd35}/blob/main/text_encoders/t5xxl_fp8_e4m3fn.safetensors`,
    bytes: 4_890_000_000,
    ...sd35Terms,
  },
  {
    id: 'tokenizer',
    address: `${hub}/google-t5/t5-base/blob/main/tokenizer.json`,
    bytes: 1_390_000,
    licence: 'Apache-2.0',
    terms: `${hub}/google-t5/t5-base`,
  },
  {
    id: 'lcm',
    address: `${hub}/latent-consistency/lcm-lora-sdv1-5`,
    bytes: 134_621_556,
    licence: 'OpenRAIL++',
    terms: `${hub}/latent-consistency/lcm-lora-sdv1-5`,
  },
  {
    id: 'taesd',
    address: `${hub}/madebyollin/taesd/blob/main/taesd_decoder.safetensors`,
    bytes: 4_900_000,
    licence: 'MIT',
    terms: `${hub}/madebyollin/taesd`,
  },
  {
    id: 'canny',
    address: `${hub}/comfyanonymous/ControlNet-v1-1_fp16_safetensors/blob/main/control_v11p_sd15_canny_fp16.safetensors`,
    bytes: 722_600_000,
    licence: 'OpenRAIL',
    terms: `${hub}/lllyasviel/ControlNet-v1-1`,
  },
  {
    id: 'depth',
    address: `${hub}/depth-anything/Depth-Anything-V2-Small-hf/blob/main/model.safetensors`,
    bytes: 99_200_000,
    licence: 'Apache-2.0',
    terms: `${hub}/depth-anything/Depth-Anything-V2-Small-hf`,
  },
  {
    id: 'lines',
    address: `${hub}/OzzyGT/lineart`,
    bytes: 17_200_000,
    licence: 'MIT',
    terms: `${hub}/OzzyGT/lineart`,
  },
  {
    id: 'ip-adapter',
    address: `${hub}/h94/IP-Adapter/blob/main/models/ip-adapter_sd15.safetensors`,
    bytes: 44_600_000,
    licence: 'Apache-2.0',
    terms: `${hub}/h94/IP-Adapter`,
  },
  {
    id: 'image-encoder',
    address: `${hub}/h94/IP-Adapter/blob/main/models/image_encoder/model.safetensors`,
    bytes: 2_530_000_000,
    licence: 'Apache-2.0',
    terms: `${hub}/h94/IP-Adapter`,
  },
  {
    id: 'esrgan',
    address: `${hub}/Comfy-Org/Real-ESRGAN_repackaged/blob/main/RealESRGAN_x4plus.safetensors`,
    bytes: 66_857_836,
    licence: 'BSD-3-Clause',
    terms: `${hub}/Comfy-Org/Real-ESRGAN_repackaged`,
  },
];
