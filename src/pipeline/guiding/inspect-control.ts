/** Is this file a net that guides others by a picture, and one that can be run? Answered from its header alone. */
import { SHAPES_ONLY } from '../../graph/graph';
import { recogniseControl, type AnyGuide } from '../../nets/detect/control';
import { controlGraph, HINT_FACTOR, t2iGraph } from '../../nets/control-graphs';
import { adapterForm, controlForm } from '../../nets/names/control';
import { mustBeFloats } from '../../weights/values/floats';
import type { Header, TensorInfo } from '../../weights/safetensors';
import { explained } from '../missing';
import { mustBeKnown } from '../scales';

/**
 * Authors its graph once, at a small size: what is missing or misshapen shows now and not in the middle of a run. What a
 * UNet lends shows once there is one.
 * @throws DrobeError that says what is wrong with it.
 */
export function inspectControl(header: Header): AnyGuide<TensorInfo> {
  try {
    return inspected(header);
  } catch (thrown) {
    throw explained(
      thrown,
      [controlForm, adapterForm].flatMap((form) => [...form(header.tensors).keys()]),
    );
  }
}

function inspected(header: Header): AnyGuide<TensorInfo> {
  const guide = recogniseControl(header);
  const used = new Set<string>();
  const [h, w] = [8, 8];
  if (guide.net === 'T2I-Adapter') {
    t2iGraph(guide, SHAPES_ONLY, { height: HINT_FACTOR * h, width: HINT_FACTOR * w }, used);
  } else if (guide.borrows !== 'rest') {
    controlGraph(guide, SHAPES_ONLY, { batch: 1, h, w, tokens: 1 }, used);
  }
  const read = guide.net === 'Control-LoRA' ? new Set(guide.tensors.keys()) : used;
  mustBeFloats(read, guide.tensors);
  mustBeKnown(read, guide.tensors);
  return guide;
}
