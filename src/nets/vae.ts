/**
 * The autoencoder between pictures and latents, as CompVis wrote it and under its names.
 * https://github.com/CompVis/stable-diffusion/blob/main/ldm/modules/diffusionmodules/model.py
 */
import type { Var } from '../graph/graph';
import {
  add,
  attention,
  conv,
  fromImage,
  fromTokens,
  groupNorm,
  linear,
  toImage,
  toTokens,
  upsample2x,
} from '../graph/nn';
import type { Scope } from '../graph/scope';

const EPS = 1e-6; // ldm's Normalize

/** p: `vae`. z: latents as the encoder gives them [N, channels, h, w] → pixels in −1…1 [N, 3, f·h, f·w]. */
export function vaeDecoder(z: Var, p: Scope): Var {
  const d = p('decoder');
  let h = conv(quantized(fromImage(z), p, 'post_quant_conv'), d('conv_in'));
  h = middle(h, d('mid'));
  for (const level of d('up').children().toReversed()) {
    for (const block of level('block').children()) h = resnetBlock(h, block);
    if (level.has('upsample')) h = conv(upsample2x(h), level('upsample.conv'));
  }
  return toImage(conv(groupNorm(h, d('norm_out'), { eps: EPS, activation: true }), d('conv_out')));
}

/**
 * p: `vae`. image: pixels in −1…1 [N, 3, H, W] → the posterior's mean and log-variance, side by
 * side in the channels [N, 2 · channels, H/f, W/f].
 */
export function vaeEncoder(image: Var, p: Scope): Var {
  const e = p('encoder');
  let h = conv(fromImage(image), e('conv_in'));
  for (const level of e('down').children()) {
    for (const block of level('block').children()) h = resnetBlock(h, block);
    // ldm pads right and bottom only.
    if (level.has('downsample')) h = conv(h, level('downsample.conv'), { stride: 2, pad: [0, 0, 1, 1] });
  }
  h = middle(h, e('mid'));
  h = conv(groupNorm(h, e('norm_out'), { eps: EPS, activation: true }), e('conv_out'));
  return toImage(quantized(h, p, 'quant_conv'));
}

/** Convolutions between latents and net: a VAE has both, or neither, as in SD 3 and VAEs trained since. */
const BETWEEN = ['quant_conv', 'post_quant_conv'] as const;

const quantized = (x: Var, p: Scope, which: (typeof BETWEEN)[number]): Var =>
  BETWEEN.some((name) => p.has(name)) ? conv(x, p(which)) : x;

/** The first weight of a decoder; its second axis is the channels of latents. In normal form. */
export const firstWeight = (tensors: ReadonlyMap<string, unknown>): string =>
  BETWEEN.some((name) => tensors.has(`vae.${name}.weight`))
    ? 'vae.post_quant_conv.weight'
    : 'vae.decoder.conv_in.weight';

/** Whether a VAE can also encode pictures: some files hold only its decoder. In normal form. */
export const canEncode = (tensors: { readonly has: (key: string) => boolean }): boolean =>
  ['vae.encoder.conv_in.weight', 'vae.encoder.layers.0.weight'].some((key) => tensors.has(key));

function middle(x: Var, p: Scope): Var {
  return resnetBlock(attnBlock(resnetBlock(x, p('block_1')), p('attn_1')), p('block_2'));
}

function resnetBlock(x: Var, p: Scope): Var {
  let h = conv(groupNorm(x, p('norm1'), { eps: EPS, activation: true }), p('conv1'));
  h = conv(groupNorm(h, p('norm2'), { eps: EPS, activation: true }), p('conv2'));
  return add(p.has('nin_shortcut') ? conv(x, p('nin_shortcut')) : x, h);
}

/** One head over all pixels. */
function attnBlock(x: Var, p: Scope): Var {
  const h = toTokens(groupNorm(x, p('norm'), { eps: EPS }));
  const mixed = attention(linear(h, p('q')), linear(h, p('k')), linear(h, p('v')), 1);
  return add(x, fromTokens(linear(mixed, p('proj_out')), x));
}
