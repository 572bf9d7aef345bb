import { marginsOf } from '../../canvas/frame';
import type { Order } from '../album/kept';
import type { Result } from '../album/result';
import type { Units } from '../control/units.svelte';
import type { Changes } from '../controls/changes.svelte';
import type { Original } from '../files/picture';
import type { Desk } from '../paint/desk';
import type { Workplace } from '../paint/workplace.svelte';
import type { References } from '../reference/references.svelte';
import type { Form } from '../settings/form.svelte';
import { withBatch, type Mode, type Settings } from '../settings/settings';
import { words } from '../words/language.svelte';
import type { View } from './view.svelte';

/** The table that things are put back on. */
interface Table {
  readonly form: Form;
  readonly place: Workplace;
  readonly units: Units;
  readonly references: References;
  readonly changes: Changes;
  readonly view: View;
  begin(original: Original): void;
  lay(desk: Desk): void;
}

/** What was set before. */
interface Before {
  readonly mode: Mode;
  readonly settings: Settings;
  readonly controls: Units['all'];
  readonly references: References['all'];
}

/** What made a picture, or is to make one, taken up again. */
export class Reuse {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** The seed of a picture, by default of the one that is shown. */
  seed(of = this.#table.view.shown): void {
    if (!of) return;
    const { form, changes } = this.#table;
    const { seed, batch } = of.job;
    const { seed: seedBefore, rare } = $state.snapshot(form.settings.current);
    form.take({ seed: String(seed), rare: withBatch(rare, batch) });
    changes.add({
      words: words.changes.seedTaken(String(seed)),
      undo: () => form.take({ seed: seedBefore, rare }),
    });
  }

  /** The prompts of a picture, as they were drawn: with the words of styles in them. */
  prompts({ job }: Result): void {
    const { form, changes } = this.#table;
    const { prompt, negative, styles } = $state.snapshot(form.settings.current);
    form.take({ prompt: job.prompt, negative: job.negative, styles: [] });
    changes.add({
      words: words.changes.promptTaken,
      undo: () => form.take({ prompt, negative, styles }),
    });
  }

  /** Everything that made the shown picture, except the model. */
  settings(): void {
    const { form, place: table, units, references: seen, view } = this.#table;
    if (!view.shown) return;
    const { settings, mode, original, controls = [], references, place, itself } = view.shown;
    const { model, backend, count } = form.settings.current;
    const before = this.#now();
    table.mode = mode;
    if (original && original !== table.source.current) this.#table.begin(original);
    if (mode === 'outpaint' && place) table.frame.pull(marginsOf(place, itself));
    units.lay(controls);
    seen.lay(references);
    form.take({ ...settings, model, backend, count });
    form.settleAll();
    this.#table.changes.add({ words: words.changes.settingsTaken, undo: () => this.#back(before) });
  }

  /**
   * Everything of an order that waits, which goes on doing so.
   * @param select chooses a model by its id.
   */
  order({ settings, desk }: Order, select: (model: string) => void): void {
    const { form, place, units, references, changes } = this.#table;
    const before = this.#now();
    select(settings.model);
    if (desk.original !== place.source.current) this.#table.lay(desk);
    else {
      // What was painted on it meanwhile can be had back on the canvas.
      place.mode = desk.mode;
      if (desk.mask) place.board.take(desk.mask);
      place.frame.pull(desk.margins);
      units.lay(desk.controls ?? []);
      references.lay(desk.references);
    }
    form.take({ ...settings, model: form.settings.current.model });
    form.settleAll();
    changes.add({
      words: words.queue.settingsTaken,
      undo: () => {
        select(before.settings.model);
        this.#back(before);
      },
    });
  }

  #now(): Before {
    const { form, place, units, references } = this.#table;
    return {
      mode: place.mode,
      settings: $state.snapshot(form.settings.current),
      controls: units.all,
      references: references.all,
    };
  }

  /** All but the picture: that another one took its place can be undone by itself. */
  #back({ mode, settings, controls, references }: Before): void {
    const { form, place, units, references: seen } = this.#table;
    place.mode = mode;
    units.lay(controls);
    seen.lay(references);
    form.take(settings);
  }
}
