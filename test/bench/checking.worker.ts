/** Loads a stored UNet in a worker, as the engine does: weights are read synchronously, which only workers can. */
import { judge } from '../../src/engine/files/judge';
import { unetGraph } from '../../src/nets/graphs';
import { inspect } from '../../src/pipeline/files/inspect';
import { wasmMachine } from '../../src/runtime/device';
import { loadOrt } from '../../src/runtime/ort';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { segmentsOf } from '../../src/weights/segments';
import { openStored, removeStored, store } from '../../src/weights/store/store';
import { storedSource } from '../../src/weights/store/stored';

/** Milliseconds of each round. */
export interface Times {
  readonly compared: readonly number[];
  readonly blind: readonly number[];
}

async function timesOf(file: Blob, rounds: number): Promise<Times> {
  const header = await readHeader(file);
  const run = store(file, segmentsOf(header), { file: 'bench', extra: {} }, new AbortController().signal);
  let step = await run.next();
  while (!step.done) step = await run.next();
  const { id } = step.value;
  const machine = wasmMachine(new Sessions(await loadOrt()));
  const { model, tensors } = inspect(header);
  const graph = unetGraph({ model, tensors }, machine.target(), { batch: 2, h: 12, w: 12 });
  const opened = await openStored(id);
  const open = async (compared: boolean): Promise<number> => {
    const { check, ...blind } = storedSource(opened, judge, new Set());
    const source = { ...blind, ...(compared && check && { check }) };
    const start = performance.now();
    const net = await machine.sessions.open(graph, { tensors, source }, machine.openDevice);
    const milliseconds = performance.now() - start;
    await net.release();
    return milliseconds;
  };
  const times = { compared: [] as number[], blind: [] as number[] };
  await open(false);
  for (let i = 0; i < rounds; i++) {
    times.compared.push(await open(true));
    times.blind.push(await open(false));
  }
  await removeStored(id);
  return times;
}

self.onmessage = async ({ data: { file, rounds } }: MessageEvent<{ file: Blob; rounds: number }>) => {
  self.postMessage(await timesOf(file, rounds));
};
// A failure that nobody waits for is one of the worker, which the page is told.
self.onunhandledrejection = ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
};
