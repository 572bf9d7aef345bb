/** Imports a file in a worker of its own: terminated, it stops wherever it is, as a page that is killed. */
import type { Segment } from '../../src/weights/segments';
import { store } from '../../src/weights/store/store';

export interface Import {
  readonly file: Blob;
  readonly segments: readonly Segment[];
}

self.onmessage = async ({ data: { file, segments } }: MessageEvent<Import>) => {
  const run = store(file, segments, { file: 'killed.safetensors', extra: {} }, new AbortController().signal);
  for await (const { doneBytes } of run) self.postMessage(doneBytes);
  self.postMessage('done');
};
