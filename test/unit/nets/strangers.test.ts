import { describe, expect, it, test } from 'vitest';
import { DrobeError } from '../../../src/errors';
import { recognise } from '../../../src/nets/detect/detect';
import { adapters, loras } from '../../../src/nets/strangers/additions';
import { models } from '../../../src/nets/strangers/models';
import { parts } from '../../../src/nets/strangers/parts';
import { rowFor, strangerIn, type Kind, type Stranger } from '../../../src/nets/strangers/stranger';
import { en } from '../../../src/ui/words/en';
import {
  distilled,
  stableDiffusion15,
  stableDiffusion2,
  stableDiffusionXL,
  type Shapes,
} from './stable-diffusion';
import { beside, D, examples, file, UNET } from './strange-files';

test.each([
  ['adapters', adapters],
  ['loras', loras],
  ['models', models],
  ['parts', parts],
] as const)('a file of each kind is told by its own row and by none before it: %s', (list, rows) => {
  const found = examples[list].map((example) => (rows as readonly unknown[]).indexOf(rowFor(example)));
  expect(found).toEqual([...rows.keys()]);
});

test.each<[Kind, Stranger['as'], ...string[]]>([
  ['flux', 'LoRA', 'lora_transformer_single_transformer_blocks_0_attn_to_k.lora_down.weight'],
  ['flux', 'LoRA', 'transformer.single_transformer_blocks.0.proj_out.lora_A.weight'],
  ['flux', 'LoRA', 'module.transformer._orig_mod.single_transformer_blocks.0.proj_out.lora_A.weight'],
  ['flux', 'LoRA', 'lora_unet_single_blocks_0_linear1.hada_w1_a'],
  ['flux', 'LoRA', 'diffusion_model.double_blocks.0.img_attn.proj.diff'],
  ['wan', 'LoRA', 'lora_unet_blocks_0_cross_attn_k.lora_down.weight'],
  ['qwen-image', 'LoRA', 'lora_unet_transformer_blocks_0_img_mlp_net_0_proj.lora_down.weight'],
  ['hunyuan-video', 'LoRA', 'transformer.double_blocks.9.txt_mod.linear.lora_B.weight'],
  ['flux', 'ControlNet', 'controlnet_blocks.0.weight', 'controlnet_x_embedder.weight'],
  ['sd3', 'ControlNet', 'controlnet_blocks.0.bias', 'transformer_blocks.0.adaLN_modulation.1.bias'],
  ['ip-adapter', null, 'ip_adapter.0.to_q_lora.down.weight', 'image_proj.latents'],
  ['wan', 'VAE', 'decoder.mid_block.resnets.0.norm1.gamma'],
  ['sam', null, 'sam_mask_decoder.mask_tokens.weight', 'image_encoder.trunk.patch_embed.proj.weight'],
  [
    'controlnet-xs',
    null,
    'control_model.enc_zero_convs_in.0.weight',
    'control_model.input_hint_block.0.weight',
  ],
  ['taesd-16', null, 'taesd_decoder.1.weight: 64, 16, 3, 3', 'taesd_decoder.3.conv.0.weight'],
  [
    'taesd-encoder',
    null,
    ...['0.weight', '1.conv.0.weight', '2.weight', '3.conv.4.weight'].map(
      (layer) => `my.taesd_encoder.${layer}`,
    ),
  ],
  ['image-encoder', null, 'clip_vision.vision_model.encoder.layers.0.mlp.fc1.weight'],
  [
    'swinir',
    null,
    'params_ema.layers.0.residual_group.blocks.0.norm1.weight',
    'params_ema.conv_first.weight',
  ],
  ['svd', null, 'down_blocks.0.resnets.0.temporal_res_block.conv1.weight'],
  ['lumina', null, 'time_caption_embed.caption_embedder.0.weight', 'noise_refiner.0.attn.to_q.weight'],
  ['chroma', null, 'distilled_guidance_layer.in_proj.bias', 'single_transformer_blocks.0.attn.to_q.weight'],
  [
    'flux2',
    null,
    'double_stream_modulation_img.linear.weight',
    'single_transformer_blocks.0.attn.to_out.weight',
  ],
  ['kandinsky', null, 'add_time_condition.context_proj.weight', 'down_blocks.0.resnets_in.0.gate'],
  ['wuerstchen', null, 'effnet_mappers.0.weight', 'clf.1.weight', 'down_blocks.0.0.depthwise.weight'],
  ['omnigen', null, 'input_x_embedder.proj.weight', 'llm.layers.0.self_attn.qkv_proj.weight'],
  ['lumina', null, 'time_caption_embed.caption_embedder.0.weight', 'layers.0.attn1.to_q.weight'],
  [
    'language-model',
    null,
    'encoder.layer.0.attention.self.query.weight',
    'embeddings.word_embeddings.weight',
  ],
])('in other dialects, too: %s %s', (kind, as, ...names) => {
  expect(strangerIn(file(...names))).toMatchObject({ kind, as });
});

describe('what is run is no stranger', () => {
  it.each<[string, Shapes]>([
    ['Stable Diffusion 1.x', stableDiffusion15()],
    ['inpainting', stableDiffusion15(9)],
    ['InstructPix2Pix', stableDiffusion15(8)],
    ['Stable Diffusion 2.x', stableDiffusion2()],
    ['Stable Diffusion XL', stableDiffusionXL()],
    ['BK-SDM', distilled()],
    ['a UNet in a folder', file(...UNET)],
    ['a UNet of XL in a folder', file(...UNET, 'add_embedding.linear_1.weight: 1280, 2816')],
    ['a VAE', file('decoder.conv_in.weight: 512, 4, 3, 3', 'encoder.conv_in.weight: 128, 3, 3, 3')],
    ['a text encoder', file('text_model.encoder.layers.0.self_attn.q_proj.weight', 'text_projection.weight')],
    [
      'Stable Diffusion 3',
      file(
        `${D}.joint_blocks.0.context_block.attn.qkv.weight`,
        `${D}.joint_blocks.0.x_block.attn.qkv.weight`,
        'text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.q.weight',
      ),
    ],
    [
      'an MMDiT in a folder',
      file(
        'pos_embed.proj.weight',
        'context_embedder.weight',
        'time_text_embed.text_embedder.linear_1.weight',
        'transformer_blocks.0.attn.add_q_proj.weight',
      ),
    ],
    [
      'a part of it',
      file('transformer_blocks.12.attn.add_q_proj.weight', 'transformer_blocks.12.ff.net.2.bias'),
    ],
    [
      'a VAE of 16 channels',
      file('decoder.conv_in.weight: 512, 16, 3, 3', 'encoder.conv_in.weight: 128, 3, 3, 3'),
    ],
    ['T5', file('encoder.block.0.layer.0.SelfAttention.q.weight', 'shared.weight')],
    ['a LoRA of Stable Diffusion 3', file('lora_unet_joint_blocks_0_x_block_attn_qkv.lora_down.weight')],
    ['one in the names of diffusers', file('transformer.transformer_blocks.0.attn.to_k.lora_A.weight')],
    ['a TAESD', file('1.weight: 64, 4, 3, 3', '3.conv.0.weight: 64, 64, 3, 3')],
    ['one as ComfyUI saves it', file('taesd_decoder.1.weight: 64, 4, 3, 3', 'taesd_decoder.3.conv.0.weight')],
    ['a LoRA', file('lora_unet_mid_block_attentions_0_proj_in.lora_down.weight')],
    ['a LoRA in names of ldm', file('diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q.diff')],
    ['a LoRA for text alone', file('lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight')],
    [
      'a LoRA without a prefix',
      file('down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight'),
    ],
    ['an embedding', file('emb_params', 'clip_l')],
    ['ESRGAN', file('model.0.weight', 'model.1.sub.0.RDB1.conv1.0.weight')],
    ['Compact', file('body.0.weight', 'body.1.weight', 'body.2.weight')],
  ])('%s', (_, tensors) => {
    expect(strangerIn(tensors)).toBeNull();
  });

  it('whatever lies in one file with it: an adapter, a safety checker, the state of its training', () => {
    const more = [
      'ip_adapter.1.to_k_ip.weight',
      'image_proj.proj.weight',
      'control_model.zero_convs.0.0.weight',
    ];
    const checker = ['safety_checker.concept_embeds', 'model_ema.decay', 'optimizer.state.0.exp_avg'];
    expect(strangerIn(beside(stableDiffusion15(), ...more, ...checker))).toBeNull();
  });

  it('SD-Turbo, whose text encoder stands where the refiner has its own', () => {
    const tensors = new Map(
      [...stableDiffusion2()].map(([name, info]) => [
        name.replace('cond_stage_model.', 'conditioner.embedders.0.'),
        info,
      ]),
    );
    expect(strangerIn(tensors)).toBeNull();
    expect(recognise({ tensors, metadata: new Map() }).model.family).toBe('Stable Diffusion 2.x');
  });
});

test('a UNet of unCLIP by itself is told by the width of the text that it reads; SDXL reads another', () => {
  const unet = (width: number) =>
    file(
      'label_emb.0.0.weight: 1280, 2048',
      `input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight: 320, ${width}`,
    );
  expect(strangerIn(unet(1024))).toMatchObject({ kind: 'unclip' });
  expect(strangerIn(unet(2048))).toBeNull();
});

test('every kind has a en.problems.sentence that says what it is, and what to look for', () => {
  for (const example of Object.values(examples).flat()) {
    const { kind, as } = strangerIn(example)!; // as shown above
    const words = en.problems.sentence(new DrobeError('other-kind', { kind, as: as ?? '' }), 'x.safetensors');
    expect(words).toMatch(/^x\.safetensors is .+\. .*(?:Import|Look|use|of no use)/);
    expect(words).not.toMatch(/undefined|of another kind\.|lacks|again|, ,| {2}/);
  }
});
