/**
 * Weights rounded to 8 and 4 bits on their way to the device: nets give what full weights give that were rounded in the
 * same way, and what the rounding itself changes is known. That codes and scales are read as they are meant is shown in
 * `unit/weights/pack.test.ts`.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bits, Graph, Target } from '../../src/graph/graph';
import { unetGraph } from '../../src/nets/graphs';
import { mmditGraph } from '../../src/nets/mmdit-graphs';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import { inspect } from '../../src/pipeline/files/inspect';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions, type Value } from '../../src/runtime/session';
import type { Tokenizer } from '../../src/text/windows';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { jobWith } from '../job';
import { bundled, draw, openCheckpoint, servedTokenizer } from './drawing';
import { hasModel, modelBytes } from './models';
import { listGolden, modelsWith } from './root';
import { besideRounded } from './rounded';
import { untuned } from './runtime';
import { pictureDifference } from './tensors';

/** But for files of another's numbers in another dtype: they are read before they are packed, as `nets.test.ts` shows. */
const models = modelsWith(/^txt2img/).filter(
  (name) =>
    !/-(?:bf16|fp32)$/.test(name) &&
    listGolden(`models/${name}/cases`).some((test) => test === 'unet' || test === 'mmdit') &&
    hasModel(name),
);

describe.each(models)('the denoiser of %s', (name) => {
  it('gives with packed weights what it gives with full ones that were rounded alike', async () => {
    const file = modelBytes(name);
    const { model, tensors } = inspect(await headerOf(file));
    const machine = wasmMachine(new Sessions(untuned));
    const { inChannels, modelChannels, contextWidth, labelWidth } = model.denoiser;
    const value = (...shape: number[]): Value => {
      const length = shape.reduce((n, d) => n * d);
      return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + 4.1)), shape };
    };
    const values = {
      latents: value(2, inChannels, 8, 12),
      timestep: value(2, modelChannels),
      context: value(2, model.texts[0].length, contextWidth),
      ...(labelWidth !== null && { label: value(2, labelWidth) }),
    };
    const size = { batch: 2, h: 8, w: 12, tokens: model.texts[0].length };
    const author = model.denoiser.net === 'unet' ? unetGraph : mmditGraph;
    const weights = { tensors, source: memorySource(file) };
    const authored = (target: Target): Graph => author({ model, tensors }, target, size);
    for (const { bits, packed, worst, moved } of await besideRounded(machine, authored, weights, values)) {
      expect(packed.size).toBeGreaterThan(20);
      console.info(
        `${name} in ${bits} bits: worst relative difference ${worst.toExponential(1)}; rounding moved it by ${moved.toExponential(1)}`,
      );
      expect(worst).toBeLessThan(1e-4);
      expect(moved).toBeGreaterThan(1e-3);
    }
  });
});

describe('what a picture is moved by', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await servedTokenizer();
  });
  const job = jobWith({
    ...{ prompt: 'a red apple', negative: 'blurry', width: 64, height: 64 },
    ...{ steps: 3, guidance: 5, sampler: 'DDIM', seed: 7 },
  });

  /**
   * The bundled model is trained; the others' weights are random, and what they draw is moved more by anything. Those with
   * large text encoders are held to more in `packed-texts.test.ts`: to pictures of weights rounded before.
   */
  const opened: Record<string, () => Promise<Checkpoint>> = {
    'mini-sd': async () => openCheckpoint(await bundled('mini-sd.safetensors')),
    ...Object.fromEntries(
      models
        .filter((name) => !listGolden(`models/${name}/cases`).some((test) => /^(?:text2|mmdit)/.test(test)))
        .map((name) => [name, () => openCheckpoint(modelBytes(name))]),
    ),
  };
  const mostOf = (name: string, bits: Bits): number =>
    name === 'mini-sd' ? { 8: 0.5, 4: 5 }[bits] : { 8: 6, 4: 40 }[bits];

  it.each(Object.entries(opened))('%s', async (name, open) => {
    const checkpoint = await open();
    const drawn = async (bits?: Bits) => {
      const { picture, told } = await draw(checkpoint, tokenizer, { ...job, ...(bits && { bits }) });
      expect(told.filter(({ kind }) => kind === 'notice')).toEqual([]);
      expect(picture.job.bits).toBe(bits);
      return Uint8Array.from(picture.rgba);
    };
    const full = await drawn();
    for (const bits of [8, 4] as const) {
      const { mean, worst } = pictureDifference(await drawn(bits), full);
      console.info(`${name} in ${bits} bits: mean ${mean.toFixed(2)}, worst ${worst} of 255`);
      expect(mean).toBeGreaterThan(0);
      expect(mean).toBeLessThan(mostOf(name, bits));
    }
    await checkpoint.release();
  });
});
