import type { Result } from '../../album/result';
import { tileNets } from '../../control/tiles';
import { chosenUpscaler, type UsableModel } from '../../models/entries';
import type { Loans } from '../../models/loans.svelte';
import type { Desk } from '../../paint/desk';
import type { Form } from '../../settings/form.svelte';
import { makeLarger } from './enlarge';
import type { Workshop } from '../make';
import type { Queue } from '../queue/queue.svelte';
import { redrawLarger, redrawWish } from './redraw';
import type { View } from '../view.svelte';

/** The table that its pictures lie on. */
interface Table {
  readonly model: UsableModel | null;
  readonly form: Form;
  readonly loans: Loans;
  readonly view: View;
  readonly desk: Desk;
  readonly queue: Queue;
}

/** Makes the picture that is shown larger, and draws it anew in tiles where that is chosen. */
export class Larger {
  readonly #table: Table;
  readonly #workshop: Workshop;
  readonly #made: (result: Result) => void;
  /** What makes finished pictures larger; null where nothing does. */
  readonly upscaler = $derived.by(() =>
    chosenUpscaler(this.#workshop.here(), this.#table.form.settings.current.upscaler),
  );
  /** Nets that may be shown the tiles of a picture that is drawn anew. */
  readonly tileNets = $derived.by(() => {
    const { model } = this.#table;
    return model ? tileNets(this.#workshop.here(), model.facts) : [];
  });

  /** @param made told of each picture. */
  constructor(table: Table, workshop: Workshop, made: (result: Result) => void) {
    this.#table = table;
    this.#workshop = workshop;
    this.#made = made;
  }

  /** What keeps it from beginning is said. */
  async enlarge(): Promise<void> {
    const { view, form, desk, queue } = this.#table;
    const { runner } = this.#workshop;
    const { shown } = view;
    if (!shown || queue.working) return;
    const { redraw, backend } = form.settings.current;
    if (redraw) await this.#redraw(shown);
    else if (!this.upscaler) runner.news = { kind: 'no-upscaler' };
    else {
      const { upscaler } = this;
      view.watch();
      await queue.meanwhile(() => makeLarger(shown, upscaler, backend, desk, this.#workshop, this.#made));
    }
  }

  async #redraw(result: Result): Promise<void> {
    const { model, form, loans, view, desk, queue } = this.#table;
    if (!model) return;
    if (model.facts.kind === 'instruct') {
      this.#workshop.runner.news = { kind: 'obstacle', obstacle: 'only-instruct' };
      return;
    }
    form.settleAll();
    const chosen = { ...$state.snapshot(form.settings.current), parts: loans.of(model.id) };
    const wish = redrawWish(chosen, model, this.upscaler, this.#workshop.here());
    view.watch();
    await queue.meanwhile(() => redrawLarger(result, model, wish, desk, this.#workshop, this.#made));
  }
}
