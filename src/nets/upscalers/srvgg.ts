/**
 * Real-ESRGAN's small net, "Compact": convolutions in a row, all at the size of the picture. Wang et al. (2021), arXiv
 * 2107.10833.
 * https://github.com/xinntao/Real-ESRGAN/blob/master/realesrgan/archs/srvgg_arch.py
 */
import type { Var } from '../../graph/graph';
import { add, conv, fromImage, pixelShuffle, prelu, toImage, upsample } from '../../graph/nn';
import type { Scope } from '../../graph/scope';

/** image: [N, 3, H, W] in 0…1 → [N, 3, s·H, s·W]. @param scale s. */
export function srvggNet(image: Var, p: Scope, scale: number): Var {
  const x = fromImage(image);
  let h = x;
  // A slope for each channel follows every convolution but the last.
  for (const layer of p('body').children())
    h = layer.shape('weight').length === 1 ? prelu(h, layer) : conv(h, layer);
  return toImage(add(pixelShuffle(h, scale), upsample(x, scale)));
}
