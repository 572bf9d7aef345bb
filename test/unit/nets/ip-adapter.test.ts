import { describe, expect, it } from 'vitest';
import { whatIs } from '../../../src/engine/files/verdict';
import { DrobeError } from '../../../src/errors';
import { scope } from '../../../src/graph/scope';
import { imageAttentions, ipAdapter, readsBy } from '../../../src/nets/ip-adapter';
import { ipAdapterForm } from '../../../src/nets/names/ip-adapter';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { visionForm } from '../../../src/nets/names/vision';
import { visionTower } from '../../../src/nets/vision';
import type { Header } from '../../../src/weights/safetensors';
import { en } from '../../../src/ui/words/en';
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

/** Plain ones, and those that gather a few tokens from all states, for texts of this width. */
const spread = (pairs: number, width: number, wants: number): Shapes =>
  adapter(pairs, width, { 'image_proj.proj.weight': [4 * width, wants], 'image_proj.norm.weight': [width] });
const gathered = (pairs: number, width: number): Shapes =>
  adapter(pairs, width, { 'image_proj.latents': [1, 16, 768], 'image_proj.proj_in.weight': [768, 1280] });

/** What stands before a projection in a UNet of diffusers that an adapter was loaded into. */
const LOADED = 'encoder_hid_proj.image_projection_layers.0';

/** The attentions of SD 1.5 that an adapter has keys and values for, as diffusers' names sort. */
const attentions = [
  ...[0, 1, 2].flatMap((level) => [0, 1].map((n) => `down_blocks.${level}.attentions.${n}`)),
  'mid_block.attentions.0',
  ...[1, 2, 3].flatMap((level) => [0, 1, 2].map((n) => `up_blocks.${level}.attentions.${n}`)),
].map((place) => `${place}.transformer_blocks.0.attn2.processor`);
const processors = (width: number, n = 0): Shapes =>
  Object.fromEntries(
    attentions.flatMap((at) => ['k', 'v'].map((which) => [`${at}.to_${which}_ip.${n}.weight`, [320, width]])),
  );

/** Tensors of a module, and a norm's. */
const below = (place: string, shapes: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${place}.${name}`, shape]));
const norms = (place: string): Shapes => ({ [`${place}.weight`]: [64], [`${place}.bias`]: [64] });

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

describe('an adapter is found behind any beginning, and in any wrapper', () => {
  it.each([
    ['adapter.', (name: string) => `adapter.${name}`],
    ['module._orig_mod.', (name: string) => `module._orig_mod.${name}`],
    ['ip_adapter.', (name: string) => `ip_adapter.${name}`],
    ['a wrapper within', (name: string) => name.replace('.', '._orig_mod.')],
  ])('%s', (_, rename) => {
    const shapes = Object.fromEntries(Object.entries(plain).map(([name, shape]) => [rename(name), shape]));
    const what = whatIs(header(shapes), 'a.safetensors');
    expect('addon' in what && what.addon.kind).toBe('ip-adapter');
    expect([...ipAdapterForm(header(shapes).tensors).keys()]).toEqual(Object.keys(plain));
  });
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
    expect('addon' in what && en.models.addon(what.addon)).toBe(words);
  });

  // As they lie at h94/IP-Adapter and in its kin; light, face and composition differ from others in their numbers alone.
  it.each([
    ['ip-adapter_sd15', plain, 'IP-Adapter for Stable Diffusion 1.x', 'ViT-H'],
    ['ip-adapter_sd15_light', plain, 'IP-Adapter for Stable Diffusion 1.x', 'ViT-H'],
    ['ip-adapter_sd15_vit-G', spread(16, 768, 1280), 'IP-Adapter for Stable Diffusion 1.x', 'ViT-bigG'],
    ['ip-adapter-plus_sd15', gathered(16, 768), 'IP-Adapter Plus for Stable Diffusion 1.x', 'ViT-H'],
    ['ip-adapter-plus-face_sd15', gathered(16, 768), 'IP-Adapter Plus for Stable Diffusion 1.x', 'ViT-H'],
    ['ip-adapter-full-face_sd15', full, 'IP-Adapter Full for Stable Diffusion 1.x', 'ViT-H'],
    ['ip-adapter_sdxl', spread(70, 2048, 1280), 'IP-Adapter for Stable Diffusion XL', 'ViT-bigG'],
    ['ip-adapter_sdxl_vit-h', spread(70, 2048, 1024), 'IP-Adapter for Stable Diffusion XL', 'ViT-H'],
    ['ip-adapter-plus_sdxl_vit-h', plus, 'IP-Adapter Plus for Stable Diffusion XL', 'ViT-H'],
    ['ip-adapter-plus-face_sdxl_vit-h', plus, 'IP-Adapter Plus for Stable Diffusion XL', 'ViT-H'],
  ])('%s', (name, shapes, words, eyes) => {
    const what = whatIs(header(shapes), `${name}.safetensors`);
    if (!('addon' in what) || what.addon.kind !== 'ip-adapter') throw new Error('no adapter');
    expect(what.addon.name).toBe(name);
    expect(en.models.addon(what.addon)).toBe(`${words}: to be chosen under “Reference image”`);
    const { seen, width } = what.addon.wants;
    expect(en.models.encoderWanted(seen, width)).toContain(`CLIP ${eyes},`);
  });

  it.each([
    ['adapters for faces', { ...plain, 'ip_adapter.0.to_q_lora.down.weight': [128, 320] }],
    ['InstantID', { ...plus, 'image_proj.proj_in.weight': [1280, 512] }],
    ['half an adapter', { 'image_proj.proj.weight': [3072, 1024] }],
    ['a UNet’s attention processors without a projection', processors(768)],
    [
      'two adapters',
      { ...processors(768), ...processors(768, 1), [`${LOADED}.image_embeds.weight`]: [3072, 1024] },
    ],
    [
      'FaceID in a UNet of diffusers',
      { ...processors(768), [`${LOADED}.ff.net.0.proj.weight`]: [1024, 512] },
    ],
    [
      'FaceID Plus there',
      {
        ...processors(768),
        [`${LOADED}.proj_in.weight`]: [768, 1280],
        [`${LOADED}.proj.net.0.proj.weight`]: [1024, 512],
      },
    ],
    ['a tower without its projection', { 'vision_model.encoder.layers.0.layer_norm1.weight': [1280] }],
  ])('but not %s', (_, shapes) => {
    expect(() => whatIs(header(shapes), 'x.safetensors')).toThrow(/^other-kind/);
  });
});

describe('an adapter that was saved from a UNet of diffusers has the names of its authors', () => {
  const layer = {
    ...norms('0.norm1'),
    ...norms('0.norm2'),
    '0.to_q.weight': [128, 64],
    '0.to_out.weight': [64, 128],
  };
  const feed = { ...norms('1.0'), '1.1.weight': [256, 64], '1.3.weight': [64, 256] };
  const theirLayer = {
    ...norms('ln0'),
    ...norms('ln1'),
    'attn.to_q.weight': [128, 64],
    'attn.to_out.0.weight': [64, 128],
  };
  const theirFeed = { ...norms('ff.0'), 'ff.1.net.0.proj.weight': [256, 64], 'ff.1.net.2.weight': [64, 256] };
  const resampler = {
    latents: [1, 16, 64],
    'proj_in.weight': [64, 1280],
    'proj_out.weight': [768, 64],
    ...norms('norm_out'),
  };
  it.each<[string, Shapes, Shapes]>([
    [
      'plain',
      { 'proj.weight': [3072, 1024], ...norms('norm') },
      { 'image_embeds.weight': [3072, 1024], ...norms('norm') },
    ],
    [
      'plus',
      { ...resampler, ...below('layers.0', { ...layer, ...feed, '0.to_kv.weight': [256, 64] }) },
      {
        ...resampler,
        ...below('layers.0', {
          ...theirLayer,
          ...theirFeed,
          'attn.to_k.weight': [128, 64],
          'attn.to_v.weight': [128, 64],
        }),
      },
    ],
    [
      'full',
      { 'proj.0.weight': [1280, 1280], 'proj.2.weight': [768, 1280], ...norms('proj.3') },
      { 'ff.net.0.proj.weight': [1280, 1280], 'ff.net.2.weight': [768, 1280], ...norms('norm') },
    ],
  ])('%s', (kind, own, theirs) => {
    const authors = ipAdapterForm(header(adapter(16, 768, below('image_proj', own))).tensors);
    const saved = header({ ...processors(768), ...below(LOADED, theirs) });
    const loaded = ipAdapterForm(saved.tensors);
    const shapes = (form: typeof loaded) =>
      Object.fromEntries([...form].map(([name, { shape }]) => [name, shape]).sort());
    expect(shapes(loaded)).toEqual(shapes(authors));
    expect(ipAdapter(loaded)).toEqual(ipAdapter(authors));
    expect(ipAdapter(loaded).kind).toBe(kind);
    expect('addon' in whatIs(saved, 'unet.safetensors')).toBe(true);
    const lying = (n: number): string | undefined => loaded.get(`ip_adapter.${n}.to_k_ip.weight`)?.name;
    expect([1, 3, 11, 13, 29, 31].map(lying).map((name) => name?.split('.transformer')[0])).toEqual([
      ...['down_blocks.0.attentions.0', 'down_blocks.0.attentions.1', 'down_blocks.2.attentions.1'],
      ...['up_blocks.1.attentions.0', 'up_blocks.3.attentions.2', 'mid_block.attentions.0'],
    ]);
  });

  it('whatever stands before them: of its training, of a pipeline, of the first diffusers', () => {
    const trained = {
      'image_proj_model.proj.weight': [3072, 1024],
      'image_proj_model.norm.weight': [768],
      'adapter_modules.1.to_k_ip.weight': [320, 768],
      'adapter_modules.1.to_v_ip.weight': [320, 768],
    };
    const at = 'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor';
    const early = {
      'unet.encoder_hid_proj.image_embeds.weight': [3072, 1024],
      'unet.encoder_hid_proj.norm.weight': [768],
      [`${at}.to_k_ip.weight`]: [320, 768],
      [`${at}.to_v_ip.weight`]: [320, 768],
    };
    const wrapped = below('module._orig_mod', trained);
    const held = below('state_dict.model', trained);
    for (const shapes of [trained, wrapped, held, early]) {
      expect([...ipAdapterForm(header(shapes).tensors).keys()].sort()).toEqual([
        'image_proj.norm.weight',
        'image_proj.proj.weight',
        'ip_adapter.1.to_k_ip.weight',
        'ip_adapter.1.to_v_ip.weight',
      ]);
      expect('addon' in whatIs(header(shapes), 'x.safetensors')).toBe(true);
    }
  });

  it('and the UNet that it was trained on, which is saved with it', () => {
    const unet = [...stableDiffusion15()].filter(([name]) => name.startsWith('model.diffusion_model.'));
    const beside = Object.fromEntries(unet.map(([name, { shape }]) => [`unet.${name.slice(22)}`, shape]));
    const trained = {
      ...beside,
      'image_proj_model.proj.weight': [3072, 1024],
      'image_proj_model.proj.bias': [3072],
      'image_proj_model.norm.weight': [768],
      'image_proj_model.norm.bias': [768],
      'adapter_modules.1.to_k_ip.weight': [320, 768],
      'adapter_modules.1.to_v_ip.weight': [320, 768],
    };
    expect(whatIs(header(trained), 'model.safetensors')).toMatchObject({
      addon: { kind: 'ip-adapter', variant: 'plain', base: 'Stable Diffusion 1.x' },
    });
  });

  it('keys and values that lie in one are its halves', () => {
    const { tensors } = header({ 'image_proj.layers.0.0.to_kv.weight': [256, 64] });
    const form = ipAdapterForm(tensors);
    const [k, v] = ['k', 'v'].map((which) => form.get(`image_proj.layers.0.0.to_${which}.weight`)!);
    expect([k!.shape, v!.shape]).toEqual([
      [128, 64],
      [128, 64],
    ]);
    const { end } = tensors.get('image_proj.layers.0.0.to_kv.weight')!;
    expect([k!.begin, k!.end, v!.begin, v!.end]).toEqual([0, end / 2, end / 2, end]);
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
])('where no encoder is at hand, one en.problems.sentence says which file is needed: %o', (facts, words) => {
  expect(en.problems.sentence(new DrobeError('encoder-missing', { name: 'x', ...facts }))).toMatch(words);
});
