import { settingsFrom } from '../settings/mend';
import type { Order } from './stored';
import type { Storing } from './storing.svelte';

/** Stores the queue. */
export class QueueStorage {
  readonly #storing: Storing;

  constructor(storing: Storing) {
    this.#storing = storing;
  }

  /** Reads what earlier visits left. */
  async open(): Promise<readonly Order[]> {
    const found = await this.#storing.attempt((database) => database.queue.take());
    return (found ?? []).map((order) => ({ ...order, settings: settingsFrom(order.settings) }));
  }

  /** Adds runs. @param sequence the ids of all that wait, the next one first. */
  async add(orders: readonly Order[], sequence: readonly string[]): Promise<void> {
    await this.#storing.attempt((database) => database.queue.put(orders, sequence));
  }

  /** Stores the order of the queue. @param gone the ids of runs that no longer wait. */
  async keep(sequence: readonly string[], gone: readonly string[]): Promise<void> {
    await this.#storing.attempt((database) => database.queue.keep(sequence, gone));
  }
}
