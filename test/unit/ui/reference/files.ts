/** Adapters and image encoders at hand. */
import type { AddonFacts, ModelEntry } from '../../../../src/engine/api';

const entry = (id: string, addon: AddonFacts): ModelEntry => ({
  ...{ id, file: `${id}.safetensors`, bytes: 1, origin: 'stored' },
  addon,
});

/** A plain one. @param width of what it takes from an encoder. */
export const adapterFor = (id: string, base: string, width: number): ModelEntry =>
  entry(id, { kind: 'ip-adapter', name: id, variant: 'plain', base, wants: { seen: 'embedding', width } });
export const adapter = adapterFor('ip-adapter_sd15', 'Stable Diffusion 1.x', 1024);
export const large = adapterFor('ip-adapter_sdxl', 'Stable Diffusion XL', 1280);

const encoder = (id: string, projection: number): ModelEntry =>
  entry(id, { kind: 'image-encoder', name: id, gives: { embedding: projection, states: 1280 } });
export const vitH = encoder('ViT-H', 1024);
export const other = encoder('another', 1024);
export const bigG = encoder('bigG', 1280);
