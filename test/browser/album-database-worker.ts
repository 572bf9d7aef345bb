/** Begins a run in a worker of its own: one that is terminated lets its locks go, as a page that is killed. */
import { AlbumDatabase } from '../../src/ui/album/database/album-database';
import type { RunRequest, UnfinishedRun } from '../../src/ui/album/stored';

export interface Order {
  readonly name: string;
  readonly request: RunRequest;
  readonly steps: readonly UnfinishedRun['known'][];
  readonly before?: UnfinishedRun;
}

addEventListener('message', ({ data }: MessageEvent<Order>) => void work(data));

async function work({ name, request, steps, before }: Order): Promise<void> {
  const begun = await new AlbumDatabase(name).runs.begin(request, before);
  for (const answers of steps) await begun.step(answers);
  postMessage('done');
}
