/** Hands the chosen files to a worker for each net, and what comes out of it to the benchmark. */
import type { Opening, Order, PeerPage, Reply } from './ask';

declare global {
  interface Window {
    peer: PeerPage;
  }
}

const workers = new Map<string, Worker>();

function named(name: string): Worker {
  const worker = workers.get(name);
  if (!worker) throw new Error(`${name} is not open`);
  return worker;
}

async function ask(worker: Worker, order: Order): Promise<Exclude<Reply, { error: string }>> {
  const reply = await new Promise<Reply>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Reply>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(order);
  });
  if ('error' in reply) throw new Error(reply.error);
  return reply;
}

window.peer = {
  async open(name, opening: Opening) {
    const worker = new Worker(new URL('./peer.worker.ts', import.meta.url), { type: 'module' });
    workers.set(name, worker);
    const files = [...(document.querySelector('input')?.files ?? [])];
    const reply = await ask(worker, { open: opening, files });
    if (!('opened' in reply)) throw new Error('it answered out of turn');
    return reply.opened;
  },
  async run(name) {
    const reply = await ask(named(name), { run: true });
    if (!('milliseconds' in reply)) throw new Error('it answered out of turn');
    return reply.milliseconds;
  },
  async shares(name) {
    const reply = await ask(named(name), { shares: true });
    if (!('shares' in reply)) throw new Error('it answered out of turn');
    return reply.shares;
  },
  close(name) {
    workers.get(name)?.terminate();
    workers.delete(name);
  },
};
