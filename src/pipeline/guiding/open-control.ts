/** A file of a net that guides by pictures, opened beside the checkpoint that it guides. */
import { aboutWeights, DrobeError } from '../../errors';
import { SHAPES_ONLY } from '../../graph/graph';
import { besideUNet, recogniseControl, type ControlNetGuide, type T2IGuide } from '../../nets/detect/control';
import { textParts } from '../../nets/graphs';
import { unetIn, type Model } from '../../nets/model';
import type { Weights } from '../../runtime/tensor-bytes';
import type { TensorInfo } from '../../weights/safetensors';
import type { OpenFile } from '../memory/opening';
import { scaled } from '../scales';
import type { Slot } from '../memory/slot';
import { TextAttention } from '../prompt/text-attention';
import { fits } from './control-fit';
import { controlWeights } from './control-weights';

interface Open<G> {
  readonly file: OpenFile;
  readonly guide: G;
  readonly weights: Weights;
  readonly slot: Slot;
}
export type OpenControlNet = Open<ControlNetGuide<TensorInfo>> & {
  readonly kind: 'ControlNet';
  /** What it makes of texts; null where it reads none. */
  readonly texts: { readonly attention: TextAttention; readonly slot: Slot } | null;
};
export type OpenAdapter = Open<T2IGuide<TensorInfo>> & { readonly kind: 'T2I-Adapter' };

export type OpenControl = OpenControlNet | OpenAdapter;

export type SlotFor = (name: OpenControl['kind'] | 'text attention', weights: Weights) => Slot;

/**
 * @param unet weights of the checkpoint, some of which a ControlNet may borrow.
 * @throws DrobeError 'control-mismatch' for one that was made for other models, and what `recogniseControl` throws.
 */
export function openControl(file: OpenFile, model: Model, unet: Weights, slotFor: SlotFor): OpenControl {
  const { name, header, source } = file;
  const guide = aboutWeights({ name }, () => recogniseControl(header));
  if (!fits(guide, { model, tensors: unet.tensors }))
    throw new DrobeError('control-mismatch', { name, base: guide.base, family: model.family });
  const own = scaled({ tensors: guide.tensors, source, name });
  if (guide.net === 'T2I-Adapter') {
    return { kind: 'T2I-Adapter', file, guide, weights: own, slot: slotFor('T2I-Adapter', own) };
  }
  const weights = aboutWeights({ name }, () => controlWeights(guide, own, unet));
  const { tensors } = weights;
  const beside = { ...guide, model: besideUNet(guide.model, unetIn(model)), tensors };
  const slot = slotFor('ControlNet', weights);
  return { kind: 'ControlNet', file, guide: beside, weights, slot, texts: textsOf(beside, weights, slotFor) };
}

function textsOf(
  { model }: ControlNetGuide<TensorInfo>,
  weights: Weights,
  slotFor: SlotFor,
): OpenControlNet['texts'] {
  const { tensors } = weights;
  if (textParts({ tensors }, SHAPES_ONLY, 1, 'control').length === 0) return null;
  const slot = slotFor('text attention', weights);
  const { contextWidth: width } = model.unet;
  return { attention: new TextAttention({ tensors, width, reader: 'control' }, slot), slot };
}

/** Places of all its nets. */
export const slotsOf = (open: OpenControl): Slot[] => [
  open.slot,
  ...(open.kind === 'ControlNet' && open.texts ? [open.texts.slot] : []),
];

/** As graphs are authored of it. */
export const authored = <M>({
  guide: { model, tensors },
}: {
  readonly guide: { readonly model: M; readonly tensors: Weights['tensors'] };
}) => ({ model, tensors });
