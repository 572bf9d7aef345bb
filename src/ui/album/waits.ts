/** Runs that wait are remembered while they do. */
import { settingsFrom } from '../settings/mend';
import type { Order } from './kept';
import type { Storing } from './storing.svelte';

export class Waits {
  readonly #storing: Storing;

  constructor(storing: Storing) {
    this.#storing = storing;
  }

  /** Takes out what earlier visits left. */
  async open(): Promise<readonly Order[]> {
    const found = await this.#storing.attempt((drawer) => drawer.waiting.take());
    return (found ?? []).map((order) => ({ ...order, settings: settingsFrom(order.settings) }));
  }

  /** More runs wait. @param sequence the ids of all that do, the next one first. */
  async add(orders: readonly Order[], sequence: readonly string[]): Promise<void> {
    await this.#storing.attempt((drawer) => drawer.waiting.put(orders, sequence));
  }

  /** They wait in this sequence. @param gone the ids of those that do not any more. */
  async keep(sequence: readonly string[], gone: readonly string[]): Promise<void> {
    await this.#storing.attempt((drawer) => drawer.waiting.keep(sequence, gone));
  }
}
