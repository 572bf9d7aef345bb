/** A VAE from a file of its own, in the place of the checkpoint's. */
import { DrobeError } from '../errors';
import type { Model } from '../nets/model';
import { inNormalForm } from '../nets/names/normal-form';
import { firstWeight } from '../nets/vae';
import type { Weights } from '../runtime/tensor-bytes';
import type { Header } from '../weights/safetensors';
import type { ByteSource } from '../weights/source';

/**
 * Its weights in normal form.
 * @throws DrobeError 'vae-mismatch' for one whose latents have other channels than the model's.
 */
export function vaeWeights(name: string, header: Header, source: ByteSource, model: Model): Weights {
  const { tensors } = inNormalForm(header.tensors);
  const { latentChannels } = model.vae;
  if (tensors.get(firstWeight(tensors))?.shape[1] !== latentChannels)
    throw new DrobeError('vae-mismatch', { name, family: model.family });
  return { tensors, source, name };
}
