/** The bundled model with less memory: the same pictures, and what is said where there is too little of it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { build, constant, input, op } from '../../src/graph/graph';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import { oneByOne } from '../../src/pipeline/batch';
import { toPixels } from '../../src/pipeline/pixels';
import { noSavings } from '../../src/pipeline/memory/savings';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { memorySource } from '../../src/weights/source';
import { jobWith } from '../job';
import { bundled, draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { present } from './root';
import { plain } from './runtime';
import { pictureDifference, worstDifference } from './tensors';

const silent = (): undefined => undefined;

let checkpoint: Checkpoint;
beforeAll(async () => {
  checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'));
});

describe('in tiles', () => {
  const size = { h: 14, w: 18 };
  /** A soft picture, as photographs are for the most part. */
  const image = Float32Array.from({ length: 3 * 112 * 144 }, (_, i) => {
    const [x, y] = [i % 144, Math.floor(i / 144)];
    return 0.7 * Math.sin(x / 18) * Math.cos(y / 26);
  });
  let moments: Float32Array;
  let latents: Float32Array;
  let whole: Uint8Array;
  const pixels = async (): Promise<Uint8Array> =>
    Uint8Array.from(toPixels(await checkpoint.decode(latents, size, silent), 144, 112).rgba);
  beforeAll(async () => {
    moments = await checkpoint.moments(image, size, silent);
    latents = moments.slice(0, moments.length / 2).map((mean) => mean * checkpoint.model.vae.scale);
    whole = await pixels();
  });

  // Every tile is normed by itself, so that its tone differs a little: as it does in diffusers.
  it.each([
    [12, 0.15, 5],
    [6, 0.5, 10],
  ])('of %i latents a picture is encoded and decoded nearly as it is whole', async (tile, code, tone) => {
    await checkpoint.settleSavings({ ...noSavings, tile }, { ...size, questions: 2, tokens: 77 });
    const tiled = await checkpoint.moments(image, size, silent);
    const means = (all: Float32Array): Float32Array => all.slice(0, all.length / 2);
    const coded = worstDifference(means(tiled), means(moments));
    const { mean, worst } = pictureDifference(await pixels(), whole);
    console.info(
      `tiles of ${tile}: encoded with a worst relative difference of ${coded.toFixed(3)}, decoded with a mean difference of ${mean.toFixed(2)}, worst ${worst} of 255`,
    );
    expect(coded).toBeLessThan(code);
    expect(mean).toBeLessThan(tone);
    expect(mean).toBeGreaterThan(0);
  });
});

it('a picture is the same with questions asked one at a time and with nets kept apart, and it is told', async () => {
  const tokenizer = await servedTokenizer();
  const numbers = { width: 96, height: 96, steps: 1, guidance: 5, seed: 7 };
  const job = jobWith({ ...numbers, prompt: 'red apple', sampler: 'DDIM' });
  const { picture: whole } = await draw(checkpoint, tokenizer, job);
  const savings = { ...noSavings, apart: true, single: true };
  const { picture, told } = await draw(checkpoint, tokenizer, { ...job, savings });
  expect(pictureDifference(picture.rgba, Uint8Array.from(whole.rgba)).worst).toBeLessThanOrEqual(1);
  expect(picture.job).not.toHaveProperty('savings');
  const notices = told.flatMap((progress) => (progress.kind === 'notice' ? progress.notice : []));
  expect(notices).toEqual(['apart', 'single'].map((by) => ({ code: 'saving-memory', by })));

  // Who asked for tiles is not told of them.
  const tiled = await draw(checkpoint, tokenizer, { ...job, width: 128, tiled: true });
  expect(tiled.told.filter(({ kind }) => kind === 'notice')).toEqual([]);
  const { picture: untiled } = await draw(checkpoint, tokenizer, { ...job, width: 128 });
  expect(pictureDifference(tiled.picture.rgba, Uint8Array.from(untiled.rgba)).mean).toBeGreaterThan(0);
});

it('where nets are kept apart, none is opened twice for a prompt that changes on the way', async () => {
  const tokenizer = await servedTokenizer();
  const numbers = { width: 64, height: 64, steps: 4, guidance: 5, seed: 7, clipSkip: 1 };
  const job = jobWith({ ...numbers, prompt: '[red apple:green leaf:2] AND a [cat|dog]', sampler: 'DDIM' });
  await checkpoint.release();
  const { picture, told } = await draw(checkpoint, tokenizer, {
    ...job,
    savings: { ...noSavings, apart: true },
  });
  const opened = told.flatMap((progress) => (progress.kind === 'compiling' ? progress.net : []));
  expect(opened).toEqual(['text encoder', 'text attention', 'UNet', 'VAE decoder']);
  const { picture: together } = await draw(checkpoint, tokenizer, job);
  expect(pictureDifference(picture.rgba, Uint8Array.from(together.rgba)).worst).toBeLessThanOrEqual(1);
});

it.runIf(present('models/sdxl'))('answers of a UNet that takes labels are the same one by one', async () => {
  const sdxl = await openCheckpoint(modelBytes('sdxl'));
  const { denoiser, texts } = sdxl.model;
  const value = (...shape: number[]) => {
    const length = shape.reduce((n, d) => n * d);
    return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + 4.1)), shape };
  };
  const values = {
    latents: value(3, denoiser.inChannels, 8, 12),
    timestep: value(3, denoiser.modelChannels),
    context: value(3, texts[0].length, denoiser.contextWidth),
    label: value(3, denoiser.labelWidth!), // it has one
  };
  const together = await sdxl.predict(values, silent);
  const alone = await oneByOne((one) => sdxl.predict(one, silent), values);
  const worst = worstDifference(alone, together);
  console.info(`one by one: worst relative difference ${worst.toExponential(1)}`);
  expect(worst).toBeLessThan(1e-5);
});

it.each([2 ** 30 - 16, 2 ** 30])(
  'a tensor of %i numbers is told as too much for the memory of WebAssembly, and others work all the same',
  async (large) => {
    const machine = wasmMachine(new Sessions(plain));
    const sum = async (count: number): Promise<number[]> => {
      const x = input('x', [1, 1], machine.target());
      const shape = constant(BigInt64Array.of(BigInt(count), 1n), [2], machine.target());
      const graph = build({ y: op('ReduceSum', [op('Expand', [x, shape], [count, 1])], [1, 1]) });
      const weights = { tensors: new Map(), source: memorySource(new Uint8Array()) };
      const net = await machine.sessions.open(graph, weights, machine.openDevice);
      const one = { data: Float32Array.of(1), shape: [1, 1] };
      try {
        return [...(await net.run({ x: one }))];
      } finally {
        await net.release();
      }
    };
    await expect(sum(large)).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(await sum(8)).toEqual([8]);
  },
);
