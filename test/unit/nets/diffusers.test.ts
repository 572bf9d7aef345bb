import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { filePartOf, isProjected, readsTwoTexts, renameOf } from '../../../src/nets/diffusers';
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
    ['UNet', 'unet/diffusion_pytorch_model', 'model.diffusion_model.'],
    ['VAE', 'vae/diffusion_pytorch_model', 'first_stage_model.'],
  ] as const)('has, renamed, the names and bytes of the single file (%s)', async (part, path, prefix) => {
    const own = await golden(`sd1/diffusers/${path}`);
    expect(filePartOf(own.keys())).toBe(part);
    const rename = renameOf(part, own.keys());
    const renamed = new Map([...own].map(([name, tensor]) => [rename(name), tensor]));
    const whole = [...(await golden('sd1/model'))].filter(([name]) => name.startsWith(prefix));
    expect([...renamed.keys()].sort()).toEqual(whole.map(([name]) => name).sort());
    const different = whole.filter(
      ([name, { dtype, bytes }]) =>
        renamed.get(name)?.dtype !== dtype || Buffer.compare(renamed.get(name)!.bytes, bytes) !== 0,
    );
    expect(different).toEqual([]);
    // Only the VAE's attention is told in another shape: matrices, where ldm has 1×1 convolutions.
    const reshaped = whole.filter(([name, { shape }]) => `${renamed.get(name)!.shape}` !== `${shape}`);
    expect(reshaped.every(([name]) => /\.mid\.attn_1\.(q|k|v|proj_out)\.weight$/.test(name))).toBe(true);
    expect(reshaped).toHaveLength(part === 'VAE' ? 8 : 0);
  });

  it('keeps the names of its text encoder, below a name of ours', async () => {
    const own = await golden('sd1/diffusers/text_encoder/model');
    expect(filePartOf(own.keys())).toBe('text encoder');
    const rename = renameOf('second text encoder', own.keys());
    expect(rename('text_model.final_layer_norm.bias')).toBe(
      'text_encoder_2.text_model.final_layer_norm.bias',
    );
    expect([isProjected(own.keys()), readsTwoTexts(own.keys())]).toEqual([false, false]);
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
    const rename = renameOf('VAE', theirs);
    expect(theirs.map(rename)).toEqual(names.map((name) => `first_stage_model.${name}`));
  });

  it('of the first diffusers are known too', () => {
    const rename = renameOf('VAE', ['decoder.up_blocks.3.resnets.2.conv1.weight']);
    const attention = 'decoder.mid_block.attentions.0';
    expect(rename(`${attention}.query.weight`)).toBe('first_stage_model.decoder.mid.attn_1.q.weight');
    expect(rename(`${attention}.proj_attn.bias`)).toBe('first_stage_model.decoder.mid.attn_1.proj_out.bias');
    expect(rename('decoder.up_blocks.0.upsamplers.0.conv.bias')).toBe(
      'first_stage_model.decoder.up.3.upsample.conv.bias',
    );
  });
});

describe('a part is told by its names', () => {
  it.each([
    ['some of a UNet', ['up_blocks.3.resnets.0.conv1.weight'], 'UNet'],
    ['the middle of a UNet', ['mid_block.attentions.0.norm.weight'], 'UNet'],
    ['half a VAE', ['encoder.down_blocks.0.resnets.0.conv1.weight', 'quant_conv.weight'], 'VAE'],
    ['the projection of a text encoder', ['text_projection.weight'], 'text encoder'],
    ['a VAE in one file', ['decoder.up.0.block.0.conv1.weight', 'encoder.mid.attn_1.q.weight'], null],
    ['a whole checkpoint', ['model.diffusion_model.out.0.weight'], null],
    ['a ControlNet', ['down_blocks.0.resnets.0.conv1.weight', 'controlnet_mid_block.weight'], null],
    ['a LoRA', ['up_blocks.1.attentions.0.proj_in.lora_A.weight'], null],
    ['CLIP with its picture half', ['text_model.final_layer_norm.bias', 'vision_model.x'], null],
    ['a safety checker', ['vision_model.vision_model.pre_layrnorm.bias', 'concept_embeds'], null],
    ['T5', ['encoder.block.0.layer.0.SelfAttention.q.weight', 'shared.weight'], null],
  ])('%s', (_, names, part) => {
    expect(filePartOf(names)).toBe(part);
  });

  it('a name that no module has stays, and so is seen as not used', () => {
    const rename = renameOf('UNet', ['down_blocks.0.resnets.0.conv1.weight']);
    expect(rename('time_embedding.adapter.weight')).toBe(
      'model.diffusion_model.time_embedding.adapter.weight',
    );
    expect(rename('time_embedding.cond_proj.weight')).toBe(
      'model.diffusion_model.time_embed.cond_proj.weight',
    );
  });
});
