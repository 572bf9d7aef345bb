/** Deep features of a UNet: its outermost blocks, given what comes up from the rest, are the whole UNet. */
import * as ort from 'onnxruntime-web';
import { afterAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../src/graph/graph';
import { recognise } from '../../src/nets/detect';
import { outerUNetGraph, unetGraph, wholeUNetGraph } from '../../src/nets/graphs';
import { inNormalForm } from '../../src/nets/names/normal-form';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions, type Value } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { bundled, modelBytes } from './drawing';
import { present } from './root';
import { worstDifference } from './tensors';

const TOLERANCE = 1e-5;

const machine = wasmMachine(new Sessions(ort));
let worst = 0;
afterAll(() => console.info(`worst relative difference ${worst.toExponential(1)}`));

const goldens = ['sd1', 'sd1-inpaint', 'sd1-pix2pix', 'sd2-v', 'sdxl'];
const files = [
  { name: 'mini-sd', bytes: () => bundled('mini-sd.safetensors') },
  ...goldens
    .filter((name) => present(`models/${name}`))
    .map((name) => ({ name, bytes: () => Promise.resolve(modelBytes(name)) })),
];

describe('the outermost blocks, given the deep feature of a whole run, give what that gives', () => {
  it.each(files)('$name', async ({ bytes }) => {
    const file = await bytes();
    const header = await readHeader(new Blob([file]));
    const form = inNormalForm(header.tensors);
    const { model } = recognise(header, form);
    const checkpoint = { model, tensors: form.tensors };
    const run = async (graph: Graph, values: Readonly<Record<string, Value>>): Promise<Float32Array> => {
      const weights = { tensors: form.tensors, source: memorySource(file) };
      const net = await machine.sessions.open(graph, weights, machine.openDevice);
      try {
        return await net.run(values);
      } finally {
        await net.release();
      }
    };
    const [h, w] = [9, 7]; // odd sizes are rounded up on the way down
    const size = { batch: 2, h, w };
    const { modelChannels, inChannels, contextWidth, labelWidth, guidanceWidth } = model.unet;
    const values = {
      latents: wave(2, inChannels, h, w),
      timestep: wave(2, modelChannels),
      context: wave(2, model.texts[0].length, contextWidth),
      ...(labelWidth !== null && { label: wave(2, labelWidth) }),
      ...(guidanceWidth !== null && { guidance: wave(2, guidanceWidth) }),
    };
    const plain = await run(unetGraph(checkpoint, machine.target(), size), values);
    const whole = await run(wholeUNetGraph(checkpoint, machine.target(), size), values);
    const [each, told] = [whole.length / 2, plain.length / 2];
    const members = [0, 1].map((n) => whole.subarray(n * each, (n + 1) * each));
    const prediction = Float32Array.from(members.flatMap((member) => [...member.subarray(0, told)]));
    expect(prediction).toEqual(plain);

    const deep = Float32Array.from(members.flatMap((member) => [...member.subarray(told)]));
    const outer = await run(outerUNetGraph(checkpoint, machine.target(), size), {
      ...values,
      deep: { data: deep, shape: [2, each - told] },
    });
    const difference = worstDifference(outer, plain);
    worst = Math.max(worst, difference);
    expect(difference).toBeLessThanOrEqual(TOLERANCE);
  });
});

/** Numbers around zero, no two alike. */
function wave(...shape: number[]): Value {
  const length = shape.reduce((n, d) => n * d);
  return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + 4.1)), shape };
}
