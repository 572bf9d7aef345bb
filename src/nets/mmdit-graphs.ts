/** The graphs of the nets that only Stable Diffusion 3 has, authored for one size. */
import { tuple } from '../checked';
import { build, input, type Var } from '../graph/graph';
import { cast, reshape } from '../graph/nn';
import { scope } from '../graph/scope';
import type { Author } from './graphs';
import { mmdit } from './mmdit';
import type { LatentSize } from './size';
import { t5Encoder, type Blocks } from './t5';

export interface MMDiTSize extends LatentSize {
  /** Of the text: CLIP's, and T5's behind them. */
  readonly tokens: number;
  /** Whether members of a batch may go without some blocks (see `keep`). */
  readonly skips?: boolean;
}

/**
 * `latents` [batch, channels, h, w], `timestep` [batch, 256] (see timestepEmbedding), `context` [batch, tokens, width], `label`
 * [batch, label width], the pooled prompt, and, if blocks may be skipped, `keep` [batch, blocks], 0 for each block that a
 * member skips and 1 for the others → `prediction` [batch, channels, h, w]: noise − latents.
 */
export const mmditGraph: Author<MMDiTSize> = ({ model, tensors }, target, size, used) => {
  const { batch, h, w, tokens, skips = false } = size;
  const { modelChannels, inChannels, contextWidth, labelWidth } = model.denoiser;
  const p = scope(tensors, target, used)('mmdit');
  const given = (name: string, ...shape: number[]): Var => input(name, [batch, ...shape], target);
  const own = (x: Var): Var => cast(x, target.dtype);
  const prediction = mmdit(
    {
      x: own(given('latents', inChannels, h, w)),
      t: given('timestep', modelChannels),
      context: own(given('context', tokens, contextWidth)),
      y: given('label', labelWidth ?? 0),
      keep: skips ? own(given('keep', p('joint_blocks').children().length)) : null,
    },
    p,
  );
  return build({ prediction: cast(prediction, 'f32') });
};

/**
 * `tokens` [batch, length, width], rows of `T5_TABLE` → `encoding` [batch, length · width]. For a part of its blocks
 * `tokens` are the output of the blocks before, and `encoding` is the input of the blocks after.
 */
export const t5Graph: Author<{ batch: number; length: number; part?: Blocks }> = (
  { tensors },
  target,
  { batch, length, part },
  used,
) => {
  const p = scope(tensors, target, used)('t5');
  const [, width] = tuple(p('shared').tensor('weight').shape, 2); // not part of the graph, but it must be in the file
  const encoded = t5Encoder(input('tokens', [batch, length, width], target), p, part);
  return build({ encoding: reshape(encoded, batch, length * width) });
};
