/** Hands the chosen file to a worker, as the app does, and what comes out of it to the benchmark. */
import type { Request, Reply, Recording } from './numbers.worker';

declare global {
  interface Window {
    record(asked: Omit<Request, 'file'>): Promise<Recording>;
  }
}

window.record = async (asked) => {
  const file = document.querySelector('input')?.files?.[0];
  if (!file) throw new Error('choose a checkpoint first');
  const worker = new Worker(new URL('./numbers.worker.ts', import.meta.url), { type: 'module' });
  const reply = await new Promise<Reply>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Reply>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ file, ...asked } satisfies Request);
  });
  worker.terminate();
  if ('error' in reply) throw new Error(reply.error);
  return reply.recording;
};
