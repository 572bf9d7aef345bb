/**
 * Nodes of ComfyUI 0.3 (nodes.py, comfy_extras), as its INPUT_TYPES and RETURN_TYPES name them: required inputs in order, a
 * list of words for a choice, and outputs.
 */
const samplers =
  'euler euler_cfg_pp euler_ancestral euler_ancestral_cfg_pp heun heunpp2 dpm_2 dpm_2_ancestral lms dpm_fast dpm_adaptive dpmpp_2s_ancestral dpmpp_2s_ancestral_cfg_pp dpmpp_sde dpmpp_sde_gpu dpmpp_2m dpmpp_2m_cfg_pp dpmpp_2m_sde dpmpp_2m_sde_gpu dpmpp_2m_sde_heun dpmpp_2m_sde_heun_gpu dpmpp_3m_sde dpmpp_3m_sde_gpu ddpm lcm ipndm ipndm_v deis res_multistep res_multistep_cfg_pp res_multistep_ancestral res_multistep_ancestral_cfg_pp gradient_estimation gradient_estimation_cfg_pp er_sde seeds_2 seeds_3 exp_heun_2_x0 exp_heun_2_x0_sde ddim uni_pc uni_pc_bh2'.split(
    ' ',
  );
const schedulers =
  'simple sgm_uniform karras exponential ddim_uniform beta normal linear_quadratic kl_optimal'.split(' ');
const latentMethods = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'bislerp'];
const imageMethods = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos'];
const crops = ['disabled', 'center'];
const guided = { model: 'MODEL', positive: 'CONDITIONING', negative: 'CONDITIONING' };

export type Input = string | readonly string[];

export const definitions: Readonly<
  Record<string, { readonly inputs: Readonly<Record<string, Input>>; readonly outputs: readonly string[] }>
> = {
  CheckpointLoaderSimple: { inputs: { ckpt_name: 'FILE' }, outputs: ['MODEL', 'CLIP', 'VAE'] },
  VAELoader: { inputs: { vae_name: 'FILE' }, outputs: ['VAE'] },
  LoraLoader: {
    inputs: {
      ...{ model: 'MODEL', clip: 'CLIP', lora_name: 'FILE' },
      ...{ strength_model: 'FLOAT', strength_clip: 'FLOAT' },
    },
    outputs: ['MODEL', 'CLIP'],
  },
  CLIPSetLastLayer: { inputs: { clip: 'CLIP', stop_at_clip_layer: 'INT' }, outputs: ['CLIP'] },
  RescaleCFG: { inputs: { model: 'MODEL', multiplier: 'FLOAT' }, outputs: ['MODEL'] },
  ModelSamplingSD3: { inputs: { model: 'MODEL', shift: 'FLOAT' }, outputs: ['MODEL'] },
  SkipLayerGuidanceSD3: {
    inputs: {
      model: 'MODEL',
      layers: 'STRING',
      scale: 'FLOAT',
      start_percent: 'FLOAT',
      end_percent: 'FLOAT',
    },
    outputs: ['MODEL'],
  },
  ModelSamplingDiscrete: {
    inputs: { model: 'MODEL', sampling: ['eps', 'v_prediction', 'lcm', 'x0', 'img_to_img'], zsnr: 'BOOLEAN' },
    outputs: ['MODEL'],
  },
  CLIPTextEncode: { inputs: { text: 'STRING', clip: 'CLIP' }, outputs: ['CONDITIONING'] },
  ConditioningConcat: {
    inputs: { conditioning_to: 'CONDITIONING', conditioning_from: 'CONDITIONING' },
    outputs: ['CONDITIONING'],
  },
  InstructPixToPixConditioning: {
    inputs: { positive: 'CONDITIONING', negative: 'CONDITIONING', vae: 'VAE', pixels: 'IMAGE' },
    outputs: ['CONDITIONING', 'CONDITIONING', 'LATENT'],
  },
  ControlNetLoader: { inputs: { control_net_name: 'FILE' }, outputs: ['CONTROL_NET'] },
  SetUnionControlNetType: {
    inputs: {
      control_net: 'CONTROL_NET',
      type: [
        ...['auto', 'openpose', 'depth', 'hed/pidi/scribble/ted', 'canny/lineart/anime_lineart/mlsd'],
        ...['normal', 'segment', 'tile', 'repaint'],
      ],
    },
    outputs: ['CONTROL_NET'],
  },
  // Its VAE is optional.
  ControlNetApplyAdvanced: {
    inputs: {
      ...{ positive: 'CONDITIONING', negative: 'CONDITIONING', control_net: 'CONTROL_NET', image: 'IMAGE' },
      ...{ strength: 'FLOAT', start_percent: 'FLOAT', end_percent: 'FLOAT' },
    },
    outputs: ['CONDITIONING', 'CONDITIONING'],
  },
  Canny: {
    inputs: { image: 'IMAGE', low_threshold: 'FLOAT', high_threshold: 'FLOAT' },
    outputs: ['IMAGE'],
  },
  ImageInvert: { inputs: { image: 'IMAGE' }, outputs: ['IMAGE'] },
  EmptyLatentImage: { inputs: { width: 'INT', height: 'INT', batch_size: 'INT' }, outputs: ['LATENT'] },
  LatentFromBatch: { inputs: { samples: 'LATENT', batch_index: 'INT', length: 'INT' }, outputs: ['LATENT'] },
  LatentUpscale: {
    inputs: { samples: 'LATENT', upscale_method: latentMethods, width: 'INT', height: 'INT', crop: crops },
    outputs: ['LATENT'],
  },
  LatentUpscaleBy: {
    inputs: { samples: 'LATENT', upscale_method: latentMethods, scale_by: 'FLOAT' },
    outputs: ['LATENT'],
  },
  LoadImage: { inputs: { image: 'FILE' }, outputs: ['IMAGE', 'MASK'] },
  ImageScale: {
    inputs: { image: 'IMAGE', upscale_method: imageMethods, width: 'INT', height: 'INT', crop: crops },
    outputs: ['IMAGE'],
  },
  ImageScaleBy: {
    inputs: { image: 'IMAGE', upscale_method: imageMethods, scale_by: 'FLOAT' },
    outputs: ['IMAGE'],
  },
  VAEEncode: { inputs: { pixels: 'IMAGE', vae: 'VAE' }, outputs: ['LATENT'] },
  SetLatentNoiseMask: { inputs: { samples: 'LATENT', mask: 'MASK' }, outputs: ['LATENT'] },
  KSampler: {
    inputs: {
      ...{
        model: 'MODEL',
        seed: 'SEED',
        steps: 'INT',
        cfg: 'FLOAT',
        sampler_name: samplers,
        scheduler: schedulers,
      },
      ...{ positive: 'CONDITIONING', negative: 'CONDITIONING', latent_image: 'LATENT', denoise: 'FLOAT' },
    },
    outputs: ['LATENT'],
  },
  SamplerCustom: {
    inputs: {
      ...{ ...guided, add_noise: 'BOOLEAN', noise_seed: 'SEED', cfg: 'FLOAT' },
      ...{ sampler: 'SAMPLER', sigmas: 'SIGMAS', latent_image: 'LATENT' },
    },
    outputs: ['LATENT', 'LATENT'],
  },
  KSamplerSelect: { inputs: { sampler_name: samplers }, outputs: ['SAMPLER'] },
  KarrasScheduler: {
    inputs: { steps: 'INT', sigma_max: 'FLOAT', sigma_min: 'FLOAT', rho: 'FLOAT' },
    outputs: ['SIGMAS'],
  },
  ExponentialScheduler: {
    inputs: { steps: 'INT', sigma_max: 'FLOAT', sigma_min: 'FLOAT' },
    outputs: ['SIGMAS'],
  },
  PolyexponentialScheduler: {
    inputs: { steps: 'INT', sigma_max: 'FLOAT', sigma_min: 'FLOAT', rho: 'FLOAT' },
    outputs: ['SIGMAS'],
  },
  AlignYourStepsScheduler: {
    inputs: { model_type: ['SD1', 'SDXL', 'SVD'], steps: 'INT', denoise: 'FLOAT' },
    outputs: ['SIGMAS'],
  },
  SDTurboScheduler: { inputs: { model: 'MODEL', steps: 'INT', denoise: 'FLOAT' }, outputs: ['SIGMAS'] },
  VAEDecode: { inputs: { samples: 'LATENT', vae: 'VAE' }, outputs: ['IMAGE'] },
  SaveImage: { inputs: { images: 'IMAGE', filename_prefix: 'STRING' }, outputs: [] },
};
