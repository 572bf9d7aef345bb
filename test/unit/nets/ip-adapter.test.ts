import { describe, expect, it } from 'vitest';
import { whatIs } from '../../../src/engine/verdict';
import { DrobeError } from '../../../src/errors';
import { scope } from '../../../src/graph/scope';
import { imageAttentions, ipAdapter, readsBy } from '../../../src/nets/ip-adapter';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { visionForm } from '../../../src/nets/names/vision';
import { visionTower } from '../../../src/nets/vision';
import type { Header } from '../../../src/weights/safetensors';
import { addonWords } from '../../../src/ui/words/models';
import { sentence } from '../../../src/ui/words/problems';
import { stableDiffusion15, stableDiffusionXL } from './stable-diffusion';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** A file's header, of tensors with these shapes. */
function header(shapes: Shapes): Header {
  let at = 0;
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const begin = at;
    at += shape.reduce((n, d) => 2 * n * d, 2);
    return [name, { name, dtype: 'F16' as const, shape, begin, end: at }] as const;
  });
  return { tensors: new Map(tensors), metadata: new Map(), bytes: at };
}

/** An adapter for a UNet with so many attentions to a text of this width. */
const adapter = (pairs: number, width: number, proj: Shapes): Shapes => ({
  ...proj,
  ...Object.fromEntries(
    Array.from({ length: pairs }, (_, i) =>
      ['k', 'v'].map((which) => [`ip_adapter.${2 * i + 1}.to_${which}_ip.weight`, [320, width]] as const),
    ).flat(),
  ),
});
const plain = adapter(16, 768, { 'image_proj.proj.weight': [3072, 1024], 'image_proj.norm.weight': [768] });
const plus = adapter(70, 2048, {
  'image_proj.latents': [1, 16, 1280],
  'image_proj.proj_in.weight': [1280, 1280],
});
const full = adapter(16, 768, {
  'image_proj.proj.0.weight': [1280, 1280],
  'image_proj.proj.2.weight': [768, 1280],
});

/** CLIP's vision tower of a layer, as transformers names it, and as OpenCLIP does. */
const tower = (width: number, projection: number): Shapes => ({
  'vision_model.embeddings.class_embedding': [width],
  'vision_model.embeddings.patch_embedding.weight': [width, 3, 14, 14],
  'vision_model.embeddings.position_embedding.weight': [257, width],
  'vision_model.pre_layrnorm.weight': [width],
  'vision_model.encoder.layers.0.layer_norm1.weight': [width],
  'vision_model.encoder.layers.0.self_attn.q_proj.weight': [width, width],
  'vision_model.encoder.layers.0.self_attn.k_proj.weight': [width, width],
  'vision_model.encoder.layers.0.self_attn.v_proj.weight': [width, width],
  'vision_model.encoder.layers.0.mlp.fc1.weight': [4 * width, width],
  'vision_model.post_layernorm.weight': [width],
  'visual_projection.weight': [projection, width],
});
const openClip = (width: number, projection: number): Shapes => ({
  'visual.class_embedding': [width],
  'visual.conv1.weight': [width, 3, 14, 14],
  'visual.positional_embedding': [257, width],
  'visual.ln_pre.weight': [width],
  'visual.transformer.resblocks.0.ln_1.weight': [width],
  'visual.transformer.resblocks.0.attn.in_proj_weight': [3 * width, width],
  'visual.transformer.resblocks.0.mlp.c_fc.weight': [4 * width, width],
  'visual.ln_post.weight': [width],
  'visual.proj': [width, projection],
});

describe('an adapter is told by its weights', () => {
  it.each([
    [
      'plain',
      plain,
      { kind: 'plain', seen: 'embedding', wants: 1024, tokens: 4, width: 768, attentions: 16 },
    ],
    ['plus', plus, { kind: 'plus', seen: 'states', wants: 1280, tokens: 16, width: 2048, attentions: 70 }],
    ['full', full, { kind: 'full', seen: 'states', wants: 1280, tokens: null, width: 768, attentions: 16 }],
  ])('%s', (_, shapes, facts) => {
    expect(ipAdapter(header(shapes).tensors)).toEqual(facts);
  });

  it.each([
    ['a.safetensors', plain, 'IP-Adapter for Stable Diffusion 1.x: to be chosen under “Reference image”'],
    ['b.safetensors', plus, 'IP-Adapter Plus for Stable Diffusion XL: to be chosen under “Reference image”'],
    ['ViT-H.safetensors', tower(1280, 1024), 'Image encoder ViT-H, which looks at pictures for IP-Adapters'],
    [
      'bigG.safetensors',
      openClip(1664, 1280),
      'Image encoder ViT-bigG, which looks at pictures for IP-Adapters',
    ],
  ])('and said in the list: %s', (file, shapes, words) => {
    const what = whatIs(header(shapes), file);
    expect('addon' in what && addonWords(what.addon)).toBe(words);
  });

  it.each([
    ['adapters for faces', { ...plain, 'ip_adapter.0.to_q_lora.down.weight': [128, 320] }],
    ['InstantID', { ...plus, 'image_proj.proj_in.weight': [1280, 512] }],
    ['half an adapter', { 'image_proj.proj.weight': [3072, 1024] }],
    ['a tower without its projection', { 'vision_model.encoder.layers.0.layer_norm1.weight': [1280] }],
  ])('but not %s', (_, shapes) => {
    expect(() => whatIs(header(shapes), 'x.safetensors')).toThrow(/^other-kind/);
  });
});

describe('a vision tower', () => {
  it.each([
    [1280, 1024, 16, 'gelu'],
    [1664, 1280, 16, 'gelu'],
    [1024, 768, 16, 'quick_gelu'],
    [768, 512, 12, 'quick_gelu'],
  ])('%i wide has its heads and activation', (width, projection, heads, activation) => {
    expect(visionTower(visionForm(header(tower(width, projection)).tensors))).toEqual({
      ...{ width, projection, heads, activation },
      ...{ side: 224, tokens: 257 },
    });
  });

  it('is the same in OpenCLIP’s names, where one matrix is three and the projection is turned', () => {
    const ours = visionForm(header(tower(1280, 1024)).tensors);
    const theirs = visionForm(header(openClip(1280, 1024)).tensors);
    const shapes = (form: typeof ours) =>
      Object.fromEntries([...form].map(([name, { shape }]) => [name, shape]).sort());
    expect(shapes(theirs)).toEqual(shapes(ours));
    expect(theirs.get('visual_projection.weight')).toMatchObject({ name: 'visual.proj', turned: true });
    const at = (name: string) => theirs.get(`vision_model.encoder.layers.0.self_attn.${name}_proj.weight`)!;
    expect(at('k').begin).toBe(at('q').end);
  });

  it('fits adapters that read as many numbers', () => {
    const [h, big] = [tower(1280, 1024), tower(1664, 1280)].map((shapes) =>
      visionTower(header(shapes).tensors),
    ) as [ReturnType<typeof visionTower>, ReturnType<typeof visionTower>];
    expect([plain, plus, full].map((shapes) => readsBy(ipAdapter(header(shapes).tensors), h))).toEqual([
      true,
      true,
      true,
    ]);
    expect(readsBy(ipAdapter(header(plain).tensors), big)).toBe(false);
  });
});

describe('an adapter counts the attentions of a UNet on the way down, up, and in the middle', () => {
  it.each([
    ['1.x', stableDiffusion15(), 16, 'input_blocks.1.1', 'output_blocks.3.1'],
    ['XL', stableDiffusionXL(), 70, 'input_blocks.4.1', 'output_blocks.0.1'],
  ])('of Stable Diffusion %s', (_, checkpoint, count, first, up) => {
    const target = { layout: 'nchw', dtype: 'f32', fusedAttention: false, maxScoreBytes: 1 } as const;
    const paths = imageAttentions(scope(inNormalForm(checkpoint).tensors, target)('unet')).map(
      ({ path }) => path,
    );
    expect(paths).toHaveLength(count);
    expect(paths[0]).toBe(`unet.${first}.transformer_blocks.0.attn2`);
    expect(paths.find((path) => path.includes('output'))).toBe(`unet.${up}.transformer_blocks.0.attn2`);
    expect(paths.at(-1)).toMatch(/^unet\.middle_block\.1\./);
  });
});

it.each([
  [
    { seen: 'embedding', width: 1024 },
    /Import CLIP ViT-H, which is models\/image_encoder\/model\.safetensors/,
  ],
  [{ seen: 'states', width: 1664 }, /Import CLIP ViT-bigG, which is sdxl_models\/image_encoder/],
  [{ seen: 'embedding', width: 96 }, /Import a CLIP image encoder that gives 96 numbers for a picture\.$/],
])('where no encoder is at hand, one sentence says which file is needed: %o', (facts, words) => {
  expect(sentence(new DrobeError('encoder-missing', { name: 'x', ...facts }))).toMatch(words);
});
