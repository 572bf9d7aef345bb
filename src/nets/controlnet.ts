/**
 * A ControlNet: a copy of a UNet's way down that sees a picture beside the latents, and adds to the UNet's skip
 * connections. Zhang, Rao and Agrawala (2023), arXiv 2302.05543; module by module as in
 * https://github.com/lllyasviel/ControlNet/blob/main/cldm/cldm.py
 */
import type { Var } from '../graph/graph';
import { add, conv, fromImage, silu } from '../graph/nn';
import type { Scope } from '../graph/scope';
import { kindEmbedding, seenAs } from './union';
import { unetEncoder, type UNetConfig, type UNetInputs } from './unet';

/** A ControlNet's inputs: those of a UNet, and the hint. */
export interface ControlInputs extends Omit<UNetInputs, 'additions'> {
  /** The picture to be guided by, colours in 0…1: [1 or N, channels, 8·h, 8·w]. */
  readonly hint: Var;
  /** For a net that knows several kinds of picture: 1 for this picture's kind, 0 for the others, [1, kinds] in f32. */
  readonly kind: Var | null;
}

/** p: `control`. @returns the residuals, feature maps: one for each skip connection of the UNet, and one for its middle. */
export function controlNet({ hint, kind, ...inputs }: ControlInputs, p: Scope, config: UNetConfig): Var[] {
  const seen = hintBlock(fromImage(hint), p('input_hint_block'));
  const guide = kind ? seenAs(kind, seen, p) : seen;
  const additions: UNetInputs['additions'] = {
    block: (x, index) => (index === 0 ? add(x, guide) : x),
    ...(kind && { emb: (x) => add(x, kindEmbedding(kind, p)) }),
  };
  const { skips, middle } = unetEncoder({ ...inputs, additions }, p, config);
  return [...skips.map((x, i) => conv(x, p('zero_convs', i, 0))), conv(middle, p('middle_block_out.0'))];
}

/** From pixels to latents: convolutions in pairs; every pair except the first halves the picture's sides. */
function hintBlock(x: Var, p: Scope): Var {
  for (const [i, layer] of p.children().entries()) {
    x = conv(i === 0 ? x : silu(x), layer, { stride: i > 0 && i % 2 === 0 ? 2 : 1 });
  }
  return x;
}
