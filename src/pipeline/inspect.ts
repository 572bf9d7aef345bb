/** Is this file a checkpoint that can be run? Answered from its header alone, before anything is stored or loaded. */
import { DrobeError } from '../errors';
import type { Target } from '../graph/graph';
import { detect, unusedKeys } from '../nets/detect';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../nets/graphs';
import { roomFor, type Room } from '../nets/memory';
import type { Model } from '../nets/model';
import { isConvertible } from '../weights/half';
import type { Header } from '../weights/safetensors';
import { isAboutScales, scaleOf } from './scales';

export interface Inspected {
  readonly model: Model;
  /** Tensors that stand inside a net and that no module asked for. */
  readonly unused: readonly string[];
  /** What its weights take on a device, in half precision and in full. */
  readonly room: { readonly f16: Room; readonly f32: Room };
}

const ANY_TARGET: Target = { layout: 'nchw', dtype: 'f32', fusedAttention: false, maxScoreBytes: 2 ** 28 };

/**
 * Authors every graph once, at a small size: what is missing or misshapen shows now and not in the middle of a run.
 * @throws DrobeError that says what the file is instead, or what is wrong with it.
 */
export function inspect(header: Header): Inspected {
  const model = detect(header);
  const used = new Set<string>();
  const checkpoint = { model, tensors: header.tensors };
  const size = { batch: 1, h: 8, w: 8 };
  for (const encoder of model.texts.keys()) textGraph(checkpoint, ANY_TARGET, { batch: 1, encoder }, used);
  for (const author of [unetGraph, decoderGraph, encoderGraph]) author(checkpoint, ANY_TARGET, size, used);
  for (const key of used) {
    const { dtype } = header.tensors.get(key)!; // the graphs found it there
    if (!isConvertible(dtype))
      throw new DrobeError('bad-weight', { key, reason: `its dtype ${dtype} is not a float` });
    scaleOf(key, header.tensors); // one that is not known is refused
  }
  const room = { f16: roomFor(model, header.tensors, 'f16'), f32: roomFor(model, header.tensors, 'f32') };
  const weights = [...header.tensors.keys()].filter((name) => !isAboutScales(name));
  return { model, unused: unusedKeys(model, weights, used), room };
}
