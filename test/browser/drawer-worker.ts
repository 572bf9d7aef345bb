/** Begins a run in a worker of its own: one that is terminated lets its locks go, as a page that is killed. */
import { Drawer } from '../../src/ui/album/drawer/drawer';
import type { Errand, Unfinished } from '../../src/ui/album/kept';

export interface Order {
  readonly name: string;
  readonly errand: Errand;
  readonly steps: readonly Unfinished['known'][];
  readonly before?: Unfinished;
}

addEventListener('message', ({ data }: MessageEvent<Order>) => void work(data));

async function work({ name, errand, steps, before }: Order): Promise<void> {
  const begun = await new Drawer(name).errands.begin(errand, before);
  for (const answers of steps) await begun.step(answers);
  postMessage('done');
}
