import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { unetGraph } from '../../../src/nets/graphs';
import { normal, stableDiffusion15, stableDiffusionXL, type Shapes } from './stable-diffusion';

const none = new Map<string, string>();
const target: Target = { layout: 'nhwc', dtype: 'f16', fusedAttention: true, maxScoreBytes: 2 ** 28 };

describe('a UNet that is told its guidance scale is a latent consistency model', () => {
  const LCM = { steps: 4, guidance: 8, sampler: 'LCM', spacing: 'leading' };
  const projected = (tensors: Shapes, name: string): Shapes =>
    new Map(tensors).set(`model.diffusion_model.${name}.weight`, { shape: [320, 256], dtype: 'F16' });

  it.each([
    ['Stable Diffusion 1.x LCM', stableDiffusion15(), 'time_embed.cond_proj', 686],
    ['Stable Diffusion 1.x LCM', stableDiffusion15(), 'time_embedding.cond_proj', 686],
    ['Stable Diffusion 1.x LCM inpainting', stableDiffusion15(9), 'time_embedding.cond_proj', 686],
    ['Stable Diffusion XL LCM', stableDiffusionXL(), 'time_embed.cond_proj', 1680],
  ] as const)('%s (%#), and that weight is used', (family, plain, name, keys) => {
    const tensors = normal(projected(plain, name));
    const model = recognise({ tensors, metadata: none }).model;
    expect(model).toMatchObject({ family, denoiser: { guidanceWidth: 256 }, recommended: LCM });
    const used = new Set<string>();
    unetGraph({ model, tensors }, target, { batch: 1, h: 64, w: 64 }, used);
    expect(used.size).toBe(keys + 1);
    expect(used).toContain('unet.time_embed.cond_proj.weight');
  });

  it('others are told none; one for instructions is refused', () => {
    expect(
      recognise({ tensors: stableDiffusion15(), metadata: none }).model.denoiser.guidanceWidth,
    ).toBeNull();
    const instructs = projected(stableDiffusion15(8), 'time_embed.cond_proj');
    expect(() => recognise({ tensors: instructs, metadata: none }).model).toThrow(
      /unsupported-model.*consistency/,
    );
  });

  it('what its file recommends counts more', () => {
    const metadata = new Map([['sd.recommended', '{"steps": 6, "spacing": "trailing"}']]);
    const { recommended } = recognise({
      tensors: projected(stableDiffusion15(), 'time_embed.cond_proj'),
      metadata,
    }).model;
    expect(recommended).toMatchObject({ ...LCM, steps: 6, spacing: 'trailing' });
  });
});

describe('a model that calls itself distilled is used in few steps, without guidance', () => {
  it.each([
    ['modelspec.title', 'SDXL Turbo 1.0', ['Euler a', 'trailing', 4]],
    ['modelspec.title', 'sdxl_lightning_8step', ['Euler', 'trailing', 8]],
    ['modelspec.title', 'Hyper-SDXL 2-step', ['DDIM', 'trailing', 2]],
    ['modelspec.title', 'Hyper-SD15 1-step', ['DDIM', 'trailing', 4]],
    ['modelspec.title', 'DreamShaper 8 LCM', ['LCM', 'leading', 4]],
    ['modelspec.title', 'SDXL TCD 4 steps', ['TCD', 'leading', 4]],
    ['modelspec.architecture', 'stable-diffusion-xl-v1-turbo', ['Euler a', 'trailing', 4]],
  ])('%s: %s', (key, value, [sampler, spacing, steps]) => {
    const { recommended } = recognise({
      tensors: stableDiffusionXL(),
      metadata: new Map([[key, value]]),
    }).model;
    expect(recommended).toMatchObject({ sampler, spacing, steps, guidance: 1 });
  });

  it.each([
    ['modelspec.title', 'Hyperrealistic Enlightning v4 (20 steps)'],
    ['modelspec.description', 'works well with LCM and Turbo'],
  ])('and not by %s: %s', (key, value) => {
    const { recommended } = recognise({
      tensors: stableDiffusionXL(),
      metadata: new Map([[key, value]]),
    }).model;
    expect(recommended).toMatchObject({
      sampler: 'DPM++ 2M Karras',
      spacing: 'leading',
      steps: 20,
      guidance: 7,
    });
  });
});
