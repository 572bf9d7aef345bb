/** The graphs of a checkpoint, authored for one size: their inputs and outputs. */
import { DrobeError } from '../errors';
import { build, input, sizeOf, type Graph, type Shape, type Target, type Var } from '../graph/graph';
import { cast, concat, reshape } from '../graph/nn';
import { scope, type Scope, type StateDict } from '../graph/scope';
import { additionsFrom } from './additions';
import { clipText } from './clip';
import { attendedTo } from './ip-adapter';
import { bytesOfNet } from './memory';
import { unetIn, type Model, type TextEncoder, type UNetModel } from './model';
import type { LatentSize } from './size';
import { isTaesd, taesdAsDecoder, taesdAsEncoder } from './taesd';
import { tokenTable } from './text-encoder';
import {
  keysAndValues,
  outerUNet,
  textAttentions,
  unet,
  unetEncoder,
  type Text,
  type UNetConfig,
  type UNetInputs,
} from './unet';
import { vaeDecoder, vaeEncoder } from './vae';

export interface Checkpoint {
  readonly model: Model;
  /** In normal form. */
  readonly tensors: StateDict;
}
export type Author<Size> = (checkpoint: Checkpoint, target: Target, size: Size, used?: Set<string>) => Graph;

/**
 * The graph of one text encoder: `tokens` [batch, length, width], rows of its `tokenTable`, and `end` [batch, length], 1 at
 * the end mark, if it gives the pooled prompt → `encoding` [batch, length · width], then the pooled prompt's numbers.
 * `skip`: layers left out at its end; absent: as many as in its model's training.
 */
export const textGraph: Author<{ batch: number; encoder: number; skip?: number }> = (
  { model, tensors },
  target,
  { batch, encoder, skip },
  used,
) => {
  const trained = model.texts[encoder]!; // the caller counts them
  const config = { ...trained, skip: skip ?? trained.skip };
  const { place, length, width, pooled } = config;
  const tokens = cast(input('tokens', [batch, length, width], target), target.dtype);
  const end = pooled ? cast(input('end', [batch, length], target), target.dtype) : null;
  const p = scope(tensors, target, used);
  checkTable(p, config);
  const text = clipText(tokens, end, p(place), config);
  const hidden = reshape(text.hidden, batch, length * width);
  return build({ encoding: cast(text.pooled ? concat(1, hidden, text.pooled) : hidden, 'f32') });
};

/** The table of tokens is not part of the graph, but must be in the file. */
function checkTable(p: Scope, { place, width }: TextEncoder): void {
  const { shape } = p.tensor(tokenTable(place));
  if (shape.length !== 2 || shape[1] !== width)
    throw new DrobeError('bad-weight', {
      key: tokenTable(place),
      reason: `shape [${shape.join(', ')}] does not fit`,
    });
}

/** One part of the output of `keysGraph`, and an input of `unetGraph`: of one text, [1, tokens, channels]. */
export interface TextPart {
  readonly name: string;
  readonly shape: Shape;
}

/** The beginning of the names of a net that reads texts: a UNet, or a ControlNet, which is a copy of half of one. */
export type Reader = 'unet' | 'control';

/** Keys, then values of each attention to a text of so many tokens, in the order of the net; none where it reads none. */
export function textParts(
  { tensors }: Pick<Checkpoint, 'tensors'>,
  target: Target,
  tokens: number,
  reader: Reader = 'unet',
): TextPart[] {
  return textAttentions(scope(tensors, target)(reader)).flatMap((p) =>
    partNames(p).map((name) => ({ name, shape: [1, tokens, p('to_k').shape('weight')[0]!] })),
  );
}

const partNames = ({ path }: Scope): [k: string, v: string] => [`${path}.k`, `${path}.v`];

/**
 * A text's keys and values, which are the same in every step: `context` [1, tokens, width] → `parts`, all of `textParts` one
 * after the other. They take 2 of 100 of the UNet's weights in SD 1.x, 13 of 100 in SDXL.
 */
export function keysGraph(
  { tensors }: Pick<Checkpoint, 'tensors'>,
  target: Target,
  { tokens, reader = 'unet' }: { readonly tokens: number; readonly reader?: Reader },
  used?: Set<string>,
): Graph {
  const attentions = textAttentions(scope(tensors, target, used)(reader));
  const width = attentions[0]!('to_k').shape('weight')[1]!; // only nets that read texts get here
  const context = cast(input('context', [1, tokens, width], target), target.dtype);
  const parts = attentions.flatMap((p) => {
    const { k, v } = keysAndValues(context, p);
    return [reshape(k, sizeOf(k.shape)), reshape(v, sizeOf(v.shape))];
  });
  return build({ parts: cast(concat(0, ...parts), 'f32') });
}

/** `tokens` of the text; absent: one window of a prompt. */
export interface UNetSize extends LatentSize {
  readonly tokens?: number;
  /** The text is given as its encoding, or as the output of `keysGraph`, whose weights this graph then does not have. */
  readonly text?: 'context' | 'keys';
  /** Whether residuals of ControlNets are added. */
  readonly residuals?: boolean;
  /** Pixels a side for each feature, if features of T2I-Adapters are added; absent: none are. */
  readonly features?: number;
  /** The number of tokens of each picture from IP-Adapters; absent: no pictures. */
  readonly pictures?: readonly number[];
}

/**
 * `latents` [batch, in channels, h, w], `timestep` [batch, model channels] (see timestepEmbedding), `context`
 * [batch, tokens, width] or all `textParts` [batch, tokens, channels] in the target's dtype; if the model has them `label`
 * [batch, label width] and `guidance` [batch, guidance width] (see guidanceEmbedding); if they are added `residuals`
 * [batch, numbers] and `features` [batch, numbers], outputs of `controlGraph` and `t2iGraph` or sums of such; for pictures
 * the inputs of `attendedTo` → `prediction` [batch, 4, h, w].
 */
export const unetGraph: Author<UNetSize> = (checkpoint, target, size, used) => {
  const { inputs, p, config } = unetOf(checkpoint, target, size, used);
  return build({ prediction: cast(unet(inputs, p, config).prediction, 'f32') });
};

/** Inputs as `unetGraph` → `prediction` [batch, numbers]: each member's prediction, then its deep feature. */
export const wholeUNetGraph: Author<UNetSize> = (checkpoint, target, size, used) => {
  const { inputs, p, config } = unetOf(checkpoint, target, size, used);
  const { prediction, deep } = unet(inputs, p, config);
  const each = (x: Var): Var => reshape(cast(x, 'f32'), size.batch, sizeOf(x.shape) / size.batch);
  return build({ prediction: concat(1, each(prediction), each(deep)) });
};

/** As `unetGraph`, with one more input: `deep` [batch, numbers] from `wholeUNetGraph`. */
export const outerUNetGraph: Author<UNetSize> = (checkpoint, target, size, used) => {
  const { inputs, p, config } = unetOf(checkpoint, target, size, used);
  const { shape } = unet(inputs, unetOf(checkpoint, target, size).p, config).deep;
  const given = input('deep', [size.batch, sizeOf(shape) / size.batch], target);
  const deep = reshape(cast(given, target.dtype), ...shape);
  return build({ prediction: cast(outerUNet(inputs, deep, p, config), 'f32') });
};

function unetOf(
  { model, tensors }: Checkpoint,
  wished: Target,
  { tokens = model.texts[0].length, ...size }: UNetSize,
  used?: Set<string>,
): { inputs: UNetInputs; p: Scope; config: UNetConfig } {
  const target = fitting(wished, tensors, 'unet');
  const config = unetIn(model);
  const inputs = unetInputs(config, target, { ...size, tokens });
  const unnoted = scope(tensors, target)('unet'); // a scope of its own, so that reading shapes marks no weight as used
  const { batch, pictures = [] } = size;
  const additions = {
    ...additionsFrom(size, () => unetEncoder(inputs, unnoted, config), unnoted),
    ...(pictures.length > 0 && { attended: attendedTo(pictures, batch) }),
  };
  return { inputs: { ...inputs, additions }, p: scope(tensors, target, used)('unet'), config };
}

/** The inputs of a UNet, and of a ControlNet, which is a copy of half of one. */
export function unetInputs(
  { modelChannels, inChannels, contextWidth, labelWidth, guidanceWidth }: UNetModel,
  target: Target,
  { batch, h, w, tokens, text = 'context' }: LatentSize & { tokens: number; text?: 'context' | 'keys' },
): UNetInputs {
  const given = (name: string, ...shape: number[]): Var => input(name, [batch, ...shape], target);
  const encoded = (): Text => {
    const context = cast(given('context', tokens, contextWidth), target.dtype);
    return (p) => keysAndValues(context, p);
  };
  const made: Text = (p) => {
    const shape = [batch, tokens, p('to_k').shape('weight')[0]!];
    const [k, v] = partNames(p);
    return { k: input(k, shape, target, target.dtype), v: input(v, shape, target, target.dtype) };
  };
  return {
    x: cast(given('latents', inChannels, h, w), target.dtype),
    t: given('timestep', modelChannels),
    text: text === 'keys' ? made : encoded(),
    y: labelWidth === null ? null : given('label', labelWidth),
    w: guidanceWidth === null ? null : given('guidance', guidanceWidth),
  };
}

/** Up to so many bytes of weights a net's kernels are transformed once, as they are read, and on the CPU up to so many at all. */
const MOST_WINOGRAD_BYTES = { once: 0.75 * 2 ** 30, onCpu: 2.5 * 2 ** 30 };

/**
 * The wished target, as far as the net's weights leave room for it: in single precision those of SD 1.5's UNet, 3.4 GB, nearly
 * fill WebAssembly's memory, and its kernels of 2560 channels need 0.4 GB more while they are transformed and multiplied.
 * @param place the beginning of the weights' names.
 */
export function fitting(
  { winograd, ...target }: Target,
  tensors: StateDict,
  place: 'unet' | 'control',
): Target {
  if (!winograd) return target;
  const bytes = bytesOfNet(tensors, place, target);
  if (target.layout === 'nchw' && bytes > MOST_WINOGRAD_BYTES.onCpu) return target;
  return { ...target, winograd: { once: bytes <= MOST_WINOGRAD_BYTES.once, ...winograd } };
}

/** `latents` [batch, channels, h, w], as the VAE's encoder gives them → `image` [batch, 3, f·h, f·w] in −1…1. */
export const decoderGraph: Author<LatentSize> = ({ model, tensors }, target, { batch, h, w }, used) => {
  const latents = input('latents', [batch, model.vae.latentChannels, h, w], target);
  const p = scope(tensors, target, used)('vae');
  const z = cast(latents, target.dtype);
  const decoded = isTaesd(p) ? taesdAsDecoder(z, p, model.vae.scale) : vaeDecoder(z, p);
  return build({ image: cast(decoded, 'f32') });
};

/** `image` [batch, 3, f·h, f·w] in −1…1 → `moments` [batch, 2 · channels, h, w]: mean, then log-variance, unscaled. */
export const encoderGraph: Author<LatentSize> = ({ model, tensors }, target, { batch, h, w }, used) => {
  const { factor } = model.vae;
  const image = cast(input('image', [batch, 3, h * factor, w * factor], target), target.dtype);
  const p = scope(tensors, target, used)('vae');
  const encoded = isTaesd(p) ? taesdAsEncoder(image, p, model.vae.scale) : vaeEncoder(image, p);
  return build({ moments: cast(encoded, 'f32') });
};
