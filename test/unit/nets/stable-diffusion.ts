import { inNormalForm } from '../../../src/nets/names/normal-form';

/** Every tensor of a checkpoint with its true shape, derived from the architectures' published hyperparameters. */
export type Shapes = Map<string, { shape: readonly number[]; dtype: string }>;

interface UNetShape {
  readonly inChannels?: number;
  readonly context: number;
  readonly widths: readonly number[];
  /** Transformer blocks one after the other, at each level. */
  readonly depths: readonly number[];
  readonly middle: number;
  /** ResBlocks at each level on the way down; on the way up there is one more. */
  readonly layers?: number;
  /** proj_in and proj_out are linear, not 1×1 convolutions. */
  readonly linear?: boolean;
  readonly label?: number;
  /** Of the VAE beside it. */
  readonly vaeWidths?: readonly number[];
}

const sd1: UNetShape = { context: 768, widths: [320, 640, 1280, 1280], depths: [1, 1, 1, 0], middle: 1 };
const sd2: UNetShape = { ...sd1, context: 1024, linear: true };
const sdxl: UNetShape = {
  context: 2048,
  widths: [320, 640, 1280],
  depths: [0, 2, 10],
  middle: 10,
  linear: true,
  label: 2816,
};

export const normal = (shapes: Shapes): Shapes => new Map(inNormalForm(shapes).tensors);

export const stableDiffusion15 = (inChannels = 4): Shapes => {
  const clip = clipShapes('cond_stage_model.transformer.text_model');
  return new Map([...unetAndVae({ ...sd1, inChannels }), ...clip]);
};
/** SD 1.x at two fifths of its widths (142 M weights), with a VAE at a quarter of them and a text encoder of few layers. */
export const smallStableDiffusion = (): Shapes => {
  const unet = { ...sd1, widths: [128, 256, 512, 512], vaeWidths: [32, 64, 128, 128] };
  return new Map([...unetAndVae(unet), ...clipShapes('cond_stage_model.transformer.text_model', 4)]);
};
/** BK-SDM-Small (https://arxiv.org/abs/2305.15798): a block less at each level, and no middle. */
export const distilled = (): Shapes => {
  const clip = clipShapes('cond_stage_model.transformer.text_model');
  return new Map([...unetAndVae({ ...sd1, layers: 1, middle: 0 }), ...clip]);
};
export const stableDiffusion2 = (): Shapes =>
  new Map([...unetAndVae(sd2), ...openClipShapes('cond_stage_model.model', 1024, 24)]);
export const stableDiffusionXL = (): Shapes =>
  new Map([
    ...unetAndVae(sdxl),
    ...clipShapes('conditioner.embedders.0.transformer.text_model'),
    ...openClipShapes('conditioner.embedders.1.model', 1280, 32),
  ]);

/** To say shapes in the words of modules. */
export function words(shapes: Shapes) {
  const add = (name: string, ...shape: number[]): unknown => shapes.set(name, { shape, dtype: 'F16' });
  const norm = (name: string, c: number): unknown => (add(`${name}.weight`, c), add(`${name}.bias`, c));
  const linear = (name: string, out: number, inner: number, bias = true): unknown => (
    add(`${name}.weight`, out, inner),
    bias && add(`${name}.bias`, out)
  );
  const conv = (name: string, out: number, inner: number, k: number): unknown => (
    add(`${name}.weight`, out, inner, k, k),
    add(`${name}.bias`, out)
  );

  return { add, norm, linear, conv };
}

function unetAndVae(unet: UNetShape): Shapes {
  const shapes: Shapes = new Map();
  const { norm, linear, conv } = words(shapes);
  const { widths, depths, layers = 2, vaeWidths = [128, 256, 512, 512] } = unet;
  const last = widths.length - 1;
  const first = widths[0]!; // each has levels
  const time = 4 * first;

  const u = 'model.diffusion_model';
  const res = (p: string, inner: number, out: number): void => {
    norm(`${p}.in_layers.0`, inner);
    conv(`${p}.in_layers.2`, out, inner, 3);
    linear(`${p}.emb_layers.1`, out, time);
    norm(`${p}.out_layers.0`, out);
    conv(`${p}.out_layers.3`, out, out, 3);
    if (inner !== out) conv(`${p}.skip_connection`, out, inner, 1);
  };
  const project = (name: string, c: number): unknown =>
    unet.linear ? linear(name, c, c) : conv(name, c, c, 1);
  const transformer = (p: string, c: number, depth: number): void => {
    norm(`${p}.norm`, c);
    project(`${p}.proj_in`, c);
    for (let i = 0; i < depth; i++) {
      const b = `${p}.transformer_blocks.${i}`;
      for (const [attn, context] of [
        ['attn1', c],
        ['attn2', unet.context],
      ] as const) {
        linear(`${b}.${attn}.to_q`, c, c, false);
        linear(`${b}.${attn}.to_k`, c, context, false);
        linear(`${b}.${attn}.to_v`, c, context, false);
        linear(`${b}.${attn}.to_out.0`, c, c);
      }
      linear(`${b}.ff.net.0.proj`, 8 * c, c);
      linear(`${b}.ff.net.2`, c, 4 * c);
      for (const n of ['norm1', 'norm2', 'norm3']) norm(`${b}.${n}`, c);
    }
    project(`${p}.proj_out`, c);
  };

  linear(`${u}.time_embed.0`, time, first);
  linear(`${u}.time_embed.2`, time, time);
  if (unet.label) {
    linear(`${u}.label_emb.0.0`, time, unet.label);
    linear(`${u}.label_emb.0.2`, time, time);
  }
  conv(`${u}.input_blocks.0.0`, first, unet.inChannels ?? 4, 3);
  const skips = [first];
  let c = first;
  let block = 1;
  for (const [level, width] of widths.entries()) {
    for (let i = 0; i < layers; i++, block++) {
      res(`${u}.input_blocks.${block}.0`, c, width);
      if (depths[level]) transformer(`${u}.input_blocks.${block}.1`, width, depths[level]);
      skips.push((c = width));
    }
    if (level < last) {
      conv(`${u}.input_blocks.${block++}.0.op`, c, c, 3);
      skips.push(c);
    }
  }
  if (unet.middle > 0) {
    res(`${u}.middle_block.0`, c, c);
    transformer(`${u}.middle_block.1`, c, unet.middle);
    res(`${u}.middle_block.2`, c, c);
  }
  block = 0;
  for (const [level, width] of [...widths.entries()].reverse()) {
    for (let i = 0; i <= layers; i++, block++) {
      const p = `${u}.output_blocks.${block}`;
      res(`${p}.0`, c + skips.pop()!, width);
      c = width;
      if (depths[level]) transformer(`${p}.1`, c, depths[level]);
      if (i === layers && level > 0) conv(`${p}.${depths[level] ? 2 : 1}.conv`, c, c, 3);
    }
  }
  norm(`${u}.out.0`, first);
  conv(`${u}.out.2`, 4, first, 3);
  return new Map([...shapes, ...vaeShapes(vaeWidths, 4, true)]);
}

/** @param quantised with the 1×1 convolutions between encoder, latents and decoder. */
export function vaeShapes(widths: readonly number[], latents: number, quantised: boolean): Shapes {
  const shapes: Shapes = new Map();
  const { norm, conv } = words(shapes);
  const v = 'first_stage_model';
  const [wide, deep] = [widths[0]!, widths.at(-1)!];
  const vres = (p: string, inner: number, out: number): void => {
    norm(`${p}.norm1`, inner);
    conv(`${p}.conv1`, out, inner, 3);
    norm(`${p}.norm2`, out);
    conv(`${p}.conv2`, out, out, 3);
    if (inner !== out) conv(`${p}.nin_shortcut`, out, inner, 1);
  };
  const mid = (p: string): void => {
    vres(`${p}.block_1`, deep, deep);
    norm(`${p}.attn_1.norm`, deep);
    for (const n of ['q', 'k', 'v', 'proj_out']) conv(`${p}.attn_1.${n}`, deep, deep, 1);
    vres(`${p}.block_2`, deep, deep);
  };
  conv(`${v}.encoder.conv_in`, wide, 3, 3);
  let c = wide;
  for (const [level, width] of widths.entries()) {
    for (let i = 0; i < 2; i++, c = width) vres(`${v}.encoder.down.${level}.block.${i}`, c, width);
    if (level < 3) conv(`${v}.encoder.down.${level}.downsample.conv`, c, c, 3);
  }
  mid(`${v}.encoder.mid`);
  norm(`${v}.encoder.norm_out`, deep);
  conv(`${v}.encoder.conv_out`, 2 * latents, deep, 3);
  conv(`${v}.decoder.conv_in`, deep, latents, 3);
  mid(`${v}.decoder.mid`);
  for (const [level, width] of [...widths.entries()].reverse()) {
    for (let i = 0; i < 3; i++, c = width) vres(`${v}.decoder.up.${level}.block.${i}`, c, width);
    if (level > 0) conv(`${v}.decoder.up.${level}.upsample.conv`, c, c, 3);
  }
  norm(`${v}.decoder.norm_out`, wide);
  conv(`${v}.decoder.conv_out`, 3, wide, 3);
  if (quantised) {
    conv(`${v}.quant_conv`, 2 * latents, 2 * latents, 1);
    conv(`${v}.post_quant_conv`, latents, latents, 1);
  }
  return shapes;
}

function clipShapes(t: string, layers = 12): Shapes {
  const shapes: Shapes = new Map();
  const { add, norm, linear } = words(shapes);
  add(`${t}.embeddings.token_embedding.weight`, 49408, 768);
  add(`${t}.embeddings.position_embedding.weight`, 77, 768);
  add(`${t}.embeddings.position_ids`, 1, 77);
  for (let i = 0; i < layers; i++) {
    const p = `${t}.encoder.layers.${i}`;
    for (const n of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) linear(`${p}.self_attn.${n}`, 768, 768);
    linear(`${p}.mlp.fc1`, 3072, 768);
    linear(`${p}.mlp.fc2`, 768, 3072);
    norm(`${p}.layer_norm1`, 768);
    norm(`${p}.layer_norm2`, 768);
  }
  norm(`${t}.final_layer_norm`, 768);
  return shapes;
}

function openClipShapes(t: string, width: number, layers: number): Shapes {
  const shapes: Shapes = new Map();
  const { add, norm, linear } = words(shapes);
  add(`${t}.token_embedding.weight`, 49408, width);
  add(`${t}.positional_embedding`, 77, width);
  for (let i = 0; i < layers; i++) {
    const p = `${t}.transformer.resblocks.${i}`;
    norm(`${p}.ln_1`, width);
    add(`${p}.attn.in_proj_weight`, 3 * width, width);
    add(`${p}.attn.in_proj_bias`, 3 * width);
    linear(`${p}.attn.out_proj`, width, width);
    norm(`${p}.ln_2`, width);
    linear(`${p}.mlp.c_fc`, 4 * width, width);
    linear(`${p}.mlp.c_proj`, width, 4 * width);
  }
  norm(`${t}.ln_final`, width);
  add(`${t}.text_projection`, width, width);
  add(`${t}.logit_scale`);
  return shapes;
}
