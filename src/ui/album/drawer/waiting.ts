/**
 * Queued runs. Each tab has its own sequence; that of a closed tab passes to the next tab that looks. It moves in one
 * transaction, so that no run is in two sequences.
 */
import { getIn } from '../../../weights/db';
import type { Order } from '../kept';
import type { Database } from './database';
import type { Desks } from './desks';
import { deskOf, under, type NamedErrand } from './layout';
import type { Desk } from '../../paint/desk';

/** With the names of its desk's pictures. */
type NamedOrder = Omit<Order, 'desk' | 'id'> & Pick<NamedErrand, 'desk'>;

export class Waiting {
  readonly #database: Database;
  readonly #desks: Desks;

  constructor(database: Database, desks: Desks) {
    this.#database = database;
    this.#desks = desks;
  }

  /** Takes this tab's queue, and those that closed tabs left. */
  async take(): Promise<readonly Order[]> {
    const keys = await this.#database.keys(under('queue'));
    const tabs = keys.map(([, tab]) => String(tab));
    const own = await this.#desks.tab();
    const living = await this.#desks.living(tabs);
    const left = [own, ...tabs.filter((tab) => tab !== own && !living.includes(tab))];
    const sequence: string[] = [];
    await this.#database.write((store) => {
      for (const tab of left) {
        const ids = getIn<string[]>(store, ['queue', tab]);
        ids.onsuccess = () => {
          sequence.push(...(ids.result ?? []));
          store.delete(['queue', tab]);
          if (tab === left.at(-1) && sequence.length > 0) store.put(sequence, ['queue', own]);
        };
      }
    });
    const found = await this.#database.readMany<NamedOrder>(sequence.map((id) => ['waiting', id]));
    const orders = sequence.flatMap((id, i) => (found[i] ? [{ ...found[i], id }] : []));
    const desks = await this.#database.wholes<Desk>(orders.map(({ desk }) => desk));
    return orders.map((order, i) => ({ ...order, desk: deskOf(desks[i]!) })); // one for one
  }

  /** Adds runs. @param sequence the ids of all that wait, the next one first. */
  async put(orders: readonly Order[], sequence: readonly string[]): Promise<void> {
    const tab = await this.#desks.tab();
    await this.#database.write((store) => {
      for (const { id, ...order } of orders) {
        const desk = this.#database.named(order.desk, store);
        store.put({ ...order, desk } satisfies NamedOrder, ['waiting', id]);
      }
      store.put(sequence, ['queue', tab]);
    });
  }

  /** Stores the order of the queue. @param gone the ids of runs that no longer wait. */
  async keep(sequence: readonly string[], gone: readonly string[] = []): Promise<void> {
    const tab = await this.#desks.tab();
    await this.#database.write((store) => {
      for (const id of gone) store.delete(['waiting', id]);
      if (sequence.length > 0) store.put(sequence, ['queue', tab]);
      else store.delete(['queue', tab]);
    });
  }
}
