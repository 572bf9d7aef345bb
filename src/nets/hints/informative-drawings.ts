/**
 * Photographs as line drawings. Chan, Durand and Isola (2022), arXiv 2203.12691; the generator is that of Johnson et al.
 * (2016), arXiv 1603.08155, under its published names, `model0` to `model4`.
 */
import type { Var } from '../../graph/graph';
import { add, conv, fromImage, relu, sigmoid, toImage } from '../../graph/nn';
import type { Scope } from '../../graph/scope';
import { convTranspose, instanceNorm, reflectPad } from '../../graph/spatial';

/** @param image [1, 3, H, W] in 0…1, both sides multiples of 4 and at least 8 → [1, 1, H, W], 0 where a line is. */
export function drawn(image: Var, p: Scope): Var {
  let h = relu(instanceNorm(mirrored(fromImage(image), 3, p('model0.1'))));
  for (const layer of p('model1').children())
    h = relu(instanceNorm(conv(h, layer, { stride: 2, pad: [1, 1, 1, 1] })));
  for (const block of p('model2').children()) h = residual(h, block('conv_block'));
  for (const layer of p('model3').children())
    h = relu(instanceNorm(convTranspose(h, layer, { stride: 2, pad: 1, outputPad: 1 })));
  return toImage(sigmoid(mirrored(h, 3, p('model4.1'))));
}

function residual(x: Var, p: Scope): Var {
  const h = relu(instanceNorm(mirrored(x, 1, p('1'))));
  return add(x, instanceNorm(mirrored(h, 1, p('5'))));
}

/** A convolution over a picture mirrored beyond its edges. */
const mirrored = (x: Var, reach: number, p: Scope): Var =>
  conv(reflectPad(x, reach), p, { pad: [0, 0, 0, 0] });
