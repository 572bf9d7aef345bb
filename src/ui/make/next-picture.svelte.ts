import { untrack } from 'svelte';
import type { Units } from '../control/units.svelte';
import type { Loans } from '../models/loans.svelte';
import type { Workplace } from '../paint/workplace.svelte';
import type { References } from '../reference/references.svelte';
import type { Runner } from '../run/runner.svelte';
import { jobOf } from '../settings/job';
import type { Persisted } from '../settings/persisted.svelte';
import type { Settings } from '../settings/settings';
import type { ChosenModel } from './chosen.svelte';
import type { Device } from './device.svelte';
import { netsAhead, type Readiness } from './readiness.svelte';

/** What it uses of the studio. */
interface StudioParts {
  readonly chosen: ChosenModel;
  readonly device: Device;
  readonly settings: Persisted<Settings>;
  readonly place: Workplace;
  readonly units: Units;
  readonly references: References;
  readonly loans: Loans;
  readonly readiness: Readiness;
}

/** The picture that would be drawn next: its nets are opened ahead. */
export class NextPicture {
  readonly #studio: StudioParts;
  readonly #runner: Runner;
  /** Identifies its nets and their sizes; empty where they are not to be opened ahead. */
  readonly #nets = $derived.by(() => {
    const { chosen, device, settings, place, units, references, loans } = this.#studio;
    const model = chosen.current;
    if (!model) return '';
    const inputs = { mode: place.mode, controls: units.all, references: references.all };
    return netsAhead(model, device.current, settings.current, loans.of(model.id), inputs);
  });
  readonly #ahead = $derived.by(() => (this.#runner.run.kind === 'running' ? '' : this.#nets));

  constructor(studio: StudioParts, runner: Runner) {
    this.#studio = studio;
    this.#runner = runner;
  }

  /** To be called in an effect: has the nets opened a moment after the model or its settings were changed. */
  getReady(): (() => void) | undefined {
    const nets = this.#ahead;
    if (nets === '') return undefined;
    return untrack(() => {
      const { settings, loans, readiness } = this.#studio;
      const chosen = $state.snapshot(settings.current);
      const job = jobOf({ ...chosen, parts: loans.of(chosen.model) }, null);
      const savings = this.#runner.savingsFor(job);
      return readiness.for(nets, { ...job, ...(savings && { savings }) });
    });
  }
}
