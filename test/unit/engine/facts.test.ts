import { expect, it } from 'vitest';
import type { AddonFacts, ModelEntry } from '../../../src/engine/api';
import { withOwnNames, callable, factsOf } from '../../../src/engine/files/facts';
import { inspect } from '../../../src/pipeline/files/inspect';
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

const word = (trigger: string) => ({ trigger, vectors: 4 });
const toy: AddonFacts = { kind: 'embedding', name: 'toy', words: [word('toy'), word('<cat-toy>')] };
const lora = (name: string): AddonFacts => ({ kind: 'lora', name, modules: 1, base: null });

it('what is called in prompts has a name that they can say, beside its own', () => {
  expect(callable(toy)).toEqual(toy);
  const odd = { ...toy, name: 'ink (v2) ', words: [word('ink (v2) '), word('<cat-toy>')] };
  const said = { ...odd, name: 'ink _v2_', words: [word('ink _v2_'), word('<cat-toy>')] };
  expect(callable(odd)).toEqual(said);
  expect(callable(said)).toEqual(said);
  expect(callable(lora('a<b>'))).toEqual(lora('a_b_'));
});

it('of two LoRAs with one name the later gets a number; other kinds may have it too', () => {
  const entry = (addon: AddonFacts, id: string): ModelEntry => ({
    ...{ id, file: `${addon.name}.safetensors`, bytes: 1, origin: 'served' },
    addon,
  });
  const names = withOwnNames([
    entry(lora('ink'), '1'),
    entry(lora('INK'), '2'),
    entry({ ...toy, name: 'ink', words: [word('ink')] }, '3'),
    entry(lora('ink'), '4'),
  ]).map((found) => 'addon' in found && found.addon.name);
  expect(names).toEqual(['ink', 'INK-2', 'ink', 'ink-3']);
});
