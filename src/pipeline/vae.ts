/** A VAE from a file of its own, in the place of the checkpoint's. */
import { DrobeError } from '../errors';
import { renameOf } from '../nets/diffusers';
import type { Model } from '../nets/model';
import type { Weights } from '../runtime/session';
import type { Header, TensorInfo } from '../weights/safetensors';
import type { ByteSource } from '../weights/source';

/**
 * Its weights by the names they have in a checkpoint; it may have ldm's names, with or without prefix, or diffusers'.
 * @throws DrobeError 'vae-mismatch' for one whose latents have other channels than the model's.
 */
export function vaeWeights(name: string, header: Header, source: ByteSource, model: Model): Weights {
  const prefix = `${model.prefix.vae}.`;
  const names = [...header.tensors.keys()];
  const ofDiffusers = names.some((key) => /^(?:en|de)coder\.(?:mid_block|conv_norm_out)\./.test(key));
  const rename = ofDiffusers
    ? renameOf('VAE', names)
    : (key: string) => (key.startsWith(prefix) ? key : prefix + key);
  const tensors = new Map<string, TensorInfo>();
  for (const info of header.tensors.values()) tensors.set(rename(info.name), info);
  const channels = tensors.get(`${prefix}post_quant_conv.weight`)?.shape[1];
  if (channels !== model.vae.latentChannels)
    throw new DrobeError('vae-mismatch', { name, family: model.family });
  return { tensors, source, name };
}
