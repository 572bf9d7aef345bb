import { SHAPES_ONLY } from '../../graph/graph';
import type { ControlNetGuide, T2IGuide } from '../../nets/detect/control';
import { featureShapes, residualShapes } from '../../nets/control-graphs';
import type { Model } from '../../nets/model';
import type { Weights } from '../../runtime/tensor-bytes';

interface Checkpoint {
  readonly model: Model;
  /** In normal form. */
  readonly tensors: Weights['tensors'];
}

const SIZE = { batch: 1, h: 8, w: 8 };

/** Whether a net that guides was made for UNets like this checkpoint's, told from widths and the shapes of its outputs. */
export function fits(guide: ControlNetGuide | T2IGuide, checkpoint: Checkpoint): boolean {
  if (checkpoint.model.denoiser.net !== 'unet') return false;
  return guide.net === 'T2I-Adapter' ? featuresFit(guide, checkpoint) : residualsFit(guide, checkpoint);
}

function residualsFit({ model: { unet: own }, tensors }: ControlNetGuide, checkpoint: Checkpoint): boolean {
  const { denoiser } = checkpoint.model;
  const isTold =
    own.modelChannels === denoiser.modelChannels &&
    own.labelWidth === denoiser.labelWidth &&
    // 0 for one that reads no text.
    (own.contextWidth === 0 || own.contextWidth === denoiser.contextWidth);
  if (!isTold) return false;
  const skips = residualShapes(checkpoint, SHAPES_ONLY, SIZE).slice(0, -1);
  const channels = (i: number): number | undefined =>
    tensors.get(`control.zero_convs.${i}.0.weight`)?.shape[0];
  return skips.every(([, wanted], i) => channels(i) === wanted) && channels(skips.length) === undefined;
}

function featuresFit({ model, tensors }: T2IGuide, checkpoint: Checkpoint): boolean {
  const wanted = featureShapes(checkpoint, SHAPES_ONLY, SIZE, model).map(([, channels]) => channels);
  const channels: number[] = [];
  for (const [name, { shape }] of tensors) {
    const [, level] = /^adapter\.body\.(\d+)\.(?:resnets\.\d+\.block2|out_conv)\.weight$/.exec(name) ?? [];
    // Light adapters come to their size in the last convolution of a level.
    if (
      level !== undefined &&
      (!name.includes('block2') || !tensors.has(`adapter.body.${level}.out_conv.weight`))
    )
      channels[Number(level)] = shape[0]!; // a weight has a shape
  }
  return channels.join() === wanted.join();
}
