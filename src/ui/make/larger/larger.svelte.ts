import type { Result } from '../../album/result';
import { tileNets } from '../../control/tiles';
import { chosenUpscaler, type UsableModel } from '../../models/entries';
import type { Loans } from '../../models/loans.svelte';
import type { Inputs } from '../../paint/inputs';
import type { Form } from '../../settings/form.svelte';
import { makeLarger } from './enlarge';
import type { RunTools } from '../make';
import type { Queue } from '../queue/queue.svelte';
import { redrawLarger, redrawWish } from './redraw';
import type { View } from '../view.svelte';

/** What it uses of the studio. */
interface StudioParts {
  readonly model: UsableModel | null;
  readonly form: Form;
  readonly loans: Loans;
  readonly view: View;
  readonly inputs: Inputs;
  readonly queue: Queue;
}

/** Enlarges the picture in view, and redraws it in tiles where that is chosen. */
export class Larger {
  readonly #studio: StudioParts;
  readonly #tools: RunTools;
  readonly #made: (result: Result) => void;
  /** The upscaler to use; null where there is none. */
  readonly upscaler = $derived.by(() =>
    chosenUpscaler(this.#tools.listModels(), this.#studio.form.settings.current.upscaler),
  );
  /** Tile ControlNets for the chosen model. */
  readonly tileNets = $derived.by(() => {
    const { model } = this.#studio;
    return model ? tileNets(this.#tools.listModels(), model.facts) : [];
  });

  /** @param made called with each picture. */
  constructor(studio: StudioParts, tools: RunTools, made: (result: Result) => void) {
    this.#studio = studio;
    this.#tools = tools;
    this.#made = made;
  }

  /** Enlarges the picture in view, or says why it cannot. */
  async enlarge(): Promise<void> {
    const { view, form, inputs, queue } = this.#studio;
    const { runner } = this.#tools;
    const { shown } = view;
    if (!shown || queue.working) return;
    const { redraw, backend } = form.settings.current;
    if (redraw) await this.#redraw(shown);
    else if (!this.upscaler) runner.news = { kind: 'no-upscaler' };
    else {
      const { upscaler } = this;
      view.watch();
      await queue.meanwhile(() => makeLarger(shown, upscaler, backend, inputs, this.#tools, this.#made));
    }
  }

  async #redraw(result: Result): Promise<void> {
    const { model, form, loans, view, inputs, queue } = this.#studio;
    if (!model) return;
    if (model.facts.kind === 'instruct') {
      this.#tools.runner.news = { kind: 'obstacle', obstacle: 'only-instruct' };
      return;
    }
    form.settleAll();
    const chosen = { ...$state.snapshot(form.settings.current), parts: loans.of(model.id) };
    const wish = redrawWish(chosen, model, this.upscaler, this.#tools.listModels());
    view.watch();
    await queue.meanwhile(() => redrawLarger(result, model, wish, inputs, this.#tools, this.#made));
  }
}
