import { getIn } from '../../../weights/db';
import type { Order } from '../stored';
import type { EntryStore } from './entry-store';
import type { StoredInputs } from './stored-inputs';
import { inputsOf, under, type RunEntry } from './layout';
import type { Inputs } from '../../paint/inputs';

/** A run as it is stored. */
type OrderEntry = Omit<Order, 'inputs' | 'id'> & Pick<RunEntry, 'desk'>;

/**
 * Queued runs. Each tab has its own sequence; that of a closed tab passes to the next tab that looks. It moves in one
 * transaction, so that no run is in two sequences.
 */
export class StoredQueue {
  readonly #entries: EntryStore;
  readonly #inputs: StoredInputs;

  constructor(entries: EntryStore, inputs: StoredInputs) {
    this.#entries = entries;
    this.#inputs = inputs;
  }

  /** Takes this tab's queue, and those that closed tabs left. */
  async take(): Promise<readonly Order[]> {
    const keys = await this.#entries.keys(under('queue'));
    const tabs = keys.map(([, tab]) => String(tab));
    const own = await this.#inputs.tab();
    const living = await this.#inputs.living(tabs);
    const left = [own, ...tabs.filter((tab) => tab !== own && !living.includes(tab))];
    const sequence: string[] = [];
    await this.#entries.write((store) => {
      for (const tab of left) {
        const ids = getIn<string[]>(store, ['queue', tab]);
        ids.onsuccess = () => {
          sequence.push(...(ids.result ?? []));
          store.delete(['queue', tab]);
          if (tab === left.at(-1) && sequence.length > 0) store.put(sequence, ['queue', own]);
        };
      }
    });
    const found = await this.#entries.readMany<OrderEntry>(sequence.map((id) => ['waiting', id]));
    const orders = sequence.flatMap((id, i) => (found[i] ? [{ ...found[i], id }] : []));
    const inputs = await this.#entries.wholes<Inputs>(orders.map(({ desk }) => desk));
    return orders.map(({ desk: _, ...order }, i) => ({ ...order, inputs: inputsOf(inputs[i]!) })); // one for one
  }

  /** Adds runs. @param sequence the ids of all that wait, the next one first. */
  async put(orders: readonly Order[], sequence: readonly string[]): Promise<void> {
    const tab = await this.#inputs.tab();
    await this.#entries.write((store) => {
      for (const { id, inputs, ...order } of orders) {
        const desk = this.#entries.named(inputs, store);
        store.put({ ...order, desk } satisfies OrderEntry, ['waiting', id]);
      }
      store.put(sequence, ['queue', tab]);
    });
  }

  /** Stores the order of the queue. @param gone the ids of runs that no longer wait. */
  async keep(sequence: readonly string[], gone: readonly string[] = []): Promise<void> {
    const tab = await this.#inputs.tab();
    await this.#entries.write((store) => {
      for (const id of gone) store.delete(['waiting', id]);
      if (sequence.length > 0) store.put(sequence, ['queue', tab]);
      else store.delete(['queue', tab]);
    });
  }
}
