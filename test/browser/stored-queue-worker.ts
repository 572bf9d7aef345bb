/** Has runs wait in a worker of its own: one that is terminated lets its locks go, as a tab that is closed. */
import { AlbumDatabase } from '../../src/ui/album/database/album-database';
import type { Order } from '../../src/ui/album/stored';

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
  const database = new AlbumDatabase(name);
  await database.queue.put(
    orders,
    orders.map(({ id }) => id),
  );
  for (const { sequence, gone } of work) await database.queue.keep(sequence, gone);
  postMessage('done');
}
