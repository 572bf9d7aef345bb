import type { ModelFacts } from '../../engine/api';
import type { UsableModel } from '../models/entries';
import type { Workplace } from '../paint/workplace.svelte';
import type { Form } from '../settings/form.svelte';
import { boundToModel, defaultsOf } from '../settings/job';
import { overruled, Overrules } from '../settings/overrules.svelte';
import type { KeyValueStorage } from '../settings/persisted.svelte';
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
  /** The settings that went with each model of this visit, when it was left. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing shows it
  readonly #left = new Map<string, ReturnType<typeof boundToModel>>();

  constructor(studio: StudioParts, storage: KeyValueStorage | null) {
    this.#studio = studio;
    this.#overrules = new Overrules(storage);
  }

  /**
   * Takes a model; prompt and seed stay. What it and the model before it come with alike (size, steps, sampler…) stays as it is
   * set, too; the rest is as the model was left in this visit, or else its own.
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
    const left = this.#left.get(model.id);
    const restored = back ? left : undefined;
    let keepsSize = restored !== undefined;
    if (isOther) {
      this.#left.set(current.model, $state.snapshot(boundToModel(current)));
      const replaced = before?.id === current.model ? replacedBy(before.facts, model.facts) : choices;
      const own = overruled(current, this.#overrules.of(model.id));
      const settings = { ...defaultsOf(model.facts), ...left };
      const taken = replaced.flat().map((name) => [name, settings[name]] as const);
      form.take(restored ?? { ...(Object.fromEntries(taken) as Partial<Settings>), ...own, model: model.id });
      if (replaced.includes(SIZE)) place.forgetSizes();
      else keepsSize = true;
    }
    if ((!before || isOther) && !keepsSize && place.mode !== 'text') place.suitSize();
    form.settleAll();
  }

  /** Settings that replace what the model says it predicts, now and whenever it is chosen again. */
  overrule(settings: Partial<Pick<Settings, 'prediction' | 'rare'>>): void {
    const { form } = this.#studio;
    form.take(settings);
    this.#overrules.keep(form.settings.current.model, $state.snapshot(form.settings.current));
  }
}

const SIZE = ['width', 'height'] as const;

/** What models come with, as it is chosen: a sampler with its schedule. */
const choices = [SIZE, ['steps'], ['guidance'], ['sampler', 'schedule'], ['spacing']] as const;

/** What is another choice with the second model than with the first. */
function replacedBy(one: ModelFacts, other: ModelFacts): readonly (typeof choices)[number][] {
  const [ones, others] = [defaultsOf(one), defaultsOf(other)];
  return choices.filter((names) => names.some((name) => ones[name] !== others[name]));
}
