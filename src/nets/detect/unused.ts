/** Tensors inside the nets of a checkpoint that have no use. */
import type { Model, TextEncoder } from '../model';
import type { NormalForm } from '../names/normal-form';
import { placeOf } from '../names/places';
import { layerIn } from '../text-encoder';

/**
 * The file's names for tensors inside a net that no module asked for. Buffers, leftovers of a VAE's training, and layers
 * that a family leaves out do not count.
 * @param used names in normal form.
 */
export function unusedTensors(model: Model, { tensors }: NormalForm, used: ReadonlySet<string>): string[] {
  const isLeftOut = model.texts.map(leftOutOf([...tensors.keys()]));
  const unused = [...tensors].filter(
    ([key]) =>
      !used.has(key) &&
      !/\.(?:position_ids|logit_scale|text_projection\.weight|attn_mask|tokenizer_json)$/.test(key) &&
      !key.startsWith('vae.loss.') &&
      !isLeftOut.some((leftOut) => leftOut(key)),
  );
  return [...new Set(unused.map(([, { name }]) => name))];
}

/**
 * Whether a tensor that is in no net of a checkpoint is a weight all the same: of a ControlNet that was saved with its model,
 * say. Tables of noise levels and notes have a single dimension; averaged copies repeat what is there.
 */
export const isForeign = (name: string, shape: readonly number[]): boolean =>
  shape.filter((size) => size > 1).length > 1 && !name.startsWith('model_ema.') && placeOf(name) === null;

/** Whether a weight belongs to the layers, or the norm after them, that the UNet does not read. */
const leftOutOf =
  (keys: readonly string[]) =>
  ({ place, skip, finalNorm }: TextEncoder): ((key: string) => boolean) => {
    const layer = layerIn(place);
    const last = Math.max(...keys.map(layer));
    return (key) =>
      (skip > 0 && layer(key) > last - skip) ||
      (!finalNorm && key.startsWith(`${place}.text_model.final_layer_norm.`));
  };
