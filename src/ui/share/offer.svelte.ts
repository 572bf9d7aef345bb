import { DrobeError, toDrobeError } from '../../errors';
import { compare, withLocalNames, withLocalUpscalers, type Comparison } from '../../recipe/compare';
import { recipeInFragment } from '../../recipe/link';
import { hasWorkflow, isWorkflow, recipeInPicture, recipeInPixels, recipeInText } from '../../recipe/read';
import type { Recipe } from '../../recipe/recipe';
import { recipeUnits, unitsOf } from '../control/recipe';
import { columnsOf } from '../files/decode';
import { isImage } from '../files/picture';
import type { Studio } from '../make/studio.svelte';
import type { Library } from '../models/library.svelte';
import { recipeReferences, referencesIn } from '../reference/recipe';
import { settled } from '../reference/reference';
import { completed, isUpscaler, modeOf, recipeSettings, settingsOf } from '../settings/recipe';
import { PLAIN_UPSCALER, withBatch, type Rare } from '../settings/settings';
import { words } from '../words/language.svelte';
import { deviceOf, type Here } from './device';
import { replaced, type ChangeTold } from './replaced';

/** A recipe that can be taken over, and what that would change. Nothing has changed yet. */
export interface Offered {
  readonly recipe: Recipe;
  readonly comparison: Omit<Comparison<Here>, 'changes'> & { readonly changes: readonly ChangeTold[] };
  /** The picture that it came in. */
  readonly picture: File | null;
  /** How many other pictures came with it, and are not used. */
  readonly aside: number;
  /** For pasted text: uses it as plain text instead. */
  readonly plainly: (() => void) | null;
}

/** Largest text file that is read as a recipe, in bytes. */
const LONGEST_TEXT = 2 ** 20;

/** Recipes that come in, from a picture, a text or a link: offered first, then taken over if wanted; that can be undone. */
export class RecipeOffer {
  offered = $state.raw<Offered | null>(null);
  failure = $state.raw<{ readonly file: string; readonly error: DrobeError } | null>(null);

  readonly #studio: Studio;
  readonly #library: Library;

  constructor(studio: Studio, library: Library) {
    this.#studio = studio;
    this.#library = library;
  }

  /**
   * Offers the recipe in a file.
   * @param aside how many other pictures came with it, and are not used.
   * @returns false where there is no recipe in it.
   */
  async look(file: File, aside = 0): Promise<boolean> {
    this.failure = null;
    const isText = /^text\/|json/.test(file.type) || /\.(?:txt|json)$/i.test(file.name);
    if (isText ? file.size > LONGEST_TEXT : !isImage(file)) return false;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = isText ? new TextDecoder().decode(bytes) : '';
    const recipe = isText
      ? recipeInText(text)
      : (recipeInPicture(bytes) ?? (hasWorkflow(bytes) ? null : await recipeHidden(file, bytes)));
    if (recipe) this.#offer(recipe, { picture: isText ? null : file, aside });
    else if (isText ? isWorkflow(text) : hasWorkflow(bytes)) this.#fail('workflow-unread', file.name);
    else return false;
    // A picture can be worked on, whatever its workflow says.
    return recipe !== null || isText;
  }

  /** As `look`, for a file that was chosen as a recipe: says so if there is none in it. */
  async choose(file: File): Promise<void> {
    try {
      if ((await this.look(file)) || this.failure) return;
      this.#fail('no-recipe', file.name);
    } catch (thrown) {
      this.failure = { file: file.name, error: toDrobeError(thrown) };
    }
  }

  /** Offers a pasted recipe. @returns false where the text is none. */
  pasted(text: string, plainly: () => void): boolean {
    this.failure = null;
    const recipe = recipeInText(text);
    if (recipe) this.#offer(recipe, { plainly });
    else if (isWorkflow(text)) this.#fail('workflow-unread');
    else return false;
    return true;
  }

  /** Says why there is no recipe. */
  #fail(code: 'no-recipe' | 'workflow-unread' | 'link-alone', file = ''): void {
    this.failure = { file, error: new DrobeError(code) };
  }

  /** Says that only a picture's address came, without the picture. */
  refuseLink(): void {
    this.#fail('link-alone');
  }

  /** Offers the recipe in an address, behind #. @returns false where there is none. */
  followed(fragment: string): boolean {
    try {
      const recipe = recipeInFragment(fragment);
      if (recipe) this.#offer(recipe);
      return recipe !== null;
    } catch (thrown) {
      this.failure = { file: '', error: toDrobeError(thrown) };
      return true;
    }
  }

  use(): void {
    const { offered } = this;
    if (!offered) return;
    const { recipe, comparison } = offered;
    this.#remember();
    const model = comparison.found.find(({ resource }) => resource.kind === 'model');
    if (model) this.#library.select(model.here.id);
    const facts = this.#studio.model?.facts ?? null;
    const taken = settingsOf(recipe, facts?.multiple ?? 8, this.#upscalers);
    const named = (prompt: string): string => withLocalNames(prompt, comparison.found);
    const { rare } = taken;
    const vae = comparison.found.find(({ resource }) => resource.kind === 'vae');
    this.#studio.form.take({
      ...taken,
      // Its prompts contain the words of styles already.
      ...(taken.prompt !== undefined && { prompt: named(taken.prompt), styles: [] }),
      ...(taken.negative !== undefined && { negative: named(taken.negative) }),
      ...(rare && { rare: withNames(rare, named) }),
      ...(vae && { vae: vae.here.id }),
    });
    const { controls = [] } = recipe.settings;
    this.#studio.units.restore(unitsOf(controls, this.#library.entries));
    this.#studio.references.restore(referencesIn(controls, this.#library.entries));
    const mode = modeOf(recipe, facts);
    if (mode && mode !== this.#studio.place.mode) this.#studio.place.enter(mode);
    this.#studio.form.settleAll();
    this.offered = null;
  }

  useSeed(): void {
    const { seed, batch } = this.offered?.recipe.settings ?? {};
    if (seed === undefined) return;
    this.#remember();
    const { rare } = this.#studio.settings.current;
    this.#studio.form.take({ seed: String(seed), rare: withBatch(rare, batch) });
    this.offered = null;
  }

  /** Works on the picture, without taking over its recipe. */
  startFrom(): void {
    const { offered } = this;
    this.offered = null;
    if (offered?.picture) void this.#studio.startFrom(offered.picture, offered.aside);
  }

  /** Closes the offer; pasted text is used as plain text. */
  cancel(): void {
    const plainly = this.offered?.plainly;
    this.offered = null;
    plainly?.();
  }

  /** What is set now can be brought back. */
  #remember(): void {
    const { settings, place, units, references, form, changes } = this.#studio;
    const model = this.#library.choice.current.id;
    const { mode } = place;
    const [controls, seen, before] = [units.all, references.all, $state.snapshot(settings.current)];
    changes.add({
      words: words.recipe.taken,
      undo: () => {
        this.#library.select(model);
        place.enter(mode);
        units.restore(controls);
        references.restore(seen);
        form.take(before);
      },
    });
  }

  #offer(
    found: Recipe,
    {
      picture = null,
      aside = 0,
      plainly = null,
    }: Partial<Pick<Offered, 'picture' | 'aside' | 'plainly'>> = {},
  ): void {
    const { settings, place, units, references } = this.#studio;
    const { entries } = this.#library;
    const device = deviceOf(entries);
    const seen = settled(references.all, entries, this.#studio.model?.facts.family ?? '');
    const controls = [...recipeUnits(units.all, entries), ...recipeReferences(seen, entries)];
    const now = { ...recipeSettings(place.mode, settings.current), controls };
    const complete = completed(found);
    const comparison = compare(complete, now, device, words.compared.values);
    const { hiresUpscaler: hires, upscaler } = settings.current;
    const spare = { hires, redraw: upscaler || (this.#upscalers[0] ?? PLAIN_UPSCALER) };
    const whole = { ...complete, settings: withLocalUpscalers(complete.settings, comparison.found, spare) };
    const changes = compare(whole, now, device, words.compared.values).changes.map(
      ({ setting, from, to }) => ({
        label: words.compared.settings[setting],
        from,
        to: to || words.controls.none, // a prompt without a word
      }),
    );
    const lost = replaced(this.#studio, whole);
    // No net, and not what is used here without one.
    const second = whole.settings.hires?.upscaler;
    const isStrange = second !== undefined && !isUpscaler(second, this.#upscalers);
    const strange = isStrange ? [[words.form.hiresUpscaler, second] as const] : [];
    this.offered = {
      recipe: whole,
      comparison: {
        ...comparison,
        changes: [...changes, ...lost],
        unknown: [...comparison.unknown, ...strange],
      },
      ...{ picture, aside, plainly },
    };
  }

  get #upscalers(): readonly string[] {
    return this.#library.upscalers.map(({ addon }) => addon.name);
  }
}

/**
 * The recipe hidden in a picture's pixels. A picture that cannot be decoded has none: whoever uses it will say what is
 * wrong with it.
 */
async function recipeHidden(file: File, bytes: Uint8Array): Promise<Recipe | null> {
  const columns = columnsOf(file, bytes);
  return columns && recipeInPixels(columns).catch(() => null);
}

/** Renames LoRAs and embeddings in the prompts of the second pass to their names here. */
function withNames(rare: Rare, named: (prompt: string) => string): Rare {
  if (!rare.hires) return rare;
  const { prompt, negative } = rare.hires;
  return {
    ...rare,
    hires: {
      ...rare.hires,
      ...(prompt !== undefined && { prompt: named(prompt) }),
      ...(negative !== undefined && { negative: named(negative) }),
    },
  };
}
