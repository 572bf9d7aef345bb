import { expect, it } from 'vitest';
import { factsOf } from '../../../src/engine/facts';
import { inspect } from '../../../src/pipeline/inspect';
import type { TensorInfo } from '../../../src/weights/safetensors';
import { stableDiffusion15, type Shapes } from '../nets/stable-diffusion';

function facts(shapes: Shapes, metadata: Record<string, string> = {}) {
  const tensors = new Map<string, TensorInfo>(
    [...shapes].map(([name, { shape }]) => [name, { name, dtype: 'F16', shape, begin: 0, end: 0 }]),
  );
  return factsOf(
    inspect({ tensors, metadata: new Map(Object.entries(metadata)), bytes: 0 }),
    'x.safetensors',
  );
}

it('a model of the plain kind takes the usual settings', () => {
  expect(facts(stableDiffusion15())).toMatchObject({
    defaults: { steps: 20, guidance: 7, sampler: 'DPM++ 2M', schedule: 'Karras', spacing: 'leading' },
    ignoresNegative: false,
    unused: [],
  });
});

it('a latent consistency model brings its own, and has no use for a negative prompt', () => {
  const projection = { shape: [320, 256], dtype: 'F16' };
  const shapes = stableDiffusion15().set('model.diffusion_model.time_embedding.cond_proj.weight', projection);
  expect(facts(shapes)).toMatchObject({
    family: 'Stable Diffusion 1.x LCM',
    defaults: { steps: 4, guidance: 8, sampler: 'LCM', spacing: 'leading' },
    ignoresNegative: true,
    unused: [],
  });
});

it('samplers and spacings that a file recommends are taken where they are known', () => {
  const recommended = (stated: object) =>
    facts(stableDiffusion15(), { 'sd.recommended': JSON.stringify(stated) }).defaults;
  expect(recommended({ sampler: 'euler A', spacing: 'Trailing' })).toMatchObject({
    sampler: 'Euler a',
    spacing: 'trailing',
  });
  expect(recommended({ sampler: 'magic', spacing: 'constructor' })).toMatchObject({
    sampler: 'DPM++ 2M',
    schedule: 'Karras',
    spacing: 'leading',
  });
});
