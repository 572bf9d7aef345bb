/** Diffusers' pipeline cases, told as jobs. */
import type { Job } from '../../src/pipeline/job';

export interface PipelineCase {
  readonly call: {
    readonly prompt: string;
    readonly negative_prompt?: string;
    readonly num_inference_steps: number;
    readonly guidance_scale: number;
    readonly width: number;
    readonly height: number;
  };
  readonly scheduler: {
    readonly class: string;
    readonly config: { readonly use_karras_sigmas?: boolean; readonly timestep_spacing: Job['spacing'] };
  };
  readonly init_latents_seed: number;
}

const SAMPLERS: Readonly<Record<string, Job['sampler']>> = {
  DDIMScheduler: 'DDIM',
  EulerDiscreteScheduler: 'Euler',
  EulerAncestralDiscreteScheduler: 'Euler a',
  DPMSolverMultistepScheduler: 'DPM++ 2M',
};

export function jobOf({ call, scheduler, init_latents_seed }: PipelineCase): Job {
  const sampler = SAMPLERS[scheduler.class];
  if (!sampler) throw new Error(`no sampler for ${scheduler.class}`);
  return {
    prompt: call.prompt,
    negative: call.negative_prompt ?? '',
    width: call.width,
    height: call.height,
    steps: call.num_inference_steps,
    guidance: call.guidance_scale,
    sampler: scheduler.config.use_karras_sigmas ? 'DPM++ 2M Karras' : sampler,
    spacing: scheduler.config.timestep_spacing,
    seed: init_latents_seed,
  };
}

/** A case of the bundled model. */
export interface MiniCase extends Omit<Job, 'spacing'> {
  readonly png: string;
}
