/** What CLIP's text models have in common, whatever their modules are called. */
import type { Var } from '../graph/graph';
import { layerNorm, matmul, reshape } from '../graph/nn';
import type { Scope } from '../graph/scope';

export interface ClipConfig {
  readonly heads: number;
  readonly activation: 'quick_gelu' | 'gelu';
  /** Layers at the end that the UNet was not trained on: it takes what goes into them. */
  readonly skip: number;
  /** Whether the norm that follows the last layer follows all the same. */
  readonly finalNorm: boolean;
}

export interface TextEncoding {
  /** [N, 77, width] */
  readonly hidden: Var;
  /** The prompt as a whole [N, projection], where it was asked for. */
  readonly pooled: Var | null;
}

interface Tower {
  readonly layers: readonly Scope[];
  readonly layer: (x: Var, p: Scope) => Var;
  /** After the last layer. */
  readonly norm: Scope;
  /** [N, 1, width] → [N, 1, projection]: into the space that pictures share. */
  readonly project: (x: Var) => Var;
}

/**
 * The layers of a text model, one after another, as far as they are needed.
 * @param x embedded tokens [N, 77, width].
 * @param end [N, 77]: 1 at the end mark, else 0; given where the prompt as a whole is asked for.
 */
export function tower(
  x: Var,
  end: Var | null,
  { layers, layer, norm, project }: Tower,
  { skip, finalNorm }: ClipConfig,
): TextEncoding {
  let hidden = x;
  for (const [i, p] of layers.entries()) {
    if (i === layers.length - skip && !end) break;
    x = layer(x, p);
    if (i === layers.length - skip - 1) hidden = x;
  }
  const pooled = end && project(marked(layerNorm(x, norm), end));
  return {
    hidden: finalNorm ? layerNorm(hidden, norm) : hidden,
    pooled: pooled && reshape(pooled, pooled.shape[0]!, pooled.shape[2]!),
  };
}

/** What the end mark has gathered of all words: [N, 77, width] → [N, 1, width]. */
function marked(x: Var, end: Var): Var {
  const [n, length] = end.shape as [number, number];
  return matmul(reshape(end, n, 1, length), x);
}
