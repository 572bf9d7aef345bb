/** Diffusers' pipeline cases, told as jobs. */
import type { Job, Pixels, Source } from '../../src/pipeline/job';
import { jobWith, type Asked } from '../job';

export interface PipelineCase {
  readonly call: {
    /** Absent where the text encoder's answer was given instead. */
    readonly prompt?: string | readonly string[];
    readonly negative_prompt?: string | readonly string[];
    readonly num_inference_steps: number;
    readonly guidance_scale: number;
    readonly guidance_rescale?: number;
    readonly strength?: number;
    readonly image_guidance_scale?: number;
    readonly height: number;
    readonly width: number;
    readonly original_size?: readonly number[];
    readonly target_size?: readonly number[];
    readonly crops_coords_top_left?: readonly number[];
    /** Of Stable Diffusion 3. */
    readonly max_sequence_length?: number;
    readonly skip_guidance_layers?: readonly number[];
    readonly skip_layer_guidance_scale?: number;
    readonly skip_layer_guidance_start?: number;
    readonly skip_layer_guidance_stop?: number;
  };
  /** Where it lies, packed. */
  readonly model: string;
  readonly size_wh: readonly [number, number];
  readonly prediction_type: string;
  readonly note?: string;
  readonly scheduler: {
    readonly class: string;
    readonly config: {
      readonly use_karras_sigmas?: boolean;
      readonly timestep_spacing?: Job['spacing'];
      readonly shift?: number;
      readonly rescale_betas_zero_snr?: boolean;
    };
  };
  /** Image to image draws all its noise from one generator, seeded with the second. */
  readonly init_latents_seed: number | null;
  readonly noise_tape_seed: number;
  readonly tolerance: {
    /** How far latents may be after each step, and at the end. */
    readonly step_latents: { readonly per_step_suggested_atol: readonly number[] };
    readonly final_latents: { readonly suggested_atol: number };
  };
}

/** The prompts of picture `index`; of a case whose text encoder was asked apart, they stand in its note. */
function promptsOf({ call, note = '' }: PipelineCase, index: number): { prompt: string; negative: string } {
  const told = /prompt='(.*)' negative='(.*)'/.exec(note);
  const one = (asked: string | readonly string[] = ''): string =>
    typeof asked === 'string' ? asked : (asked[index] ?? '');
  return { prompt: one(call.prompt ?? told?.[1]), negative: one(call.negative_prompt ?? told?.[2]) };
}

/** The name of the model's file that a case is drawn with. */
export const modelFileOf = ({ model }: PipelineCase): string =>
  /([^/]+)\.safetensors/.exec(model)?.[1] ?? 'model';

/** How many pictures a case draws at once. */
export const picturesIn = ({ call }: PipelineCase): number =>
  typeof call.prompt === 'object' ? call.prompt.length : 1;

/**
 * @param source the picture to start from, for image to image.
 * @param mask of its size, for inpainting.
 * @param index of the picture, where several are drawn at once.
 */
export function jobOf(wanted: PipelineCase, source?: Pixels, mask?: Uint8Array<ArrayBuffer>, index = 0): Job {
  const { call, scheduler, size_wh, init_latents_seed, noise_tape_seed, prediction_type } = wanted;
  const { use_karras_sigmas, timestep_spacing, rescale_betas_zero_snr, shift } = scheduler.config;
  const count = picturesIn(wanted);
  const clipSkip = Number(/^clip skip (\d+)/.exec(wanted.note ?? '')?.[1] ?? 1);
  return jobWith({
    ...promptsOf(wanted, index),
    width: size_wh[0],
    height: size_wh[1],
    steps: call.num_inference_steps,
    guidance: call.guidance_scale,
    sampler: scheduler.class,
    schedule: use_karras_sigmas ? 'Karras' : 'Automatic',
    ...(timestep_spacing && { spacing: timestep_spacing }),
    ...(shift !== undefined && { shift }),
    ...(call.max_sequence_length !== undefined && { t5Tokens: call.max_sequence_length }),
    ...(call.skip_guidance_layers && { skipLayers: skipsOf(call, call.skip_guidance_layers) }),
    seed: init_latents_seed ?? noise_tape_seed,
    ...(count > 1 && { batch: { index, count } }),
    ...(clipSkip > 1 && { clipSkip }),
    ...(rescale_betas_zero_snr && { zeroSnr: true }),
    ...(call.guidance_rescale !== undefined && { guidanceRescale: call.guidance_rescale }),
    ...(prediction_type === 'v_prediction' && { prediction: 'v' }),
    source: source ? sourceOf(source, call, mask) : null,
  });
}

/** What is not told is as in StableDiffusion3Pipeline. */
function skipsOf(call: PipelineCase['call'], layers: readonly number[]): NonNullable<Job['skipLayers']> {
  return {
    layers,
    scale: call.skip_layer_guidance_scale ?? 2.8,
    start: call.skip_layer_guidance_start ?? 0.01,
    end: call.skip_layer_guidance_stop ?? 0.2,
  };
}

function sourceOf(
  pixels: Pixels,
  { strength = 1, image_guidance_scale }: PipelineCase['call'],
  mask?: Uint8Array<ArrayBuffer>,
): Source {
  if (mask) return { kind: 'inpaint', pixels, strength, mask, content: 'original', soft: false };
  if (image_guidance_scale === undefined) return { kind: 'image', pixels, strength };
  return { kind: 'instruct', pixels, imageGuidance: image_guidance_scale };
}

/** A case of the bundled model. */
export interface MiniCase extends Asked {
  readonly prompt: string;
  readonly sampler: string;
  readonly png: string;
}
