/**
 * Checkpoints in 8-bit floats, with and without scales: they draw what the same numbers draw in single precision. How
 * they were rounded does not matter here; that they are read as torch reads them is shown in `unit/weights/half.test.ts`.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { inspect } from '../../src/pipeline/files/inspect';
import { withFewBlocks } from '../fewer-blocks';
import { jobWith } from '../job';
import type { Lora } from '../../src/pipeline/files/lora';
import type { Tokenizer } from '../../src/text/windows';
import { convert, f32ToF16 } from '../../src/weights/values/half';
import { memorySource } from '../../src/weights/source';
import {
  headerOf,
  tensorsOf,
  viewsOf,
  writtenBytes,
  type StoredTensor,
  type StoredTensors,
} from '../safetensors';
import { draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { nearestTo, type Float8 } from './float8';
import { goldenBytes, present } from './root';
import { pictureDifference } from './tensors';

const there = present('models/sd1');
const kohya = 'lora/kohya/kohya.safetensors';
let tokenizer: Tokenizer;
let plain: StoredTensors;
/** With fewer blocks, for what is compared with itself alone. */
let few: StoredTensors;
let inHalf: Uint8Array;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
  const file = modelBytes('sd1');
  plain = await tensorsOf(file);
  few = viewsOf(file, withFewBlocks(await headerOf(file)));
  inHalf = await drawn(few);
});

const job = jobWith({
  prompt: 'a red apple',
  negative: 'blurry',
  width: 64,
  height: 64,
  steps: 2,
  guidance: 7.5,
  sampler: 'DDIM',
  seed: 3,
});

/** The scale that a weight gets, if any. */
type ScalesOf = (
  name: string,
  weight: StoredTensor,
) => {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
} | null;
const singlesOf = ({ bytes, dtype }: StoredTensor) => new Float32Array(convert(bytes, dtype, 'F32').buffer);

/** The UNet and the text encoder in 8-bit floats, and in the singles that those mean. */
function quantised(
  whole: StoredTensors,
  dtype: Float8,
  scalesOf: ScalesOf,
): { packed: StoredTensors; meant: StoredTensors } {
  const nearest = nearestTo(dtype);
  const packed: StoredTensors = new Map();
  const meant: StoredTensors = new Map();
  for (const [name, tensor] of whole) {
    if (!/^(?:model|cond_stage_model)\./.test(name) || tensor.dtype !== 'F16') {
      packed.set(name, tensor);
      meant.set(name, tensor);
      continue;
    }
    const scale = scalesOf(name, tensor);
    const singles = singlesOf(tensor);
    const factors = scale?.values ?? Float32Array.of(1);
    const row = singles.length / factors.length;
    for (const [r, factor] of factors.entries()) {
      for (let i = r * row; i < (r + 1) * row; i++) singles[i]! /= factor;
    }
    const codes = new Uint8Array(singles.length);
    for (const [i, half] of f32ToF16(singles).entries()) codes[i] = nearest[half]!;
    packed.set(name, { ...tensor, dtype, bytes: codes });
    if (scale) {
      packed.set(scale.name, {
        dtype: 'F32',
        shape: scale.shape,
        bytes: new Uint8Array(scale.values.buffer),
      });
    }
    const back = new Float32Array(convert(codes, dtype, 'F32').buffer);
    for (const [r, factor] of factors.entries()) {
      for (let i = r * row; i < (r + 1) * row; i++) back[i]! *= factor;
    }
    meant.set(name, { ...tensor, dtype: 'F32', bytes: new Uint8Array(back.buffer) });
  }
  return { packed, meant };
}

async function drawn(tensors: StoredTensors, ...loras: Lora[]): Promise<Uint8Array> {
  const file = writtenBytes(tensors);
  const checkpoint = await openCheckpoint(file);
  await checkpoint.useLoras(loras.map(({ name }) => name).join(), () => Promise.resolve(loras));
  const { picture } = await draw(checkpoint, tokenizer, job);
  await checkpoint.release();
  return Uint8Array.from(picture.rgba);
}

const none: ScalesOf = () => null;
/** What makes the largest of a weight the largest that E4M3 has. */
const fitting = (values: Float32Array): number =>
  values.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-9) / 448;

const isMatrix = (name: string, { shape }: StoredTensor): boolean =>
  name.endsWith('.weight') && shape.length > 1;

const byWeight: ScalesOf = (name, weight) =>
  isMatrix(name, weight)
    ? {
        name: name.replace(/weight$/, 'scale_weight'),
        shape: [],
        values: Float32Array.of(fitting(singlesOf(weight))),
      }
    : null;

const byRow: ScalesOf = (name, weight) => {
  if (!isMatrix(name, weight)) return null;
  const rows = weight.shape[0]!;
  const singles = singlesOf(weight);
  const row = singles.length / rows;
  const values = Float32Array.from({ length: rows }, (_, i) =>
    fitting(singles.subarray(i * row, (i + 1) * row)),
  );
  return { name: name.replace(/weight$/, 'weight_scale'), shape: [rows, 1], values };
};

describe.runIf(there).each([
  ['F8_E4M3', 'without scales', none],
  ['F8_E5M2', 'without scales', none],
  ['F8_E4M3', 'with a scale for each weight, as ComfyUI wrote them first', byWeight],
  ['F8_E4M3', 'with a scale for each row, by the newer name', byRow],
] as const)('a checkpoint in %s, %s', (dtype, _, scales) => {
  it('draws what the numbers it means draw in single precision', async () => {
    const { packed, meant } = quantised(few, dtype, scales);
    packed.set('model.diffusion_model.scaled_fp8', { dtype, shape: [0], bytes: new Uint8Array() });
    const { model, unused } = inspect(await headerOf(writtenBytes(packed)));
    expect([model.dtype, unused]).toEqual([dtype, []]);
    const picture = await drawn(packed);
    expect(pictureDifference(picture, await drawn(meant))).toEqual({ mean: 0, worst: 0 });
    const { mean } = pictureDifference(picture, inHalf);
    console.info(`${dtype}: mean ${mean.toFixed(1)} of 255 from the picture in half precision`);
    expect(mean).toBeGreaterThan(0.1); // it was rounded
  });
});

it.runIf(there && present(kohya))('a LoRA is added to what scaled weights mean', async () => {
  const { packed, meant } = quantised(few, 'F8_E4M3', byWeight);
  const file = goldenBytes(kohya);
  const header = await headerOf(file);
  const lora: Lora = { name: 'kohya', header, source: memorySource(file), unet: 1, text: 1 };
  const picture = await drawn(packed, lora);
  expect(pictureDifference(picture, await drawn(meant, lora))).toEqual({ mean: 0, worst: 0 });
  expect(pictureDifference(picture, await drawn(packed)).mean).toBeGreaterThan(1);
});

it.runIf(there)('scales of a kind that is not known are refused by name', async () => {
  const key = 'model.diffusion_model.input_blocks.1.1.proj_in.weight';
  const weight = plain.get(key)!; // every SD 1.x has it
  const packed: StoredTensors = new Map(plain);
  packed.set(key, { ...weight, dtype: 'F8_E4M3', bytes: new Uint8Array(weight.bytes.length / 2) });
  const blocks = { dtype: 'F8_E8M0', shape: [64, 2], bytes: new Uint8Array(128) } as const;
  packed.set(key.replace(/weight$/, 'weight_scale'), blocks);
  const header = await headerOf(writtenBytes(packed));
  expect(() => inspect(header)).toThrow('other-kind, kind: packed');
});
