import { entriesOf } from '../../objects';
import type { Recipe } from '../../recipe/recipe';
import type { Studio } from '../make/studio.svelte';
import { rareOf } from '../settings/mend';
import { words } from '../words/language.svelte';

/** A setting that would change, in words. `from` and `to` are empty where it has no value. */
export interface ChangeTold {
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What a recipe takes the place of although it says nothing of it: rare settings, the pictures that guide, and styles, whose
 * words are in its prompt.
 */
export function replaced(
  { settings, units, references }: Pick<Studio, 'settings' | 'units' | 'references'>,
  recipe: Recipe,
): ChangeTold[] {
  const kept = rareOf(recipe.settings);
  const lost = entriesOf(settings.current.rare)
    .filter(([name]) => kept[name] === undefined)
    .map(([name, value]) => ({ label: words.sampling.rare[name], from: words.recipe.rare(value), to: '' }));
  if (!recipe.settings.controls?.length) {
    if (units.all.length > 0)
      lost.push({ label: words.guiding.control, from: words.control.guiding(units.all.length), to: '' });
    if (references.all.length > 0) {
      const from = words.reference.taken(references.all.length);
      lost.push({ label: words.likeness.reference, from, to: '' });
    }
  }
  const { styles } = settings.current;
  if (styles.length > 0 && recipe.settings.prompt !== undefined)
    lost.push({ label: words.styling.title, from: styles.join(', '), to: words.controls.none });
  return lost;
}
