import type { UsableModel } from '../models/entries';
import type { Workplace } from '../paint/workplace.svelte';
import type { Form } from '../settings/form.svelte';
import { boundToModel, defaultsOf } from '../settings/job';
import { overruled, Overrules } from '../settings/overrules.svelte';
import type { Shelf } from '../settings/persisted.svelte';
import type { Settings } from '../settings/settings';

/** What it uses of the studio. */
interface StudioParts {
  readonly form: Form;
  readonly place: Workplace;
}

/** The model that pictures are drawn with, and the settings that go with it. */
export class ChosenModel {
  current = $state.raw<UsableModel | null>(null);
  readonly #studio: StudioParts;
  readonly #overrules: Overrules;
  /** The settings that went with the model before this one, when it was left. */
  #left: ReturnType<typeof boundToModel> | null = null;

  constructor(studio: StudioParts, shelf: Shelf | null) {
    this.#studio = studio;
    this.#overrules = new Overrules(shelf);
  }

  /**
   * Takes a model with its own size, steps and sampler; prompt and seed stay.
   * @param back it is the one before, whose settings are to be as they were left: the other one came to nothing.
   */
  adopt(model: UsableModel | null, back = false): void {
    const before = this.current;
    this.current = model;
    if (!model) return;
    const { form, place } = this.#studio;
    place.suitModel(model.facts);
    const { current } = form.settings;
    const isOther = current.model !== model.id;
    if (!isOther && before?.id === model.id) return; // more is known of it now, and somebody may be typing
    const left = back && this.#left?.model === model.id ? this.#left : null;
    if (isOther) {
      this.#left = $state.snapshot(boundToModel(current));
      const own = overruled(current, this.#overrules.of(model.id));
      form.take(left ?? { ...defaultsOf(model.facts), ...own, model: model.id });
    }
    if ((!before || isOther) && !left && place.mode !== 'text') place.suitSize();
    form.settleAll();
  }

  /** Settings that replace what the model says it predicts, now and whenever it is chosen again. */
  overrule(settings: Partial<Pick<Settings, 'prediction' | 'rare'>>): void {
    const { form } = this.#studio;
    form.take(settings);
    this.#overrules.keep(form.settings.current.model, $state.snapshot(form.settings.current));
  }
}
