/** The recipe of a picture that was made here. */
import type { Recipe, Resource } from '../../recipe/recipe';
import { stemOf } from '../../recipe/recipe';
import type { Result } from '../album/result';
import { isAddon, isUsable, type Library } from '../models/library.svelte';
import { recipeSettings } from '../settings/recipe';

/** As it was really drawn: size and seeds from the job, the rest from the settings. */
export function recipeOf({ job, mode, settings, model }: Result, library: Library): Recipe {
  const { width, height, seed } = job;
  const told = recipeSettings(mode, { ...settings, width, height, seed: String(seed) });
  const file = library.entries.find(({ id }) => id === job.model)?.file;
  const vae = library.entries.filter(isAddon).find(({ id }) => id === job.vae);
  const resources: Resource[] = [
    { kind: 'model', name: file === undefined ? model : stemOf(file) },
    ...(vae ? [{ kind: 'vae' as const, name: vae.addon.name }] : []),
  ];
  return { tool: { name: 'Drobe' }, settings: told, resources, unknown: [] };
}

/** Whether its model is a Stable Diffusion XL; false where it is no longer here. */
export const isOfXl = ({ job }: Result, { entries }: Library): boolean =>
  entries.filter(isUsable).some(({ id, facts }) => id === job.model && /XL/.test(facts.family));
