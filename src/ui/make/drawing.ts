/** Orders are drawn: what the queue has done, by whom and with which model. */
import { DrobeError } from '../../errors';
import type { DeviceInfo } from '../../engine/api';
import type { Errand, Order, Unfinished } from '../album/kept';
import type { Result } from '../album/result';
import { isUsable, type UsableModel } from '../models/entries';
import type { Loans } from '../models/loans.svelte';
import { jobOf } from '../settings/job';
import { make, type Telling, type Workshop } from './make';
import type { Ordering } from './ordering.svelte';
import type { Hands } from './queue/queue.svelte';
import { netsAhead, type Readiness } from './readiness.svelte';
import type { Ending } from '../run/runner.svelte';

/** Where orders come from. */
interface Table {
  readonly model: UsableModel | null;
  readonly device: DeviceInfo | null;
  readonly loans: Loans;
  readonly readiness: Readiness;
  readonly ordering: Ordering;
}

export class Drawing implements Hands {
  readonly #table: Table;
  readonly #workshop: Workshop;
  readonly #made: (result: Result) => void;

  /** @param made told of each picture. */
  constructor(table: Table, workshop: Workshop, made: (result: Result) => void) {
    this.#table = table;
    this.#workshop = workshop;
    this.#made = made;
  }

  async draw(order: Order, telling: Telling, before?: Unfinished): Promise<Ending> {
    const { settings, desk } = order;
    const model = this.#modelOf(order);
    if (!model) return this.#fail(order, new DrobeError('model-gone', { model: settings.model }));
    const { device, loans, readiness } = this.#table;
    readiness.opened(netsAhead(model, device, settings, loans.of(model.id), desk));
    const made = (result: Result): void => {
      this.#made(result);
      telling.made(result);
    };
    return make(order, model, this.#workshop, { ...telling, made }, before);
  }

  rest(): void {
    this.#workshop.runner.rest();
  }

  next(): Errand | null {
    return this.#table.ordering.next();
  }

  get endless(): boolean {
    return this.#table.ordering.endless;
  }

  wait(orders: readonly Order[], sequence: readonly string[]): Promise<void> {
    return this.#workshop.album.waits.add(orders, sequence);
  }

  resequence(sequence: readonly string[], gone: readonly string[]): Promise<void> {
    return this.#workshop.album.waits.keep(sequence, gone);
  }

  get unkept(): DrobeError | null {
    return this.#workshop.album.failure;
  }

  /** As a run that fails at once. */
  #fail({ settings }: Order, error: DrobeError): Promise<Ending> {
    const first = { job: jobOf(settings, null), number: 1, of: settings.count };
    return this.#workshop.runner.through(settings.model, first, () => Promise.reject(error));
  }

  /** The model that an order is drawn with, as far as it is at hand. */
  #modelOf({ settings }: Order): UsableModel | null {
    const { model } = this.#table;
    if (model?.id === settings.model) return model;
    const found = this.#workshop.here().find(({ id }) => id === settings.model);
    return found && isUsable(found) ? found : null;
  }
}
