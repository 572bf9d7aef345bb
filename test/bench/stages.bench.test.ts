/**
 * Time of each stage of the bundled model on both backends, side by side in one run. Prints, and fails nothing.
 * `npm run bench`
 */
import { expect, it } from 'vitest';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import { generate } from '../../src/pipeline/generate';
import { inspect } from '../../src/pipeline/files/inspect';
import type { Picture } from '../../src/pipeline/job';
import { findMachine, wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { loadOrt } from '../../src/runtime/ort';
import { loadTokenizer } from '../../src/text/tokenizer';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { jobWith } from '../job';

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

it('time per stage', async () => {
  const sessions = new Sessions(await loadOrt());
  const tokenizer = await loadTokenizer(new URL('/', location.href).href);
  const file = new Uint8Array(await (await fetch('/models/mini-sd.safetensors')).arrayBuffer());
  const header = await readHeader(new Blob([file]));
  const { model, tensors } = inspect(header);
  const weights = { tensors, source: memorySource(file) };
  const machines: Machine[] = [await findMachine(sessions, 'webgpu'), wasmMachine(sessions)];
  const stages = new Map<string, number[]>();

  for (const machine of machines) {
    const checkpoint = new Checkpoint(model, weights, machine);
    // Two prompts: the encoding of the last one is kept.
    for (const [run, prompt] of [
      ['cold', 'red apple'],
      ['warm', 'penguin'],
    ] as const) {
      const { milliseconds } = await draw(checkpoint, prompt);
      const { encode, steps, decode } = milliseconds;
      const numbers = { encode, 'first step': steps[0]!, 'step (median)': median(steps.slice(1)), decode };
      for (const [stage, ms] of Object.entries(numbers)) {
        const row = `${run} ${stage}`;
        stages.set(row, [...(stages.get(row) ?? []), ms]);
      }
    }
    await checkpoint.release();
  }
  console.info(`ms, ${machines.map(({ backend, name }) => `${backend} (${name})`).join(' against ')}`);
  for (const [stage, [first, second]] of stages) {
    console.info(
      `${stage.padEnd(20)} ${first!.toFixed(0)} / ${second!.toFixed(0)} = ${(first! / second!).toFixed(1)}`,
    );
  }
  expect(stages.size).toBe(8);

  async function draw(checkpoint: Checkpoint, prompt: string): Promise<Picture> {
    const job = { prompt, seed: 1, guidance: 5, width: 96, height: 96 };
    const run = generate(jobWith({ ...job, steps: 8, sampler: 'DDIM' }), {
      checkpoint,
      tokenizer,
      report: () => undefined,
    });
    for (;;) {
      const { done, value } = await run.next();
      if (done) return value;
    }
  }
});
