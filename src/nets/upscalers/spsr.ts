/**
 * SPSR: ESRGAN, led by a second branch that enlarges the picture's gradient. Ma et al. (2020), arXiv 2003.13081.
 * https://github.com/Maclory/SPSR/blob/master/code/models/modules/architecture.py
 */
import { lastOf, tuple } from '../../checked';
import { constant, op, type Var } from '../../graph/graph';
import {
  add,
  cast,
  concatChannels,
  conv,
  fromImage,
  mul,
  reshape,
  shifted,
  slice,
  sqrt,
  toImage,
} from '../../graph/nn';
import type { Scope } from '../../graph/scope';
import { activated, enlarged, rrdb, trunk } from './rrdb';

/** Blocks of the trunk between the places where the second branch reads it, and the number of these places. */
const BLOCKS = 5;
const LOOKS = 4;

/** image: [N, 3, H, W] in 0…1 → [N, 3, s·H, s·W]. */
export function spsrNet(image: Var, p: Scope): Var {
  const x = conv(fromImage(image), p('conv_first'));
  const given = trunk(x, p);
  const main = conv(activated(enlarged(add(x, lastOf(given)), p), p('conv_hr')), p('conv_last'));

  const edges = conv(fromImage(gradient(image)), p('b_fea_conv'));
  let h = edges;
  for (let i = 1; i <= LOOKS; i++) {
    const seen = concatChannels(h, given[i * BLOCKS - 1]!); // their number was checked when the file was recognised
    h = conv(rrdb(seen, p(`b_block_${i}`)), p(`b_concat_${i}`));
  }
  h = enlarged(add(conv(h, p('b_LR_conv')), edges), p, 'b_conv_up');
  const branch = conv(activated(h, p('b_conv_hr')), p('b_conv_last'));

  const both = conv(rrdb(concatChannels(branch, main), p('f_block')), p('f_concat'));
  return toImage(conv(activated(both, p('f_HR_conv0')), p('f_HR_conv1')));
}

/** Differences of a pixel's neighbours, down and across; beyond the edge is black. */
const DIFFERENCES = [
  [0, -1, 0, 0, 0, 0, 0, 1, 0],
  [0, 0, 0, -1, 0, 1, 0, 0, 0],
];

/** How much each channel of [N, C, H, W] changes from pixel to pixel, in the same form. */
function gradient(image: Var): Var {
  const [n, c, h, w] = tuple(image.shape, 4);
  const kernels = constant(Float32Array.from(DIFFERENCES.flat()), [2, 1, 3, 3], image.target);
  const apart = reshape(image, n * c, 1, h, w);
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const both = op(
    'Conv',
    [apart, cast(kernels, image.dtype === 'f16' ? 'f16' : 'f32')],
    [n * c, 2, h, w],
    attributes,
  );
  const squares = mul(both, both);
  const sum = add(slice(squares, 1, 0, 1), slice(squares, 1, 1, 2));
  return reshape(sqrt(shifted(sum, 1e-6)), n, c, h, w);
}
