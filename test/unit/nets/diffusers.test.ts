import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { filePartOf, isProjected, readsTwoTexts } from '../../../src/nets/detect/diffusers';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { renamer } from '../../../src/nets/names/renamer';
import { shapeOfVae, vaePairs } from '../../../src/nets/names/vae';
import { unzipped } from '../../golden/nets-suite';
import { tensorsOf, type StoredTensors } from '../../safetensors';
import { stableDiffusion15 } from './stable-diffusion';

const golden = async (path: string): Promise<StoredTensors> => {
  const gz = await readFile(new URL(`../../golden/data/models/${path}.safetensors.gzip`, import.meta.url));
  return tensorsOf(new Blob([await unzipped(Uint8Array.from(gz))]));
};

describe('the golden diffusers folder', () => {
  it.each([
    ['unet', 'unet/diffusion_pytorch_model'],
    ['vae', 'vae/diffusion_pytorch_model'],
    ['text', 'text_encoder/model'],
  ] as const)('has in normal form the tensors of the single file: %s', async (place, path) => {
    const own = await golden(`sd1/diffusers/${path}`);
    expect(filePartOf(own.keys())).toBe(place);
    expect([isProjected(own.keys()), readsTwoTexts(own.keys())]).toEqual([false, false]);
    const seen = (tensors: StoredTensors) =>
      [...inNormalForm(tensors).tensors]
        .filter(([name]) => name.startsWith(`${place}.`) && !name.endsWith('position_ids'))
        .map(([name, { dtype, shape, bytes }]) => [name, dtype, shape, Buffer.from(bytes).toString('base64')])
        .sort();
    expect(seen(own)).toEqual(seen(await golden('sd1/model')));
  });
});

describe('VAE names', () => {
  const names = [...stableDiffusion15().keys()]
    .filter((name) => name.startsWith('first_stage_model.'))
    .map((name) => name.slice('first_stage_model.'.length));
  const shape = shapeOfVae(names);

  it('go to diffusers and back, each to one of its own', () => {
    expect(shape).toEqual({ levels: 4, layers: 3 });
    const toDiffusers = renamer(vaePairs(shape), 'theirs');
    const theirs = names.map((name) => toDiffusers(name) ?? name);
    expect(new Set(theirs).size).toBe(names.length);
    expect(theirs).toContain('decoder.up_blocks.0.resnets.2.conv2.weight');
    expect(theirs).toContain('encoder.mid_block.attentions.0.to_out.0.weight');
    expect(shapeOfVae(theirs)).toEqual(shape);
    const back = renamer(vaePairs(shape), 'normal');
    expect(theirs.map((name) => back(name) ?? name)).toEqual(names);
  });

  it('of the first diffusers are known too, and those that were left as they are beside others', () => {
    const rename = renamer(vaePairs(shape), 'normal');
    const attention = 'decoder.mid_block.attentions.0';
    expect(rename(`${attention}.query.weight`)).toBe('decoder.mid.attn_1.q.weight');
    expect(rename(`${attention}.proj_attn.bias`)).toBe('decoder.mid.attn_1.proj_out.bias');
    expect(rename('encoder.mid.attn_1.to_out.0.bias')).toBe('encoder.mid.attn_1.proj_out.bias');
    expect(rename('decoder.up_blocks.0.upsamplers.0.conv.bias')).toBe('decoder.up.3.upsample.conv.bias');
  });
});

describe('a part is told by its names', () => {
  it.each([
    ['some of a UNet', ['up_blocks.3.resnets.0.conv1.weight'], 'unet'],
    ['the middle of a UNet', ['mid_block.attentions.0.norm.weight'], 'unet'],
    ['a UNet that was compiled', ['_orig_mod.mid_block.attentions.0.norm.weight'], 'unet'],
    ['half a VAE', ['encoder.down_blocks.0.resnets.0.conv1.weight', 'quant_conv.weight'], 'vae'],
    ['the projection of a text encoder', ['text_projection.weight'], 'text'],
    ['a text encoder without text_model', ['encoder.layers.0.layer_norm1.weight'], 'text'],
    ['a VAE in one file', ['decoder.up.0.block.0.conv1.weight', 'encoder.mid.attn_1.q.weight'], null],
    ['a whole checkpoint', ['model.diffusion_model.out.0.weight'], null],
    ['a ControlNet', ['down_blocks.0.resnets.0.conv1.weight', 'controlnet_mid_block.weight'], null],
    ['a LoRA', ['up_blocks.1.attentions.0.proj_in.lora_A.weight'], null],
    ['CLIP with its picture half', ['text_model.final_layer_norm.bias', 'vision_model.x'], null],
    ['a safety checker', ['vision_model.vision_model.pre_layrnorm.bias', 'concept_embeds'], null],
    ['T5', ['encoder.block.0.layer.0.SelfAttention.q.weight', 'shared.weight'], 't5'],
    ['some of T5', ['encoder.block.13.layer.1.DenseReluDense.wo.weight'], 't5'],
    ['an MMDiT', ['transformer_blocks.0.attn.to_q.weight', 'pos_embed.proj.weight'], 'mmdit'],
    ['some of an MMDiT', ['transformer_blocks.7.ff_context.net.2.bias'], 'mmdit'],
    ["T5's tokenizer", ['t5.tokenizer_json'], 'tokenizer'],
  ])('%s', (_, names, part) => {
    expect(filePartOf(names)).toBe(part);
  });
});
