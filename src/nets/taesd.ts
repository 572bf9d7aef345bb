/**
 * Tiny AutoEncoder for Stable Diffusion: small enough for a preview after every step, and the VAE of some small models.
 * https://github.com/madebyollin/taesd/blob/main/taesd.py
 */
import { build, input, type Graph, type Target, type Var } from '../graph/graph';
import {
  add,
  cast,
  concat,
  conv,
  fromImage,
  relu,
  scaled,
  shifted,
  tanh,
  toImage,
  upsample2x,
} from '../graph/nn';
import { scope, type Scope, type StateDict } from '../graph/scope';
import { taesdPrefix } from './names/taesd';
import type { LatentSize } from './size';

/** A picture's sides, in latents. */
export const TAESD_FACTOR = 8;

/** p: the layers. z: latents as the UNet has them [N, 4, h, w] → pixels in −1…1 [N, 3, 8h, 8w]. */
function taesdDecoder(z: Var, p: Scope): Var {
  let h = fromImage(scaled(tanh(scaled(z, 1 / 3)), 3));
  for (const [i, layer] of p.children().entries()) {
    if (layer.has('conv')) {
      h = block(h, layer);
    } else {
      // The convolution after an enlargement has no bias.
      if (!layer.has('bias')) h = upsample2x(h);
      h = conv(h, layer);
      if (i === 0) h = relu(h);
    }
  }
  return shifted(scaled(toImage(h), 2), -1);
}

/** p: the layers. image: pixels in −1…1 [N, 3, H, W] → latents as the UNet has them [N, 4, H/8, W/8]. */
export function taesdEncoder(image: Var, p: Scope): Var {
  let h = fromImage(scaled(shifted(image, 1), 1 / 2));
  for (const layer of p.children()) {
    if (layer.has('conv')) h = block(h, layer);
    // A convolution that halves the size has no bias.
    else h = conv(h, layer, layer.has('bias') ? {} : { stride: 2 });
  }
  return toImage(h);
}

/** Whether the VAE of a checkpoint is one. p: `vae`. */
export const isTaesd = (p: Scope): boolean => p.has('decoder.layers');

/** The logarithm of a variance of practically 0: diffusers clamps there. */
const NO_VARIANCE = -30;

/** p: `vae`. z: latents divided by the scale factor, as a VAE has them → pixels, as `vaeDecoder`. */
export const taesdAsDecoder = (z: Var, p: Scope, scale: number): Var =>
  taesdDecoder(scaled(z, scale), p('decoder.layers'));

/** p: `vae` → moments, as from `vaeEncoder`: a mean without variance. */
export function taesdAsEncoder(image: Var, p: Scope, scale: number): Var {
  const mean = scaled(taesdEncoder(image, p('encoder.layers')), 1 / scale);
  return concat(1, mean, shifted(scaled(mean, 0), NO_VARIANCE));
}

function block(x: Var, p: Scope): Var {
  const h = conv(relu(conv(relu(conv(x, p('conv.0'))), p('conv.2'))), p('conv.4'));
  return relu(add(h, p.has('skip') ? conv(x, p('skip')) : x));
}

/** `latents` [batch, 4, h, w] as the UNet has them → `image` [batch, 3, 8h, 8w] in −1…1. */
export function taesdGraph(tensors: StateDict, target: Target, { batch, h, w }: LatentSize): Graph {
  const p = scope(tensors, target)(taesdPrefix(tensors.keys()) ?? '');
  const first = p.children()[0];
  const latents = input('latents', [batch, first?.tensor('weight').shape[1] ?? 4, h, w], target);
  return build({ image: cast(taesdDecoder(cast(latents, target.dtype), p), 'f32') });
}
