/**
 * Weights that are stored divided by a scale, as ComfyUI stores 8-bit floats: it stands beside them, as
 * `layer.scale_weight` or, newer, `layer.weight_scale`, for the whole weight or for each of its rows. Others call it
 * `weight_scale_inv`, and multiply by it all the same.
 */
import { DrobeError } from '../errors';
import type { Patch, Weights } from '../runtime/tensor-bytes';
import { checkFinite } from '../weights/values/finite';
import { convert, isConvertible } from '../weights/values/half';
import type { TensorInfo } from '../weights/safetensors';

type Tensors = ReadonlyMap<string, TensorInfo>;

/** What such files hold beside weights and their scales: how inputs would be scaled, and marks of the format. */
const SCALING = /\.(?:scale_weight|weight_scale(?:_inv)?|scale_input|input_scale|comfy_quant|scaled_fp8)$/;

const NAMES = ['scale_weight', 'weight_scale', 'weight_scale_inv'];

/** Whether it is about the scales of a weight, and no weight itself. */
export const isAboutScales = (name: string): boolean => SCALING.test(name);

/** What else other programs put beside a weight that is packed: scales by other names, offsets, and what rounding took away. */
const PACKING = /^(?!in|out).*(?:scale|zero_point|svd_(?:up|down)$)/;

/**
 * Refuses weights whose scales are not known.
 * @param used keys of weights.
 * @throws DrobeError as `scaleOf`, also where other programs' packing is beside a weight.
 */
export function mustBeKnown(used: ReadonlySet<string>, tensors: Tensors): void {
  for (const key of used) scaleOf(key, tensors);
  if ([...tensors.keys()].some((key) => !used.has(key) && !isAboutScales(key) && isPacking(key, used)))
    throw new DrobeError('other-kind', { kind: 'packed', as: '' });
}

/**
 * Whether a tensor that nothing asked for belongs to the packing of a weight that something did: SDNQ's `layer.scale`,
 * ModelOpt's `layer.weight_quantizer._scale`.
 * @param used keys of weights.
 */
function isPacking(key: string, used: ReadonlySet<string>): boolean {
  for (let end = key.lastIndexOf('.'); end > 0; end = key.lastIndexOf('.', end - 1))
    if (used.has(`${key.slice(0, end)}.weight`)) return PACKING.test(key.slice(end + 1));
  return false;
}

/**
 * The scale of the weight with this name, or undefined.
 * @throws DrobeError 'other-kind' for one in a form that is not known here, such as a scale for each block of numbers.
 */
export function scaleOf(key: string, tensors: Tensors): TensorInfo | undefined {
  const layer = /^(.*)\.weight$/.exec(key)?.[1];
  if (layer === undefined) return undefined;
  const scale = NAMES.map((name) => tensors.get(`${layer}.${name}`)).find(Boolean);
  if (!scale) return undefined;
  const numbers = scale.shape.reduce((product, d) => product * d, 1);
  const weight = tensors.get(key);
  const fits = numbers === 1 || (numbers === weight?.shape[0] && !weight.turned);
  if (!fits || !isConvertible(scale.dtype)) throw new DrobeError('other-kind', { kind: 'packed', as: '' });
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
