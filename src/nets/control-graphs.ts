/** The graphs of nets that guide a UNet by a picture, authored for one size. Their outputs are inputs of `unetGraph`. */
import { build, input, type Graph, type Shape, type Target } from '../graph/graph';
import { cast, levelled, mul, reshape, slice } from '../graph/nn';
import { scope, type StateDict } from '../graph/scope';
import { flattened } from './additions';
import { controlNet } from './controlnet';
import { fitting, unetInputs } from './graphs';
import { unetIn, type Model, type UNetModel } from './model';
import type { LatentSize } from './size';
import { featurePlaces, t2iAdapter, type T2IConfig } from './t2i-adapter';
import { unetEncoder } from './unet';

interface Opened<M> {
  readonly model: M;
  /** In normal form. */
  readonly tensors: StateDict;
}

/** A ControlNet, as its weights describe it. */
export interface ControlNetModel {
  readonly unet: UNetModel;
  /** Channels of its picture: 3, or 1 for shades of grey. */
  readonly hintChannels: number;
  /** Names of the kinds of picture of which it must be told the current one; none for most nets. */
  readonly kinds: readonly string[];
}

/** What a ControlNet is opened for. */
export interface ControlNetSize extends LatentSize {
  /** Tokens of the text. */
  readonly tokens: number;
  /** As `UNetSize` has it. */
  readonly text?: 'context' | 'keys';
  /** Makes residuals the same all over the picture, for nets trained in this way ("shuffle"); no file says so. */
  readonly levelled?: boolean;
}

/** Pixels per latent, along each side, of a ControlNet's picture. */
export const HINT_FACTOR = 8;

/**
 * `hint` [1, channels, 8·h, 8·w], colours in 0…1, `scale` [batch, residuals], by which each residual is multiplied,
 * `kind` [1, kinds] for nets with several kinds of hint, 1 for this hint's kind and 0 for others, and `latents`,
 * `timestep`, `context` and `label` as `unetGraph` has them → `residuals` [batch, numbers]: those of each member,
 * one after the other in the order of `residualShapes`, feature maps as they lie in memory.
 */
export function controlGraph(
  { model, tensors }: Opened<ControlNetModel>,
  wished: Target,
  size: ControlNetSize,
  used?: Set<string>,
): Graph {
  const target = fitting(wished, tensors, 'control');
  const { batch, h, w } = size;
  const shown = [1, model.hintChannels, HINT_FACTOR * h, HINT_FACTOR * w];
  const hint = cast(input('hint', shown, target), target.dtype);
  const kind = model.kinds.length === 0 ? null : input('kind', [1, model.kinds.length], target);
  const inputs = { ...unetInputs(model.unet, target, size), hint, kind };
  const residuals = controlNet(inputs, scope(tensors, target, used)('control'), model.unet);
  const scale = cast(input('scale', [batch, residuals.length], target), target.dtype);
  const scaled = residuals.map((residual, i) =>
    mul(size.levelled ? levelled(residual) : residual, reshape(slice(scale, 1, i, i + 1), batch, 1, 1, 1)),
  );
  return build({ residuals: flattened(scaled) });
}

/** A T2I-Adapter, as its weights describe it. */
export interface T2IModel extends T2IConfig {
  /** Channels of the picture that it is shown: 3, or 1 for shades of grey. */
  readonly hintChannels: number;
}

/** `hint` [1, channels, height, width], colours in 0…1 → `features` [1, numbers], in the order of `featureShapes`. */
export function t2iGraph(
  { model, tensors }: Opened<T2IModel>,
  target: Target,
  { height, width }: { readonly height: number; readonly width: number },
  used?: Set<string>,
): Graph {
  const hint = cast(input('hint', [1, model.hintChannels, height, width], target), target.dtype);
  return build({ features: flattened(t2iAdapter(hint, scope(tensors, target, used)('adapter'), model)) });
}

/** Shapes of the residuals that a UNet takes at this size, in their order: one for each skip connection, then the middle's. */
export function residualShapes(
  { model, tensors }: Opened<Pick<Model, 'denoiser' | 'texts'>>,
  target: Target,
  size: LatentSize,
): Shape[] {
  const facts = unetIn(model);
  const inputs = unetInputs(facts, target, { ...size, tokens: model.texts[0].length });
  const { skips, middle } = unetEncoder(inputs, scope(tensors, target)('unet'), facts);
  return [...skips, middle].map(({ shape }) => shape);
}

/** Shapes of the features that a UNet takes from a T2I-Adapter, as `residualShapes`. */
export function featureShapes(
  checkpoint: Opened<Pick<Model, 'denoiser' | 'texts'>>,
  target: Target,
  size: LatentSize,
  config: Pick<T2IConfig, 'pixels'>,
): Shape[] {
  const maps = residualShapes(checkpoint, target, size);
  return featurePlaces(scope(checkpoint.tensors, target)('unet'), config).map((place) => maps[place]!); // each has a map
}
