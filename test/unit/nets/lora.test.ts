import { describe, expect, it } from 'vitest';
import { targetFinder, type LoraTarget } from '../../../src/nets/lora';
import { isLora, loraModules } from '../../../src/nets/names/lora-parts';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { placeOf } from '../../../src/nets/names/places';
import { stableDiffusion15, stableDiffusionXL, type Shapes } from './stable-diffusion';

const targetsOf = (tensors: Shapes) => {
  const find = targetFinder(inNormalForm(tensors).tensors);
  return (name: string, bias = false): LoraTarget | null => {
    const found = find({ name, bias, parts: new Map() });
    return 'lacks' in found ? null : found[0]!;
  };
};

describe('the modules of a checkpoint that a LoRA may name', () => {
  const sd1 = targetsOf(stableDiffusion15());
  const sdxl = targetsOf(stableDiffusionXL());

  it.each([
    [
      sd1,
      'lora_unet_down_blocks_2_attentions_1_transformer_blocks_0_attn2_to_k',
      'input_blocks.8.1.transformer_blocks.0.attn2.to_k',
      1280,
      768,
    ],
    [sd1, 'lora_unet_up_blocks_3_attentions_2_proj_in', 'output_blocks.11.1.proj_in', 320, 320],
    [sd1, 'lora_unet_up_blocks_0_upsamplers_0_conv', 'output_blocks.2.1.conv', 1280, 11520],
    [sd1, 'lora_unet_down_blocks_0_downsamplers_0_conv', 'input_blocks.3.0.op', 320, 2880],
    [sd1, 'lora_unet_mid_block_resnets_1_time_emb_proj', 'middle_block.2.emb_layers.1', 1280, 1280],
    [sd1, 'lora_unet_conv_in', 'input_blocks.0.0', 320, 36],
    [
      sdxl,
      'lora_unet_down_blocks_1_attentions_0_transformer_blocks_1_attn1_to_q',
      'input_blocks.4.1.transformer_blocks.1.attn1.to_q',
      640,
      640,
    ],
    [
      sdxl,
      'lora_unet_input_blocks_8_1_transformer_blocks_9_ff_net_2',
      'input_blocks.8.1.transformer_blocks.9.ff.net.2',
      1280,
      5120,
    ],
    [sdxl, 'lora_unet_up_blocks_1_upsamplers_0_conv', 'output_blocks.5.2.conv', 640, 5760],
  ] as const)('in the UNet (%#): %s', (targets, module, key, rows, columns) => {
    expect(targets(module)).toEqual({
      key: `unet.${key}.weight`,
      rows,
      columns,
      net: 'unet',
      widens: module === 'lora_unet_conv_in',
      spatial: /proj_in$|conv|op$/.test(key) || /input_blocks\.0\.0$/.test(key),
    });
  });

  it('in the text encoders, whatever their names and layout', () => {
    expect(sdxl('lora_te1_text_model_encoder_layers_11_mlp_fc1')).toMatchObject({
      key: 'text.text_model.encoder.layers.11.mlp.fc1.weight',
      rows: 3072,
    });
    expect(sdxl('lora_te2_text_model_encoder_layers_31_self_attn_k_proj')).toMatchObject({
      key: 'text2.text_model.encoder.layers.31.self_attn.k_proj.weight',
      rows: 1280,
      columns: 1280,
      net: 'text',
    });
    expect(sdxl('text_encoder_2.text_projection')).toMatchObject({ key: 'text2.text_projection.weight' });
    expect(sd1('lora_te_text_model_encoder_layers_0_self_attn_out_proj')).toMatchObject({ rows: 768 });
    expect(sd1('lora_te_text_model_encoder_layers_0_mlp_fc1', true)).toMatchObject({
      key: 'text.text_model.encoder.layers.0.mlp.fc1.bias',
      rows: 3072,
      columns: 1,
    });
  });

  it.each([
    ['lora_te2_text_model_encoder_layers_0_mlp_fc1', 'text2'],
    ['vae.decoder.conv_in', 'vae'],
    ['lora_unet_double_blocks_0_img_attn_proj', null],
    ['lora_te_text_model_encoder_layers_12_mlp_fc1', null],
  ])('of %s it is told what SD 1.5 lacks', (name, lacks) => {
    const find = targetFinder(inNormalForm(stableDiffusion15()).tensors);
    expect(find({ name, bias: false, parts: new Map() })).toEqual({ lacks });
  });
});

/**
 * The modules that kohya's trainer gives a LoRA: of every transformer what projects in and out, and of its blocks the
 * attentions and the feed-forward layer; of every text encoder's layer six. Its log counts them.
 * https://github.com/kohya-ss/sd-scripts/blob/main/networks/lora.py
 */
describe("all modules of kohya's LoRAs have their place", () => {
  const sd1 = targetsOf(stableDiffusion15());
  const sdxl = targetsOf(stableDiffusionXL());

  const transformer = (place: string, depth: number): string[] => [
    `lora_unet_${place}_proj_in`,
    `lora_unet_${place}_proj_out`,
    ...Array.from({ length: depth }, (_, i) =>
      [
        ...['attn1', 'attn2'].flatMap((attn) =>
          ['to_q', 'to_k', 'to_v', 'to_out_0'].map((to) => `${attn}_${to}`),
        ),
        'ff_net_0_proj',
        'ff_net_2',
      ].map((name) => `lora_unet_${place}_transformer_blocks_${i}_${name}`),
    ).flat(),
  ];
  /** [where, transformer blocks one after the other], as in the published configurations. */
  const unet = (places: readonly (readonly [string, number])[]): string[] =>
    places.flatMap(([place, depth]) => transformer(place, depth));
  const text = (name: string, layers: number): string[] =>
    Array.from({ length: layers }, (_, i) =>
      [
        'self_attn_q_proj',
        'self_attn_k_proj',
        'self_attn_v_proj',
        'self_attn_out_proj',
        'mlp_fc1',
        'mlp_fc2',
      ].map((module) => `${name}_text_model_encoder_layers_${i}_${module}`),
    ).flat();

  const several = (blocks: readonly string[], depth: number) =>
    blocks.map((block) => [block, depth] as const);
  const sdxlLdm = unet([
    ...several(['input_blocks_4_1', 'input_blocks_5_1'], 2),
    ...several(['input_blocks_7_1', 'input_blocks_8_1', 'middle_block_1'], 10),
    ...several(['output_blocks_0_1', 'output_blocks_1_1', 'output_blocks_2_1'], 10),
    ...several(['output_blocks_3_1', 'output_blocks_4_1', 'output_blocks_5_1'], 2),
  ]);
  const attentions = (block: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${block}_attentions_${i}`);
  const sdxlDiffusers = unet([
    ...several(attentions('down_blocks_1', 2), 2),
    ...several([...attentions('down_blocks_2', 2), ...attentions('mid_block', 1)], 10),
    ...several(attentions('up_blocks_0', 3), 10),
    ...several(attentions('up_blocks_1', 3), 2),
  ]);
  const sd1Diffusers = unet(
    several(
      [
        ...[0, 1, 2].flatMap((i) => attentions(`down_blocks_${i}`, 2)),
        ...attentions('mid_block', 1),
        ...[1, 2, 3].flatMap((i) => attentions(`up_blocks_${i}`, 3)),
      ],
      1,
    ),
  );

  it.each([
    ['of SD 1.5: the UNet', sd1, sd1Diffusers, 192],
    ['of SD 1.5: the text encoder', sd1, text('lora_te', 12), 72],
    ["of SDXL: the UNet, by ldm's names", sdxl, sdxlLdm, 722],
    ["of SDXL: the UNet, by diffusers' names", sdxl, sdxlDiffusers, 722],
    ['of SDXL: the first text encoder', sdxl, text('lora_te1', 12), 72],
    ['of SDXL: the second text encoder', sdxl, text('lora_te2', 32), 192],
  ])('%s', (_, targets, modules, count) => {
    expect(modules).toHaveLength(count);
    expect(modules.filter((module) => !targets(module))).toEqual([]);
    // Each in a place of its own.
    expect(new Set(modules.map((module) => targets(module)?.key)).size).toBe(count);
  });

  it('HCP-Diffusion’s have their own words for the nets', () => {
    const layer = 'text_model.encoder.layers.3.mlp.fc2';
    const keys = [`TE.clip_L.${layer}`, `clip_B.${layer}`, `TE.clip_bigG.${layer}`, 'denoiser.conv_in'];
    expect(keys.map((key) => targetsOf(stableDiffusionXL())(key)?.key)).toEqual([
      `text.${layer}.weight`,
      `text.${layer}.weight`,
      `text2.${layer}.weight`,
      'unet.input_blocks.0.0.weight',
    ]);
    expect(placeOf('denoiser.sigmas')).toBeNull();
  });

  it('both spellings of SDXL mean the same weights', () => {
    const places = (modules: string[]) => new Set(modules.map((module) => sdxl(module)?.key));
    expect(places(sdxlLdm)).toEqual(places(sdxlDiffusers));
  });
});

describe('the modules of a LoRA', () => {
  const attention = 'unet.mid_block.attentions.0.transformer_blocks.0.attn1';
  const layer = 'text_encoder.text_model.encoder.layers.3';
  it.each([
    [
      'lora_unet_mid_block_attentions_0_proj_in.lora_down.weight',
      'lora_unet_mid_block_attentions_0_proj_in',
      'down',
    ],
    ['unet.mid_block.attentions.0.proj_in.lora_A.weight', 'unet.mid_block.attentions.0.proj_in', 'down'],
    [
      'unet.mid_block.attentions.0.proj_in.lora_B.default.weight',
      'unet.mid_block.attentions.0.proj_in',
      'up',
    ],
    ['unet.conv_in.lora_A', 'unet.conv_in', 'down'],
    ['unet.conv_in.lora_A.pixel-art.weight', 'unet.conv_in', 'down'],
    ['diffusion_model.out.2.weight::lora::0', 'diffusion_model.out.2', 'up'],
    ['diffusion_model.out.2.weight::lora::1', 'diffusion_model.out.2', 'down'],
    ['unet.conv_in.hada_w1_a.default', 'unet.conv_in', 'hada_w1_a'],
    ['unet.conv_in.hada_w1_b.my-style.weight', 'unet.conv_in', 'hada_w1_b'],
    ['unet.conv_in.lokr_w2.weight', 'unet.conv_in', 'lokr_w2'],
    ['unet.conv_in.lora_up.default.weight', 'unet.conv_in', 'up'],
    ['unet.conv_in.lora_down', 'unet.conv_in', 'down'],
    ['unet.conv_in.lora.up.weight.default', 'unet.conv_in', 'up'],
    [`${attention}.to_q.lora_layer.down.weight`, `${attention}.to_q`, 'down'],
    ['unet.conv_in.lora_A.alpha', 'unet.conv_in', 'alpha'],
    ['unet.conv_in.alpha.default', 'unet.conv_in', 'alpha'],
    ['unet.conv_in.oft_R.weight', 'unet.conv_in', 'oft_R'],
    [`${attention}.processor.to_out_lora.up.weight`, `${attention}.processor.to_out`, 'up'],
    [`${attention}.to_q.lora.down.weight`, `${attention}.to_q`, 'down'],
    [`${layer}.mlp.fc2.lora_linear_layer.up.weight`, `${layer}.mlp.fc2`, 'up'],
    [`${layer}.self_attn.to_q_lora.down.weight`, `${layer}.self_attn.to_q`, 'down'],
    [`${layer}.self_attn.to_q_lora.alpha`, `${layer}.self_attn.to_q`, 'alpha'],
    [`${layer}.mlp.fc2.lora_linear_layer.down.weight.alpha`, `${layer}.mlp.fc2`, 'alpha'],
    [`${layer}.mlp.fc2.alpha`, `${layer}.mlp.fc2`, 'alpha'],
    ['lora_unet_conv_in.hada_w2_b', 'lora_unet_conv_in', 'hada_w2_b'],
    ['lora_unet_conv_in.lokr_w1', 'lora_unet_conv_in', 'lokr_w1'],
    ['lora_unet_conv_in.lokr_w1_b', 'lora_unet_conv_in', 'lokr_w1_b'],
    ['diffusion_model.out.2.diff', 'diffusion_model.out.2', 'diff'],
    ['diffusion_model.out.2.set_weight', 'diffusion_model.out.2', 'set_weight'],
    ['lora_unet_conv_norm_out.w_norm', 'lora_unet_conv_norm_out', 'diff'],
    ['lora_unet_conv_in.oft_blocks', 'lora_unet_conv_in', 'oft_blocks'],
    ['lora_unet_conv_in.a2.weight', 'lora_unet_conv_in', 'a2'],
    ['lora_unet_conv_in.on_input', 'lora_unet_conv_in', 'on_input'],
    ['lora_unet_conv_in.lokr_t2', 'lora_unet_conv_in', 'lokr_t2'],
    ['lora_unet_conv_in.dora_scale', 'lora_unet_conv_in', 'dora_scale'],
    ['unet.conv_in.lora_magnitude_vector', 'unet.conv_in', 'magnitude'],
    ['unet.conv_in.lora_magnitude_vector.default.weight', 'unet.conv_in', 'magnitude'],
    ['lora_unet_conv_in.magnitude', 'lora_unet_conv_in', 'magnitude'],
    ['lora_unet_conv_in.oft_R.scaled_oft', 'lora_unet_conv_in', 'scaled_oft'],
    ['lora_unet_conv_in.bias_values', 'lora_unet_conv_in', 'bias_values'],
    ['lora_unet_conv_in.lora_mid.weight', 'lora_unet_conv_in', 'mid'],
    ['unet:127:up', 'unet:127', 'up'],
    ['text_encoder:0:down', 'text_encoder:0', 'down'],
    ['lora_unet_conv_in.something', 'lora_unet_conv_in', 'something'],
    ['lora:mid_block.attentions.0.proj_in.___.layer.lora_up.weight', 'mid_block.attentions.0.proj_in', 'up'],
    ['lora:conv_in.___.alpha', 'conv_in', 'scale'],
    ['lora:conv_in.___.layer.rank_groups', 'conv_in', 'rank_groups'],
    ['denoiser.conv_in.___.layer.W_down', 'denoiser.conv_in', 'down'],
    [
      'TE.text_model.encoder.layers.3.mlp.fc2.lora_block.scale',
      'TE.text_model.encoder.layers.3.mlp.fc2',
      'scale',
    ],
  ])('%s', (tensor, name, part) => {
    expect(loraModules([tensor])).toEqual([{ name, bias: false, parts: new Map([[part, tensor]]) }]);
  });

  it.each([
    ['diff_b', 'diff'],
    ['b_norm', 'diff'],
    ['lora_B.bias', 'up_bias'],
    ['lora_B.default.bias', 'up_bias'],
  ])('%s is for a bias', (part, role) => {
    const tensor = `lora_unet_conv_in.${part}`;
    expect(loraModules([tensor])).toEqual([
      { name: 'lora_unet_conv_in', bias: true, parts: new Map([[role, tensor]]) },
    ]);
  });

  it('several adapters of one file are a module each', () => {
    const tensors = ['one', 'two'].flatMap((name) => [
      `out.2.lora_A.${name}.weight`,
      `out.2.lora_B.${name}.weight`,
    ]);
    expect(loraModules(tensors).map(({ parts }) => [...parts.values()])).toEqual([
      tensors.slice(0, 2),
      tensors.slice(2),
    ]);
  });

  it('embeddings that lie in its file are none', () => {
    const names = ['bundle_emb.word.string_to_param.*', 'bundle_emb.word.clip_l', '<s1>'];
    expect(loraModules(names)).toEqual([]);
  });

  it.each([
    ['diffusion_model.input_blocks.0.0.diff'],
    ['lycoris_conv_in.lokr_w1_a'],
    ['text_encoder.text_model.encoder.layers.3.mlp.fc2.lora_linear_layer.up.weight'],
    ['lora_unet_conv_in.oft_blocks'],
    ['unet:0:up'],
    ['unet.conv_in.oft_R.weight'],
    ['base_model.model.conv_in.boft_R'],
    ['base_model.model.conv_in.vera_lambda_b'],
    ['base_model.model.conv_in.ia3_l'],
    ['lora_unet_conv_in.lambda_layer'],
    ['mid_block.attentions.0.transformer_blocks.0.attn2.processor.to_v_custom_diffusion.weight'],
  ])('a file with %s is one', (name) => {
    expect(isLora([name])).toBe(true);
  });

  it.each([['alphas_cumprod'], ['body.3.alpha'], ['head.a1.weight'], ['clip_l'], ['diff.weight']])(
    'a file with nothing but %s is none',
    (name) => {
      expect(isLora([name])).toBe(false);
    },
  );
});
