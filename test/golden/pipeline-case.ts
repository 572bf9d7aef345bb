/** Diffusers' pipeline cases, told as jobs. */
import type { Job, Pixels, Source } from '../../src/pipeline/job';

export interface PipelineCase {
  readonly call: {
    readonly prompt: string;
    readonly negative_prompt?: string;
    readonly num_inference_steps: number;
    readonly guidance_scale: number;
    readonly strength?: number;
    readonly image_guidance_scale?: number;
  };
  readonly size_wh: readonly [number, number];
  readonly scheduler: {
    readonly class: string;
    readonly config: { readonly use_karras_sigmas?: boolean; readonly timestep_spacing: Job['spacing'] };
  };
  /** Image to image draws all its noise from one generator, seeded with the second. */
  readonly init_latents_seed: number | null;
  readonly noise_tape_seed: number;
}

const SAMPLERS: Readonly<Record<string, Job['sampler']>> = {
  DDIMScheduler: 'DDIM',
  EulerDiscreteScheduler: 'Euler',
  EulerAncestralDiscreteScheduler: 'Euler a',
  DPMSolverMultistepScheduler: 'DPM++ 2M',
};

/** @param source the picture to start from, for image to image. */
export function jobOf(
  { call, scheduler, size_wh, init_latents_seed, noise_tape_seed }: PipelineCase,
  source?: Pixels,
): Job {
  const sampler = SAMPLERS[scheduler.class];
  if (!sampler) throw new Error(`no sampler for ${scheduler.class}`);
  return {
    prompt: call.prompt,
    negative: call.negative_prompt ?? '',
    width: size_wh[0],
    height: size_wh[1],
    steps: call.num_inference_steps,
    guidance: call.guidance_scale,
    sampler: scheduler.config.use_karras_sigmas ? 'DPM++ 2M Karras' : sampler,
    spacing: scheduler.config.timestep_spacing,
    seed: init_latents_seed ?? noise_tape_seed,
    source: source ? sourceOf(source, call) : null,
  };
}

function sourceOf(pixels: Pixels, { strength, image_guidance_scale }: PipelineCase['call']): Source {
  if (image_guidance_scale === undefined) return { kind: 'image', pixels, strength: strength ?? 1 };
  return { kind: 'instruct', pixels, imageGuidance: image_guidance_scale };
}

/** A case of the bundled model. */
export interface MiniCase extends Omit<Job, 'spacing' | 'source'> {
  readonly png: string;
}
