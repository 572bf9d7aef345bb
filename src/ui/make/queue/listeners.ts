import type { Order } from '../../album/stored';
import type { Result } from '../../album/result';
import type { Ending } from '../../run/runner.svelte';

/** How an order has ended: drawn, cancelled, failed, or taken out before it began. */
export type Outcome = Ending | { readonly kind: 'removed' };

/** Told of the orders of a group. An order that was removed may be brought back, and then ends again. */
export interface OrderListener {
  made?(result: Result, order: Order): void;
  ended?(order: Order, outcome: Outcome): void;
}

/** Tells whoever wants to know what becomes of orders. */
export class OrderListeners {
  readonly #followers = new Map<string, Set<OrderListener>>();
  #waiters: readonly { readonly left: Set<string>; readonly told: OrderListener }[] = [];

  /** Tells a listener of a group's orders. @returns a function that ends this. */
  follow(group: string, listener: OrderListener): () => void {
    const all = this.#followers.get(group) ?? new Set();
    this.#followers.set(group, all.add(listener));
    return () => void all.delete(listener);
  }

  /** Resolves with the pictures of these orders when all of them have ended. */
  results(ids: readonly string[]): Promise<readonly Result[]> {
    const results: Result[] = [];
    const left = new Set(ids);
    if (left.size === 0) return Promise.resolve(results);
    return new Promise((resolve) => {
      const ended = ({ id }: Order): void => {
        left.delete(id);
        if (left.size === 0) resolve(results);
      };
      this.#waiters = [...this.#waiters, { left, told: { made: (result) => results.push(result), ended } }];
    });
  }

  made(order: Order, result: Result): void {
    this.#tell(order, (told) => told.made?.(result, order));
  }

  ended(order: Order, outcome: Outcome): void {
    this.#tell(order, (told) => told.ended?.(order, outcome));
    this.#waiters = this.#waiters.filter(({ left }) => left.size > 0);
  }

  #tell({ id, group }: Order, tell: (told: OrderListener) => void): void {
    const waiters = this.#waiters.filter(({ left }) => left.has(id)).map(({ told }) => told);
    const followers = (group && this.#followers.get(group.id)) ?? [];
    for (const told of [...waiters, ...followers]) tell(told);
  }
}
