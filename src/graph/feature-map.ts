/** Feature maps, however they lie in memory: [N, H, W, C] on WebGPU, [N, C, H, W] elsewhere. */
import type { Var } from './graph';
import { concat, reshape, transpose } from './shapes';

/** Where N, C, H and W of a feature map stand. */
export function axes(x: Var): { n: number; c: number; h: number; w: number } {
  return x.target.layout === 'nhwc' ? { n: 0, h: 1, w: 2, c: 3 } : { n: 0, c: 1, h: 2, w: 3 };
}

/** A feature map's size as [N, C, H, W], whatever its layout. */
export function dims(x: Var): [n: number, c: number, h: number, w: number] {
  const { n, c, h, w } = axes(x);
  return [x.shape[n]!, x.shape[c]!, x.shape[h]!, x.shape[w]!];
}

/** [N, C, H, W] as the outside gives it → a feature map. */
export function fromImage(x: Var): Var {
  return x.target.layout === 'nhwc' ? transpose(x, 0, 2, 3, 1) : x;
}

/** A feature map → [N, C, H, W] as the outside takes it. */
export function toImage(x: Var): Var {
  return x.target.layout === 'nhwc' ? transpose(x, 0, 3, 1, 2) : x;
}

/** Feature maps side by side in their channels: torch.cat([x, y], dim=1). */
export function concatChannels(x: Var, y: Var): Var {
  return concat(axes(x).c, x, y);
}

/** Feature map → tokens [N, H·W, C]. */
export function toTokens(x: Var): Var {
  const [n, c, h, w] = dims(x);
  if (x.target.layout === 'nhwc') return reshape(x, n, h * w, c);
  return transpose(reshape(x, n, c, h * w), 0, 2, 1);
}

/** Tokens [N, H·W, C] → feature map of the size of `like`. */
export function fromTokens(x: Var, like: Var): Var {
  const [n, , h, w] = dims(like);
  const c = x.shape[2]!;
  if (x.target.layout === 'nhwc') return reshape(x, n, h, w, c);
  return reshape(transpose(x, 0, 2, 1), n, c, h, w);
}
