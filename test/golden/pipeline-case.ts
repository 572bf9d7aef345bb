/** Diffusers' pipeline cases, told as jobs. */
import type { Job, Pixels, Source } from '../../src/pipeline/job';

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
  };
  readonly size_wh: readonly [number, number];
  readonly prediction_type: string;
  readonly scheduler: {
    readonly class: string;
    readonly config: {
      readonly use_karras_sigmas?: boolean;
      readonly timestep_spacing: Job['spacing'];
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

export const SAMPLERS: Readonly<Record<string, Job['sampler']>> = {
  DDIMScheduler: 'DDIM',
  EulerDiscreteScheduler: 'Euler',
  EulerAncestralDiscreteScheduler: 'Euler a',
  DPMSolverMultistepScheduler: 'DPM++ 2M',
};

/**
 * @param source the picture to start from, for image to image.
 * @param mask of its size, for inpainting.
 */
export function jobOf(
  { call, scheduler, size_wh, init_latents_seed, noise_tape_seed, prediction_type }: PipelineCase,
  source?: Pixels,
  mask?: Uint8Array<ArrayBuffer>,
): Job {
  const sampler = SAMPLERS[scheduler.class];
  if (!sampler) throw new Error(`no sampler for ${scheduler.class}`);
  return {
    prompt: String(call.prompt),
    negative: String(call.negative_prompt ?? ''),
    width: size_wh[0],
    height: size_wh[1],
    steps: call.num_inference_steps,
    guidance: call.guidance_scale,
    sampler: scheduler.config.use_karras_sigmas ? 'DPM++ 2M Karras' : sampler,
    spacing: scheduler.config.timestep_spacing,
    seed: init_latents_seed ?? noise_tape_seed,
    ...(prediction_type === 'v_prediction' && { prediction: 'v' }),
    source: source ? sourceOf(source, call, mask) : null,
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
export interface MiniCase extends Omit<Job, 'spacing' | 'source'> {
  readonly png: string;
}
