/**
 * A T2I-Adapter: its features of a picture, computed once, are added on a UNet's way down in every step. Mou et al. (2023),
 * arXiv 2302.08453; module by module as in https://github.com/TencentARC/T2I-Adapter/blob/SD/ldm/modules/encoders/adapter.py
 */
import type { Var } from '../graph/graph';
import { add, averagePool2x, conv, fromImage, pixelUnshuffle, relu } from '../graph/nn';
import type { Scope } from '../graph/scope';

/** Pixels along each side of what becomes one, and the levels that begin with half the size of the one before. */
export interface T2IConfig {
  readonly pixels: number;
  readonly halving: readonly number[];
}

/**
 * @param picture colours in 0…1: [N, channels, H, W].
 * @param p `adapter`.
 * @returns the features, feature maps: one of each level.
 */
export function t2iAdapter(picture: Var, p: Scope, { pixels, halving }: T2IConfig): Var[] {
  let x = fromImage(pixelUnshuffle(picture, pixels));
  if (p.has('conv_in')) x = conv(x, p('conv_in'));
  return p('body')
    .children()
    .map((level, i) => {
      if (level.has('down_opt')) x = conv(x, level('down_opt.op'), { stride: 2 });
      else if (halving.includes(i)) x = averagePool2x(x);
      for (const block of level('resnets').children()) x = resnetBlock(x, block);
      if (level.has('out_conv')) x = conv(x, level('out_conv'));
      return x;
    });
}

function resnetBlock(x: Var, p: Scope): Var {
  if (p.has('in_conv')) x = conv(x, p('in_conv'));
  const h = conv(relu(conv(x, p('block1'))), p('block2'));
  return add(p.has('skep') ? conv(x, p('skep')) : x, h); // the authors' spelling
}

/**
 * The input blocks of a UNet to whose outputs the features are added, one after the other; the number after the last block
 * is the middle's. Features of 8 pixels go to the end of each resolution. SDXL's, of 16, begin at half the size of its first
 * and end in the middle.
 * @param p `unet`.
 */
export function featurePlaces(p: Scope, { pixels }: Pick<T2IConfig, 'pixels'>): number[] {
  const blocks = p('input_blocks').children();
  const next = blocks.map((block, i) => (block.has('0.op') ? i : null)).filter((i) => i !== null);
  const ends = [...next.map((i) => i - 1), blocks.length - 1];
  return pixels === 8 ? ends : [...next.slice(0, 1), ...ends.slice(1), blocks.length];
}
