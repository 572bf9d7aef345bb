/** What the weights of a checkpoint's denoiser tell: its kind, its family, and its inputs. */
import { DrobeError } from '../../errors';
import type { Shape } from '../../graph/graph';
import { familyOf, signsOf, type Family } from '../families';
import type { StatedFacts } from './metadata';
import { headsSaid } from './part-config';
import { PATCH } from '../mmdit';
import type { Model } from '../model';
import { mmditFamilyOf } from './sd3-families';

type Tensors = ReadonlyMap<string, { readonly shape: Shape; readonly name?: string }>;

export interface Denoising {
  readonly denoiser: Model['denoiser'];
  readonly family: Family;
  /** Recommended settings of its family, if it has any of its own. */
  readonly recommended?: Partial<Model['recommended']>;
  readonly kind: Model['kind'];
  readonly latentChannels: number;
}

/** Channels the UNet takes, for latents of so many channels. */
const KINDS: readonly (readonly [Model['kind'], (latents: number) => number])[] = [
  ['base', (latents) => latents],
  ['instruct', (latents) => 2 * latents],
  ['inpaint', (latents) => 2 * latents + 1],
];

/** @param tensors in normal form. @throws DrobeError 'missing-weight', and 'unsupported-model' for a UNet of another kind. */
export function unetDenoising(tensors: Tensors, { unetHeads, unetConfig }: StatedFacts): Denoising {
  const first = shapeOf(tensors, 'unet.input_blocks.0.0.weight') as [number, number, ...number[]];
  const [modelChannels, inChannels, columns, last] = first;
  // A kernel is square: elsewhere it comes last.
  if (inChannels === columns && last !== columns) throw unsupported('a UNet whose weights lie as in MLX');
  const latentChannels = shapeOf(tensors, 'unet.out.2.weight')[0]!;
  const kind = KINDS.find(([, channels]) => channels(latentChannels) === inChannels)?.[0];
  if (!kind) throw unsupported(`a UNet with ${inChannels} input channels`);
  const guidanceWidth = tensors.get('unet.time_embed.cond_proj.weight')?.shape[1] ?? null;
  if (guidanceWidth !== null && kind === 'instruct')
    throw unsupported('a latent consistency model for instructions');
  const signs = signsOf(tensors, 'unet');
  if (signs.contextWidth === 0) throw unsupported('a UNet without cross-attention');
  const family = familyOf(signs);
  return {
    denoiser: {
      net: 'unet',
      heads: unetHeads === null ? headsSaid(unetConfig, family.heads) : () => unetHeads,
      modelChannels,
      inChannels,
      contextWidth: signs.contextWidth,
      labelWidth: signs.labelWidth,
      guidanceWidth,
    },
    ...{ family, kind, latentChannels },
  };
}

/** As `unetDenoising`, of an MMDiT. */
export function mmditDenoising(tensors: Tensors): Denoising {
  const inner = (module: string): number => shapeOf(tensors, `mmdit.${module}.weight`)[1]!; // a weight has two axes
  const inChannels = inner('x_embedder.proj');
  const latentChannels = shapeOf(tensors, 'mmdit.final_layer.linear.weight')[0]! / PATCH ** 2;
  if (latentChannels !== inChannels) throw unsupported(`an MMDiT with ${inChannels} input channels`);
  const { recommended, ...family } = mmditFamilyOf(tensors);
  return {
    denoiser: {
      net: 'mmdit',
      modelChannels: inner('t_embedder.mlp.0'),
      inChannels,
      contextWidth: inner('context_embedder'),
      labelWidth: inner('y_embedder.mlp.0'),
      guidanceWidth: null,
    },
    ...{ family, recommended, kind: 'base', latentChannels },
  };
}

/** @throws DrobeError 'missing-weight' */
export function shapeOf(tensors: Tensors, key: string): Shape {
  const info = tensors.get(key);
  if (!info) throw new DrobeError('missing-weight', { key });
  return info.shape;
}

export const unsupported = (found: string): DrobeError => new DrobeError('unsupported-model', { found });
