/**
 * Weights that are stored divided by a scale, as ComfyUI stores 8-bit floats: it stands beside them, as
 * `layer.scale_weight` or, newer, `layer.weight_scale`, for the whole weight or for each of its rows.
 */
import { DrobeError } from '../errors';
import type { Patch } from '../runtime/feeder';
import type { Weights } from '../runtime/session';
import { checkFinite } from '../weights/values/finite';
import { convert, isConvertible } from '../weights/values/half';
import type { TensorInfo } from '../weights/safetensors';

type Tensors = ReadonlyMap<string, TensorInfo>;

/** What such files hold beside weights and their scales: how inputs would be scaled, and marks of the format. */
const SCALING = /\.(?:scale_weight|weight_scale|scale_input|input_scale|comfy_quant|scaled_fp8)$/;

/** Whether it is about the scales of a weight, and no weight itself. */
export const isAboutScales = (name: string): boolean => SCALING.test(name);

/**
 * The scale of the weight with this name, or undefined.
 * @throws DrobeError 'bad-weight' for one in a form that is not known here, such as a scale for each block of numbers.
 */
export function scaleOf(key: string, tensors: Tensors): TensorInfo | undefined {
  const layer = /^(.*)\.weight$/.exec(key)?.[1];
  if (layer === undefined) return undefined;
  const scale = tensors.get(`${layer}.scale_weight`) ?? tensors.get(`${layer}.weight_scale`);
  if (!scale) return undefined;
  const numbers = scale.shape.reduce((product, d) => product * d, 1);
  const weight = tensors.get(key);
  const fits = numbers === 1 || (numbers === weight?.shape[0] && !weight.turned);
  if (!fits || !isConvertible(scale.dtype)) {
    const reason = `its scale is ${scale.dtype} [${scale.shape.join(', ')}], which is not known here`;
    throw new DrobeError('bad-weight', { key: weight?.name ?? key, reason });
  }
  return scale;
}

/** The same weights, multiplied by their scales on their way to the device, before anything else changes them. */
export function scaled({ tensors, source, patches: given, ...rest }: Weights): Weights {
  const patches = new Map<string, Patch>(given);
  const beside = new Map<string, TensorInfo>();
  for (const key of tensors.keys()) {
    const scale = scaleOf(key, tensors);
    if (!scale) continue;
    beside.set(key, scale);
    patches.set(key, (weights) => {
      const bytes = source.read(scale.begin, scale.end);
      checkFinite(bytes, scale.dtype, scale.name);
      const scales = new Float32Array(convert(bytes, scale.dtype, 'F32').buffer);
      const each = weights.length / scales.length;
      for (const [row, factor] of scales.entries()) {
        for (let i = row * each; i < (row + 1) * each; i++) weights[i]! *= factor;
      }
      given?.get(key)?.(weights);
    });
  }
  return { tensors, source, ...rest, patches, beside };
}
