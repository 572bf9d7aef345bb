/**
 * What it costs to load a stored UNet with every byte compared with what was stored, beside loading it blindly, in one
 * run. Prints, and fails nothing. `npm run bench`
 */
import { expect, it } from 'vitest';
import { judge } from '../../src/engine/judge';
import { unetGraph } from '../../src/nets/graphs';
import { inspect } from '../../src/pipeline/inspect';
import { wasmMachine } from '../../src/runtime/device';
import { loadOrt } from '../../src/runtime/ort';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { segmentsOf } from '../../src/weights/segments';
import { openStored, removeStored, store } from '../../src/weights/store';
import { storedSource } from '../../src/weights/stored';

const ROUNDS = 7;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

it('loading with and without a look at every byte', async () => {
  const file = await (await fetch('/models/mini-sd.safetensors')).blob();
  const header = await readHeader(file);
  const run = store(file, segmentsOf(header), { file: 'bench', extra: {} }, new AbortController().signal);
  let step = await run.next();
  while (!step.done) step = await run.next();
  const { id } = step.value;
  const machine = wasmMachine(new Sessions(await loadOrt()));
  const { model, tensors } = inspect(header);
  const size = { batch: 2, h: 12, w: 12 };
  const graph = unetGraph({ model, tensors }, machine.target(), size);
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
  for (let i = 0; i < ROUNDS; i++) {
    times.compared.push(await open(true));
    times.blind.push(await open(false));
  }
  const [compared, blind] = [median(times.compared), median(times.blind)];
  console.info(
    `${(file.size / 1e6).toFixed(0)} MB: compared ${compared.toFixed(0)} ms / blind ${blind.toFixed(0)} ms = ${(compared / blind).toFixed(2)}`,
  );
  await removeStored(id);
  expect(times.blind).toHaveLength(ROUNDS);
});
