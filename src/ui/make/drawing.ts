import { DrobeError } from '../../errors';
import type { RunRequest, Order, UnfinishedRun } from '../album/stored';
import type { Result } from '../album/result';
import { isUsable, type UsableModel } from '../models/entries';
import type { Loans } from '../models/loans.svelte';
import { jobOf } from '../settings/job';
import type { Device } from './device.svelte';
import { make, type RunListener, type RunTools } from './make';
import type { Ordering } from './ordering.svelte';
import type { QueueHost } from './queue/queue.svelte';
import { netsAhead, type Readiness } from './readiness.svelte';
import type { Ending } from '../run/runner.svelte';

/** What it uses of the studio. */
interface StudioParts {
  readonly model: UsableModel | null;
  readonly device: Device;
  readonly loans: Loans;
  readonly readiness: Readiness;
  readonly ordering: Ordering;
}

/** Draws the queue's orders: finds the model of each, and has its pictures made. */
export class Drawing implements QueueHost {
  readonly #studio: StudioParts;
  readonly #tools: RunTools;
  readonly #made: (result: Result) => void;

  /** @param made called with each picture. */
  constructor(studio: StudioParts, tools: RunTools, made: (result: Result) => void) {
    this.#studio = studio;
    this.#tools = tools;
    this.#made = made;
  }

  async draw(order: Order, listener: RunListener, before?: UnfinishedRun): Promise<Ending> {
    const { settings, inputs } = order;
    const model = this.#modelOf(order);
    if (!model) return this.#fail(order, new DrobeError('model-gone', { model: settings.model }));
    const { device, loans, readiness } = this.#studio;
    readiness.opened(netsAhead(model, device.current, settings, loans.of(model.id), inputs));
    const made = (result: Result): void => {
      this.#made(result);
      listener.made(result);
    };
    return make(order, model, this.#tools, { ...listener, made }, before);
  }

  rest(): void {
    this.#tools.runner.rest();
  }

  next(): RunRequest | null {
    return this.#studio.ordering.next();
  }

  get endless(): boolean {
    return this.#studio.ordering.endless;
  }

  get alike(): boolean {
    return this.#studio.ordering.alike;
  }

  wait(orders: readonly Order[], sequence: readonly string[]): Promise<void> {
    return this.#tools.album.waits.add(orders, sequence);
  }

  resequence(sequence: readonly string[], gone: readonly string[]): Promise<void> {
    return this.#tools.album.waits.keep(sequence, gone);
  }

  get unkept(): DrobeError | null {
    return this.#tools.album.failure;
  }

  /** A run that fails at once. */
  #fail({ settings }: Order, error: DrobeError): Promise<Ending> {
    const first = { job: jobOf(settings, null), number: 1, of: settings.count };
    return this.#tools.runner.through(settings.model, first, () => Promise.reject(error));
  }

  /** The model of an order; null where it is not here. */
  #modelOf({ settings }: Order): UsableModel | null {
    const { model } = this.#studio;
    if (model?.id === settings.model) return model;
    const found = this.#tools.listModels().find(({ id }) => id === settings.model);
    return found && isUsable(found) ? found : null;
  }
}
