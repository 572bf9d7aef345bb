import { expect, test } from 'vitest';
import { strangerIn, type Stranger } from '../../../src/nets/strangers';
import { stableDiffusion15, stableDiffusion2, stableDiffusionXL, type Shapes } from './stable-diffusion';

const named = (...names: string[]): Shapes =>
  new Map(names.map((name) => [name, { shape: [1], dtype: 'F16' }]));

test.each<[Stranger, ...string[]]>([
  ['sdxl-refiner', 'conditioner.embedders.0.model.ln_final.bias'],
  ['sd3', 'model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight'],
  ['flux', 'double_blocks.0.img_attn.qkv.weight'],
  ['auraflow', 'model.double_layers.0.attn.w1q.weight'],
  ['ltx', 'model.diffusion_model.patchify_proj.weight'],
  ['pixart', 'adaln_single.linear.weight'],
  ['hunyuan-dit', 'mlp_t5.0.weight'],
  ['cascade', 'clip_txt_pooled_mapper.weight'],
  ['svd', 'model.diffusion_model.input_blocks.1.0.time_stack.in_layers.0.weight'],
  ['wan', 'blocks.0.modulation'],
  ['animatediff', 'down_blocks.0.motion_modules.0.temporal_transformer.norm.weight'],
  ['controlnet', 'controlnet_cond_embedding.conv_in.weight'],
  ['t5', 'encoder.block.0.layer.0.SelfAttention.q.weight'],
  ['image-encoder', 'vision_model.embeddings.class_embedding'],
  ['upscaler', 'model.1.sub.0.RDB1.conv1.0.weight'],
  ['language-model', 'model.layers.0.self_attn.q_proj.weight'],
])('%s is told by its names', (kind, ...names) => {
  expect(strangerIn(named(...names))).toBe(kind);
});

test('no model that is run is taken for another kind', () => {
  for (const tensors of [stableDiffusion15(), stableDiffusion2(), stableDiffusionXL()])
    expect(strangerIn(tensors)).toBeNull();
});
