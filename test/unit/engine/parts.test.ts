import { expect, it } from 'vitest';
import { chosenLenders, lackingIn } from '../../../src/engine/loans';
import { whatIs } from '../../../src/engine/files/verdict';
import { tokenizerHeader } from '../../../src/nets/t5-tokenizer';
import type { ModelEntry } from '../../../src/engine/api';
import type { Dtype, Header, TensorInfo } from '../../../src/weights/safetensors';
import { stableDiffusionXL, type Shapes } from '../nets/stable-diffusion';
import { clipG, clipL, stableDiffusion35Medium, t5xxl } from '../nets/stable-diffusion-3';

/** Of a file of these tensors, whose bytes nobody asks for. */
function headerOf(shapes: Shapes, dtype: Dtype = 'F16'): Header {
  const tensors = new Map<string, TensorInfo>(
    [...shapes].map(([name, { shape }]) => [name, { name, dtype, shape, begin: 0, end: 0 }]),
  );
  return { tensors, metadata: new Map(), bytes: 0 };
}

/** As ComfyUI scales it: a mark, and a scale beside each weight of a linear layer. */
function scaledT5(): Header {
  const { tensors, ...header } = headerOf(t5xxl(), 'F8_E4M3');
  const beside = (name: string): [string, TensorInfo] => [
    name,
    { name, dtype: 'F32', shape: [], begin: 0, end: 0 },
  ];
  const scales = [...tensors.keys()]
    .filter((name) => /(?:SelfAttention|DenseReluDense)\.\w+\.weight$/.test(name))
    .map((name) => beside(name.replace('.weight', '.scale_weight')));
  return { ...header, tensors: new Map([...tensors, ...scales, beside('scaled_fp8')]) };
}

const files: Record<string, Header> = {
  'clip_l.safetensors': headerOf(clipL()),
  'clip_g.safetensors': headerOf(clipG()),
  't5xxl_fp16.safetensors': headerOf(t5xxl()),
  't5xxl_fp8_e4m3fn.safetensors': headerOf(t5xxl(), 'F8_E4M3'),
  't5xxl_fp8_e4m3fn_scaled.safetensors': scaledT5(),
  'T5 tokenizer.safetensors': tokenizerHeader(8),
};

it.each([
  ['clip_l.safetensors', 'CLIP-L'],
  ['clip_g.safetensors', 'CLIP-G'],
  ['t5xxl_fp16.safetensors', 'T5'],
  ['t5xxl_fp8_e4m3fn.safetensors', 'T5'],
  ['t5xxl_fp8_e4m3fn_scaled.safetensors', 'T5'],
  ['T5 tokenizer.safetensors', 'tokenizer of T5'],
])('%s is told for what it is', (file, holds) => {
  expect(whatIs(files[file]!, file)).toMatchObject({ addon: { kind: 'parts', holds } });
});

it('a whole CLIP lends its text encoder, whether or not it can look at pictures for others', async () => {
  const shapeOf = (name: string): number[] => (name.includes('patch_embedding') ? [8, 3, 14, 14] : [8, 8]);
  const whole = (...names: string[]): Header =>
    headerOf(
      new Map([...clipL(), ...names.map((name) => [name, { shape: shapeOf(name), dtype: 'F16' }] as const)]),
    );
  const blind = whole('vision_model.encoder.layers.0.mlp.fc1.weight');
  expect(whatIs(blind, 'ViT-L.safetensors')).toMatchObject({ addon: { kind: 'parts', holds: 'CLIP-L' } });
  const seeing = whole(
    'vision_model.embeddings.patch_embedding.weight',
    'vision_model.embeddings.class_embedding',
    'vision_model.embeddings.position_embedding.weight',
    'visual_projection.weight',
  );
  const what = whatIs(seeing, 'ViT-L.safetensors');
  expect(what).toMatchObject({ addon: { kind: 'image-encoder' } });
  const entry = { id: 'ViT-L', file: 'ViT-L', bytes: 0, origin: 'stored', ...what } as const;
  const unet = [...stableDiffusionXL()].filter(([name]) => name.startsWith('model.'));
  const [, text] = await lackingIn(headerOf(new Map(unet)), [entry], () => Promise.resolve(seeing));
  expect(text).toMatchObject({ part: 'text', lenders: [{ id: 'ViT-L' }] });
});

it('a checkpoint whose VAE has no encoder lacks nothing', () => {
  const shapes = [...stableDiffusionXL()].filter(
    ([name]) => !/^first_stage_model\.(?:encoder|quant)/.test(name),
  );
  const what = whatIs(headerOf(new Map(shapes)), 'half.safetensors');
  expect(what).toMatchObject({ facts: { unused: [] } });
  expect(what).not.toHaveProperty('facts.lacks');
});

const entries = Object.entries(files).map(([file, header]): ModelEntry => ({
  id: file,
  file,
  bytes: 0,
  origin: 'stored',
  ...whatIs(header, file),
}));
const lackingOf = (shapes: Shapes, here = entries) =>
  lackingIn(headerOf(shapes), here, (id) => Promise.resolve(files[id]!));

it('Stable Diffusion 3.5 Medium finds them all, and may do without T5', async () => {
  const lacking = await lackingOf(stableDiffusion35Medium());
  expect(
    lacking.map(({ part, optional, lenders }) => [part, optional, lenders.map(({ file }) => file)]),
  ).toEqual([
    ['text', false, ['clip_l.safetensors']],
    ['text2', false, ['clip_g.safetensors']],
    ['t5', true, Object.keys(files).slice(2, 5)],
    ['tokenizer', true, ['T5 tokenizer.safetensors']],
  ]);
  expect(chosenLenders(lacking, { t5: 't5xxl_fp8_e4m3fn.safetensors' })).toMatchObject({
    text: 'clip_l.safetensors',
    t5: 't5xxl_fp8_e4m3fn.safetensors',
  });
  expect(chosenLenders(lacking, { t5: '' })).toMatchObject({ t5: '' });
});

it('without T5 nothing is asked of its tokenizer, and nothing is missing', async () => {
  const lacking = await lackingOf(stableDiffusion35Medium(), entries.slice(0, 2));
  expect(lacking.map(({ part, lenders }) => [part, lenders.length])).toEqual([
    ['text', 1],
    ['text2', 1],
    ['t5', 0],
  ]);
  expect(Object.keys(chosenLenders(lacking, {}))).toEqual(['text', 'text2']);
});

it('what it needs is missing where it is not here', async () => {
  const lacking = await lackingOf(stableDiffusion35Medium(), entries.slice(1));
  expect(() => chosenLenders(lacking, {})).toThrow(/missing-part.*text encoder/);
});

it("SDXL's UNet finds the same CLIPs", async () => {
  const unet: Shapes = new Map([...stableDiffusionXL()].filter(([name]) => !name.startsWith('conditioner.')));
  const lacking = await lackingOf(unet);
  expect(lacking.map(({ part, lenders }) => [part, lenders.map(({ file }) => file)])).toEqual([
    ['text', ['clip_l.safetensors']],
    ['text2', ['clip_g.safetensors']],
  ]);
});
