/**
 * ESRGAN's generator: residual blocks in residual blocks, densely connected. Wang et al. (2018), arXiv 1809.00219, under
 * Real-ESRGAN's names.
 * https://github.com/XPixelGroup/BasicSR/blob/master/basicsr/archs/rrdbnet_arch.py
 */
import { lastOf } from '../../checked';
import type { Var } from '../../graph/graph';
import {
  add,
  concatChannels,
  conv,
  fromImage,
  leakyRelu,
  pixelUnshuffle,
  scaled,
  toImage,
  upsample2x,
} from '../../graph/nn';
import type { Scope } from '../../graph/scope';

const SLOPE = 0.2;
/** The factor of a residual, at both levels. */
const SCALE = 0.2;

/** @param fold pixels of a side that become channels. image: [N, 3, H, W] in 0…1 → [N, 3, s·H, s·W]. */
export function rrdbNet(image: Var, p: Scope, fold: number): Var {
  const x = conv(fromImage(pixelUnshuffle(image, fold)), p('conv_first'));
  const h = enlarged(add(x, lastOf(trunk(x, p))), p);
  return toImage(conv(activated(h, p('conv_hr')), p('conv_last')));
}

/** The output of each block of the trunk, and last that of the convolution after them. */
export function trunk(x: Var, p: Scope): Var[] {
  const given: Var[] = [];
  for (const block of p('body').children()) given.push(rrdb(given.at(-1) ?? x, block));
  return [...given, conv(given.at(-1) ?? x, p('conv_body'))];
}

/** p: a block of the trunk. */
export function rrdb(x: Var, p: Scope): Var {
  const h = ['rdb1', 'rdb2', 'rdb3'].reduce((h, name) => denseBlock(h, p(name)), x);
  return add(scaled(h, SCALE), x);
}

function denseBlock(x: Var, p: Scope): Var {
  // ESRGAN+ (Rakotonirina and Rasoanaivo, 2020, arXiv 2001.08073) has more shortcuts inside.
  const plus = p.has('conv1x1');
  const x1 = activated(x, p('conv1'));
  const seen1 = concatChannels(x, x1);
  const dense2 = activated(seen1, p('conv2'));
  const x2 = plus ? add(dense2, conv(x, p('conv1x1'))) : dense2;
  const seen2 = concatChannels(seen1, x2);
  const seen3 = concatChannels(seen2, activated(seen2, p('conv3')));
  const dense4 = activated(seen3, p('conv4'));
  const x5 = conv(concatChannels(seen3, plus ? add(dense4, x2) : dense4), p('conv5'));
  return add(scaled(x5, SCALE), x);
}

/** Twice the size for each of these convolutions. @param name their names without the number. */
export function enlarged(x: Var, p: Scope, name = 'conv_up'): Var {
  let h = x;
  for (let i = 1; p.has(`${name}${i}`); i++) h = activated(upsample2x(h), p(`${name}${i}`));
  return h;
}

/** A convolution and the leaky ReLU behind it. */
export const activated = (x: Var, p: Scope): Var => leakyRelu(conv(x, p), SLOPE);
