/** Between pictures that are part of the prompt and recipes: all but the pictures, which no recipe carries, and their masks. */
import type { ModelEntry } from '../../engine/api';
import { isReference, type RecipeControl } from '../../recipe/control';
import { shortHash } from '../../recipe/infotext/hashes';
import { stemOf } from '../../recipe/recipe';
import { within } from '../controls/range';
import { moments, weights } from '../settings/ranges';
import {
  initialReference,
  isAdapter,
  type AdapterEntry,
  type Reference,
  type ReferenceSettings,
} from './reference';

/** What A1111's extension calls the way in which a picture is looked at. */
const moduleOf = ({ addon: { wants } }: AdapterEntry): string =>
  wants.width === (wants.seen === 'embedding' ? 1280 : 1664)
    ? 'ip-adapter_clip_sdxl'
    : 'ip-adapter_clip_sd15';

/** As A1111's extension writes them: units of control, without their pictures. @param here files, for names and hashes. */
export function recipeReferences(
  references: readonly ReferenceSettings[],
  here: readonly ModelEntry[],
): RecipeControl[] {
  return references.flatMap(({ model, weight, start, end }) => {
    const adapter = here.filter(isAdapter).find(({ id }) => id === model);
    if (!adapter) return [];
    const hash = adapter.hashes && shortHash('control', adapter.hashes);
    const name = stemOf(adapter.file);
    return [{ model: name, ...(hash && { hash }), module: moduleOf(adapter), weight, start, end }];
  });
}

/** Of modules that look at faces by nets of their own. */
const FACES = /face_?id|insightface|pulid/i;

/** Whether a unit of A1111's extension is a picture that can be part of the prompt here. */
const isSeenByClip = (unit: RecipeControl): boolean => isReference(unit) && !FACES.test(unit.module);

/** Those of a recipe, with the adapters among the files here, without pictures. */
export function referencesIn(
  units: readonly RecipeControl[],
  here: readonly ModelEntry[],
): Omit<Reference, 'key'>[] {
  const adapters = here.filter(isAdapter);
  return units.filter(isSeenByClip).map(({ model, hash, weight, start, end }) => {
    const same = adapters.find(({ hashes }) => hash && hashes?.brief === hash.toLowerCase());
    const named = (file: string): boolean => stemOf(file).toLowerCase() === stemOf(model).toLowerCase();
    const from = within(start, moments);
    return {
      ...initialReference,
      model: (same ?? adapters.find(({ file }) => named(file)))?.id ?? '',
      weight: within(weight, weights),
      start: from,
      end: Math.max(from, within(end, moments)),
    };
  });
}
