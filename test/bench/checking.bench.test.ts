/**
 * What it costs to load a stored UNet with every byte compared with what was stored, beside loading it blindly, in one
 * run. Prints, and fails nothing. `npm run bench -- checking`
 */
import { expect, it } from 'vitest';
import type { Times } from './checking.worker';

const ROUNDS = 7;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

it('loading with and without a look at every byte', async () => {
  const file = await (await fetch('/models/mini-sd.safetensors')).blob();
  const worker = new Worker(new URL('./checking.worker.ts', import.meta.url), { type: 'module' });
  const times = await new Promise<Times>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Times>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ file, rounds: ROUNDS });
  });
  worker.terminate();
  const [compared, blind] = [median(times.compared), median(times.blind)];
  console.info(
    `${(file.size / 1e6).toFixed(0)} MB: compared ${compared.toFixed(0)} ms / blind ${blind.toFixed(0)} ms = ${(compared / blind).toFixed(2)}`,
  );
  expect(times.blind).toHaveLength(ROUNDS);
});
