/**
 * Nets that make hints from pictures (depth, lines, edges) for nets that guide: which one a file holds, told by its tensors'
 * names, and its graph.
 */
import { defined } from '../../checked';
import { DrobeError } from '../../errors';
import { build, input, type Graph, type Shape, type Target, type Var } from '../../graph/graph';
import { cast } from '../../graph/nn';
import { scope, type Scope } from '../../graph/scope';
import { depthAnything, type DepthVersion } from './depth-anything';
import { hed } from './hed';
import { drawn } from './informative-drawings';
import { hintNetForm } from '../names/hint-net';
import type { Tensor } from '../names/views';

export type HintNet = (typeof nets)[number]['name'];

type Tensors = ReadonlyMap<string, { readonly shape: Shape }>;

/** Options of nets that can do several things. */
export interface HintWay {
  /** The version of Depth Anything; no weight tells. */
  readonly version: DepthVersion;
}

interface Row {
  readonly name: string;
  /** Tensors that must all be there, by their names in normal form. */
  readonly all: readonly string[];
  readonly author: (image: Var, p: Scope, way: HintWay) => Var;
}

/** In the order in which they are tried. */
const nets = [
  {
    name: 'Depth Anything',
    all: [
      'backbone.embeddings.patch_embeddings.projection.weight',
      'neck.reassemble_stage.layers.0.projection.weight',
      'head.conv3.weight',
    ],
    author: (image, p, { version }) => depthAnything(image, p, version),
  },
  {
    name: 'Informative drawings',
    all: ['model0.1.weight', 'model2.0.conv_block.1.weight', 'model4.1.weight'],
    author: drawn,
  },
  { name: 'HED', all: ['norm', 'block1.convs.0.weight', 'block5.projection.weight'], author: hed },
] as const satisfies readonly Row[];

/** The net for hints that a file holds; null if it holds none that is run here. @param file its tensors by the file's names. */
export function hintNetIn(file: ReadonlyMap<string, Tensor>): HintNet | null {
  const tensors = hintNetForm(file);
  return nets.find(({ all }) => all.every((name) => tensors.has(name)))?.name ?? null;
}

/**
 * `image` [1, 3, h, w] as the net has it → `hint` [1, 1, h, w].
 * @param tensors in normal form (see `hintNetForm`).
 * @throws DrobeError 'missing-weight', 'bad-weight', and 'unsupported-model' for a net that does not give one number for each pixel.
 */
export function hintNetGraph(
  net: HintNet,
  tensors: Tensors,
  target: Target,
  { h, w, ...way }: { readonly h: number; readonly w: number } & HintWay,
  used?: Set<string>,
): Graph {
  const image = cast(input('image', [1, 3, h, w], target), target.dtype);
  const { author } = defined(nets.find(({ name }) => name === net));
  const hint = author(image, scope(tensors, target, used), way);
  if (hint.shape.join() !== [1, 1, h, w].join())
    throw new DrobeError('unsupported-model', {
      found: `a net that makes [${hint.shape.join(', ')}] of a picture`,
    });
  return build({ hint: cast(hint, 'f32') });
}
