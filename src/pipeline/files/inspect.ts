/** Is this file a checkpoint that can be run? Answered from its header alone, before anything is stored or loaded. */
import { SHAPES_ONLY, type Bits } from '../../graph/graph';
import { recognise } from '../../nets/detect/detect';
import { decoderGraph, encoderGraph, textGraph, unetGraph } from '../../nets/graphs';
import { mmditGraph, t5Graph } from '../../nets/mmdit-graphs';
import { roomFor, type Room } from '../../nets/memory';
import type { Model } from '../../nets/model';
import { inNormalForm, type NormalForm } from '../../nets/names/normal-form';
import type { Place } from '../../nets/names/places';
import { canEncode } from '../../nets/vae';
import { isForeign, unusedTensors } from '../../nets/detect/unused';
import { mustBeFloats } from '../../weights/values/floats';
import type { Header, TensorInfo } from '../../weights/safetensors';
import { isAboutScales, mustBeKnown } from '../scales';
import { explained } from '../missing';

/** A checkpoint that can be opened, once the parts it lacks are borrowed. */
export interface Inspected {
  readonly model: Model;
  /** Parts that are not there, and must be borrowed before it can draw. */
  readonly lacks: readonly Place[];
  /** In normal form. */
  readonly tensors: Header['tensors'];
  /** Tensors that stand inside a net and that no module asked for. */
  readonly unused: readonly string[];
  /** What its weights take on a device, in half precision and in full. */
  readonly room: { readonly f16: Needs; readonly f32: Needs };
}

/** What a model's weights take on a device as they are, and in bytes where they are rounded to so many bits. */
export interface Needs extends Pick<Room, 'bytes' | 'together'> {
  readonly rounded: Readonly<Record<Bits, number>>;
}

/**
 * Authors every graph once, at a small size: what is missing or misshapen shows now and not in the middle of a run.
 * @param form its tensors in normal form, and what it borrows.
 * @throws DrobeError that says what the file is instead, or what is wrong with it.
 */
export function inspect(
  header: Header,
  form: NormalForm<TensorInfo> = inNormalForm(header.tensors),
): Inspected {
  try {
    return inspected(header, form);
  } catch (thrown) {
    throw explained(thrown, form.tensors.keys());
  }
}

function inspected(header: Header, form: NormalForm<TensorInfo>): Inspected {
  const { tensors } = form;
  const { model, lacks } = recognise(header, form);
  const used = new Set<string>();
  const size = { batch: 1, h: 8, w: 8 };
  for (const [encoder, { place }] of model.texts.entries())
    if (!lacks.includes(place)) textGraph({ model, tensors }, SHAPES_ONLY, { batch: 1, encoder }, used);
  if (model.t5) t5Graph({ model, tensors }, SHAPES_ONLY, { batch: 1, length: 1 }, used);
  if (model.denoiser.net === 'unet') unetGraph({ model, tensors }, SHAPES_ONLY, size, used);
  else mmditGraph({ model, tensors }, SHAPES_ONLY, { ...size, tokens: 1 }, used);
  if (!lacks.includes('vae')) {
    decoderGraph({ model, tensors }, SHAPES_ONLY, size, used);
    if (canEncode(tensors)) encoderGraph({ model, tensors }, SHAPES_ONLY, size, used);
  }
  mustBeFloats(used, tensors);
  mustBeKnown(used, tensors);
  const room = { f16: needsOf(tensors, 'f16'), f32: needsOf(tensors, 'f32') };
  const unused = unusedTensors(model, form, used).filter((name) => !isAboutScales(name));
  const strays = form.strays.filter((name) => isForeign(name, header.tensors.get(name)?.shape ?? []));
  return { model, lacks, tensors, unused: [...unused, ...strays], room };
}

function needsOf(tensors: Header['tensors'], dtype: 'f16' | 'f32'): Needs {
  const { bytes, together } = roomFor(tensors, dtype);
  const bytesIn = (bits: Bits): number => roomFor(tensors, dtype, bits).bytes;
  return { bytes, together, rounded: { 8: bytesIn(8), 4: bytesIn(4) } };
}
