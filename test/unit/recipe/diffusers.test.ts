import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffusersScript } from '../../../src/recipe/diffusers/script';
import type { Recipe, RecipeSettings } from '../../../src/recipe/recipe';
import { samplerNames, scheduleNames } from '../../../src/sampling/settings';
import { hundreds, recipes } from './random';

const words = (text: string): string[] => text.split(' ');

/** Arguments of calls, as diffusers 0.35 documents them. */
const called = 'prompt negative_prompt num_inference_steps guidance_scale num_images_per_prompt generator';
const loaded = words('torch_dtype vae controlnet');
const pipelines: Record<string, string> = {
  StableDiffusionPipeline: `${called} width height eta clip_skip guidance_rescale`,
  StableDiffusionXLPipeline: `${called} width height eta clip_skip guidance_rescale`,
  StableDiffusionImg2ImgPipeline: `${called} image strength eta clip_skip`,
  StableDiffusionXLImg2ImgPipeline: `${called} image strength eta clip_skip guidance_rescale`,
  StableDiffusionInpaintPipeline: `${called} image mask_image width height strength eta clip_skip`,
  StableDiffusionXLInpaintPipeline: `${called} image mask_image width height strength eta clip_skip guidance_rescale`,
  StableDiffusionInstructPix2PixPipeline: `${called} image image_guidance_scale eta`,
  StableDiffusionXLInstructPix2PixPipeline: `${called} image image_guidance_scale width height eta guidance_rescale`,
};
const controls =
  'controlnet_conditioning_scale control_guidance_start control_guidance_end guess_mode image eta clip_skip';
Object.assign(pipelines, {
  StableDiffusionControlNetPipeline: `${called} width height ${controls}`,
  StableDiffusionXLControlNetPipeline: `${called} width height ${controls}`,
  StableDiffusionControlNetImg2ImgPipeline: `${called} width height strength control_image ${controls}`,
  StableDiffusionXLControlNetImg2ImgPipeline: `${called} width height strength control_image ${controls}`,
  StableDiffusionControlNetInpaintPipeline: `${called} width height strength mask_image control_image ${controls}`,
  StableDiffusionXLControlNetInpaintPipeline: `${called} width height strength mask_image control_image ${controls}`,
});
const sigmas = 'use_karras_sigmas use_exponential_sigmas use_beta_sigmas timestep_spacing';
const solver = `${sigmas} solver_order solver_type`;
const schedulers: Record<string, string> = {
  EulerDiscreteScheduler: `${sigmas} rescale_betas_zero_snr`,
  EulerAncestralDiscreteScheduler: 'timestep_spacing rescale_betas_zero_snr',
  HeunDiscreteScheduler: sigmas,
  KDPM2DiscreteScheduler: sigmas,
  KDPM2AncestralDiscreteScheduler: sigmas,
  LMSDiscreteScheduler: sigmas,
  DPMSolverMultistepScheduler: `${solver} algorithm_type rescale_betas_zero_snr`,
  DPMSolverSinglestepScheduler: `${solver} algorithm_type`,
  DPMSolverSDEScheduler: `${sigmas} noise_sampler_seed`,
  DDIMScheduler: 'timestep_spacing rescale_betas_zero_snr',
  DDPMScheduler: 'timestep_spacing rescale_betas_zero_snr',
  PNDMScheduler: 'timestep_spacing skip_prk_steps',
  UniPCMultistepScheduler: `${solver} rescale_betas_zero_snr`,
  DEISMultistepScheduler: solver,
  LCMScheduler: 'timestep_spacing rescale_betas_zero_snr',
  TCDScheduler: 'timestep_spacing rescale_betas_zero_snr',
};
const calls: Record<string, readonly string[]> = {
  'AutoencoderKL.from_single_file': loaded,
  'ControlNetModel.from_single_file': loaded,
  load_image: [],
  load_file: [],
};
for (const [name, args] of Object.entries(pipelines)) {
  calls[name] = words(args);
  calls[`${name}.from_single_file`] = loaded;
  calls[`${name}.load_lora_weights`] = ['adapter_name'];
  calls[`${name}.set_adapters`] = ['adapter_weights'];
  calls[`${name}.load_textual_inversion`] = words('token text_encoder tokenizer');
}
for (const [name, args] of Object.entries(schedulers))
  calls[`${name}.from_config`] = words(`${args} prediction_type`); // all of them have it

const recipe = (settings: RecipeSettings): Recipe => ({
  tool: { name: 'Drobe' },
  settings,
  resources: [
    { kind: 'model', name: 'toy' },
    { kind: 'embedding', name: 'worn' },
  ],
  unknown: [],
});

const python = spawnSync('python3', ['--version']);
describe.skipIf(python.status !== 0)('a script (skipped: there is no python3 to read it)', () => {
  it('is Python, and calls only what diffusers has', () => {
    const made = fc.sample(recipes, hundreds);
    const asked = new Set<unknown>(made.flatMap(({ settings }) => [settings.sampler, settings.schedule]));
    expect([...samplerNames, ...scheduleNames].filter((name) => !asked.has(name))).toEqual([]);
    const scripts = made.flatMap((one) => [
      diffusersScript(one, { isXl: false }),
      diffusersScript(one, { isXl: true }),
    ]);
    const checker = fileURLToPath(new URL('check_script.py', import.meta.url));
    const { stdout, stderr } = spawnSync('python3', [checker], {
      input: JSON.stringify({ scripts, calls }),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([]);
  });
});

it('says it all in few lines', () => {
  const script = diffusersScript(
    recipe({
      ...{
        mode: 'text',
        prompt: '(a "cat":1.2) <lora:ink:0.5:0.7>',
        negative: 'bad',
        width: 512,
        height: 768,
      },
      ...{
        steps: 25,
        guidance: 6.5,
        seed: 2n ** 64n - 1n,
        clipSkip: 2,
        sampler: 'DPM++ 2M',
        schedule: 'Karras',
      },
      ...{ like: 'diffusers', spacing: 'leading' },
    }),
    { isXl: false },
  );
  expect(script).toBe(`# diffusers has no prompt weights; they are left out.
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline

device = "cuda" if torch.cuda.is_available() else "cpu"
dtype = torch.float16 if device == "cuda" else torch.float32

pipe = StableDiffusionPipeline.from_single_file("toy.safetensors", torch_dtype=dtype).to(device)
pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config, algorithm_type="dpmsolver++", solver_order=2, use_karras_sigmas=True, timestep_spacing="leading")
pipe.load_lora_weights("ink.safetensors", adapter_name="lora_1")
pipe.set_adapters(["lora_1"], adapter_weights=[{"unet": 0.7, "text_encoder": 0.5, "text_encoder_2": 0.5}])
pipe.load_textual_inversion("worn.safetensors", token="worn")

generator = torch.Generator("cpu").manual_seed(18446744073709551615)
result = pipe(
    prompt="a \\"cat\\"",
    negative_prompt="bad",
    width=512,
    height=768,
    num_inference_steps=25,
    guidance_scale=6.5,
    clip_skip=1,
    generator=generator,
).images[0]
result.save("result.png")
`);
});

it('loads the nets that guide, and says how the pictures for them are made', () => {
  const canny = { module: 'canny', model: 'control_canny', weight: 0.8, start: 0, end: 0.5 } as const;
  const depth = { module: 'none', model: 'depth', weight: 1, start: 0, end: 1, mode: 'control' } as const;
  const script = (mode: 'text' | 'inpaint' | 'instruct'): string =>
    diffusersScript(recipe({ mode, prompt: 'a', width: 512, height: 768, controls: [canny, depth] }), {
      isXl: true,
    });
  expect(script('text')).toContain(`
controlnets = [
    ControlNetModel.from_single_file("control_canny.safetensors", torch_dtype=dtype),
    ControlNetModel.from_single_file("depth.safetensors", torch_dtype=dtype),
]
pipe = StableDiffusionXLControlNetPipeline.from_single_file("toy.safetensors", torch_dtype=dtype, controlnet=controlnets).to(device)
`);
  expect(script('text')).toContain(`
hints = [
    load_image("control_0.png").resize((512, 768)),  # made by "canny"
    load_image("control_1.png").resize((512, 768)),
]
`);
  expect(script('text')).toMatch(
    /image=hints,\s+controlnet_conditioning_scale=\[0\.8, 1\],\s+control_guidance_start=\[0, 0\],\s+control_guidance_end=\[0\.5, 1\],\s+guess_mode=True/,
  );
  expect(script('text')).toContain('# diffusers has one guess mode for all controls.');
  expect(script('inpaint')).toMatch(/image=image,\s+mask_image=mask,\s+control_image=hints,/);
  expect(script('instruct')).not.toContain('ControlNet');
});

it('loads an IP-Adapter for a picture that is part of the prompt, beside nets that guide', () => {
  const canny = { module: 'canny', model: 'control_canny', weight: 0.8, start: 0, end: 1 } as const;
  const reference = {
    module: 'ip-adapter_clip_sd15',
    model: 'ip-adapter_sd15',
    weight: 0.6,
    start: 0,
  } as const;
  const script = (end: number, hires = {}): string =>
    diffusersScript(recipe({ prompt: 'a', controls: [canny, { ...reference, end }], ...hires }), {
      isXl: false,
    });
  expect(script(1)).toContain(`
pipe.load_ip_adapter(".", subfolder="", weight_name="ip-adapter_sd15.safetensors")
pipe.set_ip_adapter_scale(0.6)
reference = load_image("reference.png")
`);
  expect(script(1).match(/ControlNetModel.from_single_file/g)).toHaveLength(1);
  expect(script(1).match(/ip_adapter_image=reference/g)).toHaveLength(1);
  const hires = { upscaler: 'Latent', scale: 2, strength: 0.5 };
  expect(script(1, { hires }).match(/ip_adapter_image=reference/g)).toHaveLength(2);
  expect(script(1)).not.toContain('whole run');
  expect(script(0.5)).toContain('# diffusers applies a reference image during the whole run.');
  const light = { ...reference, end: 1, model: 'ip-adapter_sd15_light', weight: 1 };
  const both = diffusersScript(recipe({ prompt: 'a', controls: [{ ...reference, end: 1 }, light] }), {
    isXl: false,
  });
  expect(both).toContain(`
pipe.load_ip_adapter([".", "."], subfolder=["", ""], weight_name=["ip-adapter_sd15.safetensors", "ip-adapter_sd15_light.safetensors"])
pipe.set_ip_adapter_scale([0.6, 1])
references = [load_image("reference_0.png"), load_image("reference_1.png")]
`);
  expect(both).toMatch(/ip_adapter_image=references,\s+generator=generator,/);
});
