import { marginsOf } from '../../canvas/frame';
import type { RunRequest } from '../album/stored';
import type { Result } from '../album/result';
import type { Units } from '../control/units.svelte';
import type { Changes } from '../controls/changes.svelte';
import type { Original } from '../files/picture';
import type { Inputs } from '../paint/inputs';
import type { Workplace } from '../paint/workplace.svelte';
import type { References } from '../reference/references.svelte';
import type { Form } from '../settings/form.svelte';
import { RANDOM, withBatch, type Mode, type Settings } from '../settings/settings';
import { words } from '../words/language.svelte';
import type { View } from './view.svelte';

/** What it uses of the studio. */
interface StudioParts {
  readonly form: Form;
  readonly place: Workplace;
  readonly units: Units;
  readonly references: References;
  readonly changes: Changes;
  readonly view: View;
  begin(original: Original): void;
  restore(inputs: Inputs): void;
}

/** What was set before, for undo. */
interface Before {
  readonly mode: Mode;
  readonly settings: Settings;
  readonly controls: Units['all'];
  readonly references: References['all'];
}

/** Takes settings of a picture, or of an order that waits, back into the form. */
export class Reuse {
  readonly #studio: StudioParts;
  /** The seed that gave way to random ones, and the picture that was in view then. */
  #fixed: { readonly seed: string; readonly shown: Result | null } | null = null;

  constructor(studio: StudioParts) {
    this.#studio = studio;
  }

  /** Takes the seed of a picture, by default of the one in view. */
  seed(of = this.#studio.view.shown): void {
    if (!of) return;
    const { form, changes } = this.#studio;
    const { seed, batch } = of.job;
    const { seed: seedBefore, rare } = $state.snapshot(form.settings.current);
    form.take({ seed: String(seed), rare: withBatch(rare, batch) });
    changes.add({
      words: words.changes.seedTaken(String(seed)),
      undo: () => form.take({ seed: seedBefore, rare }),
    });
  }

  /** Has each run draw a new seed; or keeps one: that of the picture in view or, as long as that is the same, the one before. */
  toggleRandom(): void {
    const { form, view } = this.#studio;
    const { seed } = form.settings.current;
    const { shown } = view;
    if (seed !== RANDOM) {
      this.#fixed = { seed, shown };
      form.typeSeed('seed', RANDOM);
    } else if (this.#fixed?.shown === shown) form.typeSeed('seed', this.#fixed.seed);
    else form.typeSeed('seed', shown ? String(shown.job.seed) : '0');
  }

  /** Takes the prompts of a picture as they were drawn, with the words of styles in them. */
  prompts({ job }: Result): void {
    const { form, changes } = this.#studio;
    const { prompt, negative, styles } = $state.snapshot(form.settings.current);
    form.take({ prompt: job.prompt, negative: job.negative, styles: [] });
    changes.add({
      words: words.changes.promptTaken,
      undo: () => form.take({ prompt, negative, styles }),
    });
  }

  /** Takes everything that made the picture in view, except the model. */
  settings(): void {
    const { form, place: workplace, units, references: seen, view } = this.#studio;
    if (!view.shown) return;
    const { settings, mode, original, controls = [], references, place, itself } = view.shown;
    const { model, backend, count } = form.settings.current;
    const before = this.#now();
    workplace.enter(mode);
    if (original && original !== workplace.source.current) this.#studio.begin(original);
    if (mode === 'outpaint' && place) workplace.frame.pull(marginsOf(place, itself));
    units.restore(controls);
    seen.restore(references);
    form.take({ ...settings, model, backend, count });
    form.settleAll();
    this.#studio.changes.add({ words: words.changes.settingsTaken, undo: () => this.#back(before) });
  }

  /**
   * Takes everything of an order in the queue, which stays there.
   * @param select chooses a model by its id.
   */
  order({ settings, inputs }: RunRequest, select: (model: string) => void): void {
    const undo = this.#take({ settings, inputs }, select);
    this.#studio.changes.add({ words: words.queue.settingsTaken, undo });
  }

  /** Takes everything of a run that is gone on with, but for its seed where random ones are chosen, and its number. */
  run({ settings, inputs }: RunRequest, select: (model: string) => void): void {
    const { form, changes } = this.#studio;
    const { seed, count, rare } = form.settings.current;
    const before = this.#told;
    const undo = this.#take(
      {
        settings: {
          ...settings,
          count,
          ...(seed === RANDOM && { seed, rare: withBatch(settings.rare, rare.batch) }),
        },
        inputs,
      },
      select,
    );
    // Whoever goes on with what was just cancelled loses nothing.
    if (this.#told !== before) changes.add({ words: words.queue.settingsTaken, undo });
  }

  /** What is set, to be compared. */
  get #told(): string {
    const { mode, settings, controls, references } = this.#now();
    const all = [...controls, ...references].map(({ key: _, picture, ...own }) => [own, picture?.name]);
    return JSON.stringify([mode, Object.entries(settings).toSorted(), all]);
  }

  /** @returns a function that puts all back but the picture. */
  #take({ settings, inputs }: RunRequest, select: (model: string) => void): () => void {
    const { form } = this.#studio;
    const before = this.#now();
    select(settings.model);
    this.#studio.restore(inputs);
    form.take({ ...settings, model: form.settings.current.model });
    form.settleAll();
    return () => {
      select(before.settings.model);
      this.#back(before);
    };
  }

  #now(): Before {
    const { form, place, units, references } = this.#studio;
    return {
      mode: place.mode,
      settings: $state.snapshot(form.settings.current),
      controls: units.all,
      references: references.all,
    };
  }

  /** Puts all back but the picture: replacing that has an undo of its own. */
  #back({ mode, settings, controls, references }: Before): void {
    const { form, place, units, references: seen } = this.#studio;
    place.mode = mode;
    units.restore(controls);
    seen.restore(references);
    form.take(settings);
  }
}
