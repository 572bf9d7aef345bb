/** Kinds of entries in the list: models that can be used, and additions. */
import type { AddonFacts, ModelEntry, ModelFacts } from '../../engine/api';

/** What is added to a checkpoint. */
export type Addon = Extract<ModelEntry, { addon: unknown }>;

/** A checkpoint that can be used. */
export type UsableModel = ModelEntry & { readonly facts: ModelFacts };

/** Whether it is added to a checkpoint: a LoRA, a VAE, a ControlNet … */
export function isAddon(entry: ModelEntry): entry is Addon {
  return 'addon' in entry;
}

/** An upscaler. */
export type Upscaler = Addon & { readonly addon: Extract<AddonFacts, { kind: 'upscaler' }> };

/** Whether it is an upscaler. */
export const isUpscaler = (entry: ModelEntry): entry is Upscaler =>
  isAddon(entry) && entry.addon.kind === 'upscaler';

/** The upscaler of this name; where there is none, the first. */
export function chosenUpscaler(entries: readonly ModelEntry[], name: string): Upscaler | null {
  const upscalers = entries.filter(isUpscaler);
  return upscalers.find(({ addon }) => addon.name === name) ?? upscalers[0] ?? null;
}

/** Whether it is a checkpoint that can draw. */
export function isUsable(entry: ModelEntry): entry is UsableModel {
  return 'facts' in entry;
}
