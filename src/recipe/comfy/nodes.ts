/** The ComfyUI nodes that recipes are written to and read from, as its nodes.py and comfy_extras define them. */

/** Types of the values that links carry. */
export type LinkType =
  | 'MODEL'
  | 'CLIP'
  | 'VAE'
  | 'CONDITIONING'
  | 'LATENT'
  | 'IMAGE'
  | 'MASK'
  | 'SAMPLER'
  | 'SIGMAS'
  | 'CONTROL_NET';

/** What ComfyUI's page has to know of a type of nodes. */
export interface NodeKind {
  /** Types by name, in the order in which the node shows them. */
  readonly inputs: Readonly<Record<string, LinkType>>;
  /** Names of its fields, in the order of `widgets_values`; a seed is followed by AFTER_SEED. */
  readonly widgets: readonly string[];
  readonly outputs: readonly LinkType[];
}

/** What the page does to a seed after each run. It is no input of the node: the page only lists its value after the seed's. */
export const AFTER_SEED = 'control_after_generate';

const node = <const Outputs extends readonly LinkType[]>(
  inputs: NodeKind['inputs'],
  widgets: readonly string[],
  ...outputs: Outputs
): NodeKind & { readonly outputs: Outputs } => ({ inputs, widgets, outputs });

const guided = { model: 'MODEL', positive: 'CONDITIONING', negative: 'CONDITIONING' } as const;

/** The nodes that we write. */
export const nodeKinds = {
  CheckpointLoaderSimple: node({}, ['ckpt_name'], 'MODEL', 'CLIP', 'VAE'),
  VAELoader: node({}, ['vae_name'], 'VAE'),
  LoraLoader: node(
    { model: 'MODEL', clip: 'CLIP' },
    ['lora_name', 'strength_model', 'strength_clip'],
    'MODEL',
    'CLIP',
  ),
  LoraLoaderModelOnly: node({ model: 'MODEL' }, ['lora_name', 'strength_model'], 'MODEL'),
  CLIPSetLastLayer: node({ clip: 'CLIP' }, ['stop_at_clip_layer'], 'CLIP'),
  RescaleCFG: node({ model: 'MODEL' }, ['multiplier'], 'MODEL'),
  ModelSamplingSD3: node({ model: 'MODEL' }, ['shift'], 'MODEL'),
  SkipLayerGuidanceSD3: node(
    { model: 'MODEL' },
    ['layers', 'scale', 'start_percent', 'end_percent'],
    'MODEL',
  ),
  ModelSamplingDiscrete: node({ model: 'MODEL' }, ['sampling', 'zsnr'], 'MODEL'),
  CLIPTextEncode: node({ clip: 'CLIP' }, ['text'], 'CONDITIONING'),
  ConditioningConcat: node(
    { conditioning_to: 'CONDITIONING', conditioning_from: 'CONDITIONING' },
    [],
    'CONDITIONING',
  ),
  ConditioningCombine: node(
    { conditioning_1: 'CONDITIONING', conditioning_2: 'CONDITIONING' },
    [],
    'CONDITIONING',
  ),
  InstructPixToPixConditioning: node(
    { positive: 'CONDITIONING', negative: 'CONDITIONING', vae: 'VAE', pixels: 'IMAGE' },
    [],
    'CONDITIONING',
    'CONDITIONING',
    'LATENT',
  ),
  ControlNetLoader: node({}, ['control_net_name'], 'CONTROL_NET'),
  DiffControlNetLoader: node({ model: 'MODEL' }, ['control_net_name'], 'CONTROL_NET'),
  SetUnionControlNetType: node({ control_net: 'CONTROL_NET' }, ['type'], 'CONTROL_NET'),
  ControlNetApply: node(
    { conditioning: 'CONDITIONING', control_net: 'CONTROL_NET', image: 'IMAGE' },
    ['strength'],
    'CONDITIONING',
  ),
  ControlNetApplyAdvanced: node(
    { positive: 'CONDITIONING', negative: 'CONDITIONING', control_net: 'CONTROL_NET', image: 'IMAGE' },
    ['strength', 'start_percent', 'end_percent'],
    'CONDITIONING',
    'CONDITIONING',
  ),
  Canny: node({ image: 'IMAGE' }, ['low_threshold', 'high_threshold'], 'IMAGE'),
  ImageInvert: node({ image: 'IMAGE' }, [], 'IMAGE'),
  EmptyLatentImage: node({}, ['width', 'height', 'batch_size'], 'LATENT'),
  LatentFromBatch: node({ samples: 'LATENT' }, ['batch_index', 'length'], 'LATENT'),
  LatentUpscale: node({ samples: 'LATENT' }, ['upscale_method', 'width', 'height', 'crop'], 'LATENT'),
  LatentUpscaleBy: node({ samples: 'LATENT' }, ['upscale_method', 'scale_by'], 'LATENT'),
  LoadImage: node({}, ['image', 'upload'], 'IMAGE', 'MASK'),
  ImageScale: node({ image: 'IMAGE' }, ['upscale_method', 'width', 'height', 'crop'], 'IMAGE'),
  ImageScaleBy: node({ image: 'IMAGE' }, ['upscale_method', 'scale_by'], 'IMAGE'),
  VAEEncode: node({ pixels: 'IMAGE', vae: 'VAE' }, [], 'LATENT'),
  VAEEncodeForInpaint: node({ pixels: 'IMAGE', vae: 'VAE', mask: 'MASK' }, ['grow_mask_by'], 'LATENT'),
  SetLatentNoiseMask: node({ samples: 'LATENT', mask: 'MASK' }, [], 'LATENT'),
  KSampler: node(
    { ...guided, latent_image: 'LATENT' },
    ['seed', AFTER_SEED, 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
    'LATENT',
  ),
  KSamplerAdvanced: node(
    { ...guided, latent_image: 'LATENT' },
    [
      ...['add_noise', 'noise_seed', AFTER_SEED, 'steps', 'cfg', 'sampler_name', 'scheduler'],
      ...['start_at_step', 'end_at_step', 'return_with_leftover_noise'],
    ],
    'LATENT',
  ),
  SamplerCustom: node(
    { ...guided, sampler: 'SAMPLER', sigmas: 'SIGMAS', latent_image: 'LATENT' },
    ['add_noise', 'noise_seed', AFTER_SEED, 'cfg'],
    'LATENT',
    'LATENT',
  ),
  KSamplerSelect: node({}, ['sampler_name'], 'SAMPLER'),
  BasicScheduler: node({ model: 'MODEL' }, ['scheduler', 'steps', 'denoise'], 'SIGMAS'),
  KarrasScheduler: node({}, ['steps', 'sigma_max', 'sigma_min', 'rho'], 'SIGMAS'),
  ExponentialScheduler: node({}, ['steps', 'sigma_max', 'sigma_min'], 'SIGMAS'),
  PolyexponentialScheduler: node({}, ['steps', 'sigma_max', 'sigma_min', 'rho'], 'SIGMAS'),
  AlignYourStepsScheduler: node({}, ['model_type', 'steps', 'denoise'], 'SIGMAS'),
  SDTurboScheduler: node({ model: 'MODEL' }, ['steps', 'denoise'], 'SIGMAS'),
  VAEDecode: node({ samples: 'LATENT', vae: 'VAE' }, [], 'IMAGE'),
  SaveImage: node({ images: 'IMAGE' }, ['filename_prefix']),
  PreviewImage: node({ images: 'IMAGE' }, []),
} as const satisfies Readonly<Record<string, NodeKind>>;

export type NodeType = keyof typeof nodeKinds;

export const isNodeType = (type: string): type is NodeType => Object.hasOwn(nodeKinds, type);
