/** The models on this device, as recipes refer to them. */
import type { ModelEntry } from '../../engine/api';
import type { Device, Present } from '../../recipe/compare';
import { stemOf } from '../../recipe/recipe';
import { isAddon, isUsable } from '../models/entries';

/** A model on this device that a recipe may refer to. */
export interface Here extends Present {
  readonly id: string;
}

/** What is on this device, for a comparison with a recipe. */
export function deviceOf(entries: readonly ModelEntry[]): Device<Here> {
  const known = (hashes: ModelEntry['hashes']): Pick<Here, 'hashes'> =>
    hashes
      ? { hashes: [hashes.file, hashes.tensors, hashes.brief].filter((hash) => hash !== undefined) }
      : {};
  const named = (kind: 'vae' | 'lora' | 'embedding' | 'control' | 'ip-adapter' | 'upscaler'): Here[] =>
    entries
      .filter(isAddon)
      .flatMap(({ id, addon, hashes }) =>
        addon.kind === kind ? { id, name: addon.name, ...known(hashes) } : [],
      );
  return {
    model: entries
      .filter(isUsable)
      .map(({ id, file, hashes }) => ({ id, name: stemOf(file), ...known(hashes) })),
    vae: named('vae'),
    lora: named('lora'),
    embedding: named('embedding'),
    upscaler: named('upscaler'),
    // A1111's extension has units for both.
    control: [...named('control'), ...named('ip-adapter')],
  };
}
