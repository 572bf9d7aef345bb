/** Deep features of a UNet: its outermost blocks, given what comes up from the rest, are the whole UNet. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Graph } from '../../src/graph/graph';
import { recognise } from '../../src/nets/detect/detect';
import { outerUNetGraph, unetGraph, wholeUNetGraph } from '../../src/nets/graphs';
import { inNormalForm } from '../../src/nets/names/normal-form';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Job } from '../../src/pipeline/job';
import { Slot } from '../../src/pipeline/memory/slot';
import { noSavings } from '../../src/pipeline/memory/savings';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions, type Value } from '../../src/runtime/session';
import type { Tokenizer } from '../../src/text/windows';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { jobWith } from '../job';
import { bundled, draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { present } from './root';
import { untuned } from './runtime';
import { pictureDifference, worstDifference } from './tensors';

const TOLERANCE = 1e-5;

const machine = wasmMachine(new Sessions(untuned));
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
    const header = await headerOf(file);
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
    const { modelChannels, inChannels, contextWidth, labelWidth, guidanceWidth } = model.denoiser;
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

describe('pictures of the bundled model', () => {
  let checkpoint: Checkpoint;
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'));
    tokenizer = await servedTokenizer();
  });
  const job = jobWith({ prompt: 'red apple', width: 32, height: 32, steps: 4, guidance: 5, seed: 3 });

  /** The picture, and which form of the UNet was run with how many questions, in turn. */
  async function watched(changes: Partial<Job>) {
    const run = vi.spyOn(Slot.prototype, 'run');
    const { picture, told } = await draw(checkpoint, tokenizer, { ...job, ...changes });
    const runs = run.mock.calls.flatMap(([key]) => /^(?:plain|whole|outer) \d/.exec(key) ?? []);
    run.mockRestore();
    return { picture, told, runs };
  }

  it('are the very same where every run is whole, and near where every second one is', async () => {
    const plain = await watched({});
    expect(plain.runs).toEqual(Array(4).fill('plain 2'));
    const each = await watched({ reuse: 1 });
    expect(each.runs).toEqual(Array(4).fill('whole 2'));
    expect(each.picture.rgba).toEqual(plain.picture.rgba);

    const second = await watched({ reuse: 2 });
    expect(second.runs).toEqual(['whole 2', 'outer 2', 'whole 2', 'outer 2']);
    const { mean } = pictureDifference(second.picture.rgba, Uint8Array.from(plain.picture.rgba));
    expect(mean).toBeGreaterThan(0);
    expect(mean).toBeLessThan(30);
    console.info(`every second run: mean ${mean.toFixed(1)} of 255 from the plain picture`);
    // The outermost blocks are read and compiled without a word.
    expect(second.told.filter(({ kind }) => kind === 'reading' || kind === 'compiling')).toEqual([]);
  });

  it('count calls, of which some samplers make two a step, and each pass begins anew', async () => {
    const hires = { scale: 1.5, upscaler: 'Latent', strength: 0.5, steps: 2 } as const;
    const { runs } = await watched({ sampler: 'Heun', steps: 2, reuse: 2, hires, like: 'A1111' });
    expect(runs).toEqual([
      'whole 2',
      'outer 2',
      'whole 2',
      /* second pass */ 'whole 2',
      'outer 2',
      'whole 2',
    ]);
  });

  it('are asked one by one where guidance rests or memory is short', async () => {
    const resting = await watched({ steps: 4, reuse: 2, guidanceFrom: 0.1 });
    expect(resting.runs).toEqual([
      ...['whole 1', 'whole 1', 'outer 1'], // the negative prompt is new in the second step
      ...['whole 1', 'whole 1', 'outer 1', 'outer 1'],
    ]);
    const savings = { ...noSavings, apart: true, single: true };
    const { runs, told } = await watched({ steps: 3, reuse: 2, savings });
    expect(runs).toEqual(['whole 1', 'whole 1', 'outer 1', 'outer 1', 'whole 1', 'whole 1']);
    // It is still open from before: the outermost blocks take nobody's place.
    expect(told.some((one) => one.kind === 'compiling' && one.net === 'UNet')).toBe(false);
  });

  it('go on whole after a break', async () => {
    const unbroken = await watched({ reuse: 3 });
    const answers = unbroken.told.flatMap((one) => (one.kind === 'step' ? one.answers : []));
    const rest = await watched({ reuse: 3, known: answers.slice(0, 2) });
    expect(rest.runs).toEqual(['whole 2', 'whole 2']);
    const at = await watched({ reuse: 3, known: answers.slice(0, 3) });
    expect(at.picture.rgba).toEqual(unbroken.picture.rgba);
  });
});

/** Numbers around zero, no two alike. */
function wave(...shape: number[]): Value {
  const length = shape.reduce((n, d) => n * d);
  return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + 4.1)), shape };
}
