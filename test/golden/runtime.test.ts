/** The runtime of these tests tells nets apart, and what they are asked: nothing is given again to another question. */
import { expect, it } from 'vitest';
import { build, input } from '../../src/graph/graph';
import { linear } from '../../src/graph/nn';
import { scope } from '../../src/graph/scope';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions, type Net } from '../../src/runtime/session';
import type { TensorInfo } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { tuned } from './runtime';

const machine = wasmMachine(new Sessions(tuned));
const size = { data: Float32Array.of(1, 10), shape: [1, 2] };

/** A net that multiplies two numbers by these weights and adds them. */
function opened(...weights: number[]): Promise<Net> {
  const info: TensorInfo = { name: 'weight', dtype: 'F32', shape: [1, 2], begin: 0, end: 8 };
  const tensors = new Map([['weight', info]]);
  const target = machine.target();
  const graph = build({ y: linear(input('x', size.shape, target), scope(tensors, target)) });
  const source = memorySource(new Uint8Array(Float32Array.from(weights).buffer));
  return machine.sessions.open(graph, { tensors, source }, machine.openDevice);
}

it('nets of one graph and other weights answer each by its own, in whatever order they are opened and closed', async () => {
  const [one, other] = [await opened(1, 2), await opened(3, 4)];
  expect([...(await one.run({ x: size }))]).toEqual([21]);
  expect([...(await other.run({ x: size }))]).toEqual([43]);
  await one.release();
  const again = await opened(1, 2);
  expect([...(await other.run({ x: size }))]).toEqual([43]);
  expect([...(await again.run({ x: size }))]).toEqual([21]);
  await other.release();
  expect([...(await again.run({ x: { ...size, data: Float32Array.of(5, 6) } }))]).toEqual([17]);
  await again.release();
});

it('an answer may be changed by whoever has it', async () => {
  const net = await opened(1, 2);
  for (const time of [1, 2, 3]) {
    const answer = await net.run({ x: size });
    expect([...answer], `time ${time}`).toEqual([21]);
    answer.fill(0);
  }
  await net.release();
});
