/** Has runs wait in a worker of its own: one that is terminated lets its locks go, as a tab that is closed. */
import { Drawer } from '../../src/ui/album/drawer/drawer';
import type { Order } from '../../src/ui/album/kept';

/** From now on these wait. */
export interface Keeping {
  readonly sequence: readonly string[];
  readonly gone?: readonly string[];
}

export interface Visit {
  readonly name: string;
  readonly orders: readonly Order[];
  readonly work: readonly Keeping[];
}

addEventListener('message', ({ data }: MessageEvent<Visit>) => void visit(data));

async function visit({ name, orders, work }: Visit): Promise<void> {
  const drawer = new Drawer(name);
  await drawer.waiting.put(
    orders,
    orders.map(({ id }) => id),
  );
  for (const { sequence, gone } of work) await drawer.waiting.keep(sequence, gone);
  postMessage('done');
}
