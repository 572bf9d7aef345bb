/**
 * Large text encoders with weights rounded to 8 bits: they give what full weights give that were rounded alike, what that
 * moves is known, and a picture asked for in 8 or 4 bits is the one of a file whose weights were rounded before.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bits, Graph, Target } from '../../src/graph/graph';
import { canBePacked } from '../../src/graph/packed';
import { textGraph, unetGraph, type Checkpoint } from '../../src/nets/graphs';
import { mmditGraph, t5Graph } from '../../src/nets/mmdit-graphs';
import type { Place } from '../../src/nets/names/places';
import { T5_TABLE } from '../../src/nets/t5';
import { inspect } from '../../src/pipeline/files/inspect';
import { scaled } from '../../src/pipeline/scales';
import type { Job } from '../../src/pipeline/job';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions, type Value } from '../../src/runtime/session';
import type { Weights } from '../../src/runtime/tensor-bytes';
import type { Tokenizer } from '../../src/text/windows';
import { convert, f32ToF16 } from '../../src/weights/values/half';
import { memorySource } from '../../src/weights/source';
import { jobWith } from '../job';
import { headerOf, tensorsOf, writtenBytes, type StoredTensors } from '../safetensors';
import { rowsOf, tokensOf } from '../tokens';
import { draw, goldenT5, openCheckpoint, servedTokenizer } from './drawing';
import { nearestTo } from './float8';
import { hasModel, modelBytes } from './models';
import { hasGolden, modelsWith } from './root';
import { besideRounded, packedIn, roundings, type Rounded } from './rounded';
import { untuned } from './runtime';
import { pictureDifference } from './tensors';

const machine = wasmMachine(new Sessions(untuned));

/** A model as its file tells it. */
async function opened(file: Uint8Array<ArrayBuffer>): Promise<Checkpoint & { readonly weights: Weights }> {
  const { model, tensors } = inspect(await headerOf(file));
  return { model, tensors, weights: { tensors, source: memorySource(file) } };
}

/** A text encoder that is rounded, and what it is asked. */
interface Encoder {
  readonly place: Extract<Place, 'text2' | 't5'>;
  readonly author: (target: Target) => Graph;
  readonly values: Readonly<Record<string, Value>>;
}

const LENGTH = 77;
const ids = { data: Array.from({ length: 2 * LENGTH }, (_, i) => (i * 7919) % 97), shape: [2, LENGTH] };
/** The end mark is where a prompt of ten words has it. */
const end = Float32Array.from({ length: 2 * LENGTH }, (_, i) => Number(i % LENGTH === 11));

async function encodersOf({
  weights,
  ...checkpoint
}: Awaited<ReturnType<typeof opened>>): Promise<Encoder[]> {
  const encoders: Encoder[] = [];
  for (const [encoder, text] of checkpoint.model.texts.entries()) {
    if (text.place !== 'text2') continue;
    const tokens = await tokensOf(ids, text, weights);
    const values = { tokens, ...(text.pooled && { end: { data: end, shape: ids.shape } }) };
    const author = (target: Target): Graph => textGraph(checkpoint, target, { batch: 2, encoder });
    encoders.push({ place: text.place, author, values });
  }
  if (checkpoint.model.t5) {
    const values = { tokens: await rowsOf(ids, T5_TABLE, weights) };
    const author = (target: Target): Graph => t5Graph(checkpoint, target, { batch: 2, length: LENGTH });
    encoders.push({ place: 't5', author, values });
  }
  return encoders;
}

/** The weights of a text encoder's linear layers, but for a projection at its end. */
const LINEAR = {
  text2: /^text2\..*\.(?:[qkv]_proj|out_proj|fc[12])\.weight$/,
  t5: /^t5\..*\.(?:SelfAttention\.[qkvo]|DenseReluDense\.w[io_01]+)\.weight$/,
} as const;

/** Files of whole models that have such an encoder: of OpenCLIP-G there is a case, or it is beside an MMDiT. */
const files = modelsWith(/^(?:text2|mmdit)/).flatMap((name) =>
  (['model', 'model_t5'] as const)
    .filter((file) => (file === 'model' ? hasModel(name) : hasGolden(`models/${name}/${file}.safetensors`)))
    .map((file) => ({ name, file })),
);

describe.each(files)('$name, $file', ({ name, file }) => {
  it('has text encoders that give with packed weights what they give with full ones that were rounded alike', async () => {
    const model = await opened(modelBytes(name, file));
    const encoders = await encodersOf(model);
    expect(encoders).not.toEqual([]);
    for (const { place, author, values } of encoders) {
      const told = await besideRounded(machine, author, model.weights, values);
      for (const { bits, packed, worst, moved, share } of told) {
        const inner = [...model.tensors].filter(
          ([key, { shape }]) => LINEAR[place].test(key) && canBePacked(shape[1]!),
        );
        const read = new Set(author(machine.target()).placements.map(({ key }) => key));
        expect(new Set(packed.keys())).toEqual(
          new Set(inner.map(([key]) => key).filter((key) => read.has(key))),
        );
        console.info(
          `${name} ${place} in ${bits} bits: worst relative difference ${worst.toExponential(1)}; rounding moved it by ${moved.toExponential(1)} at most, ${(100 * share).toFixed(2)} of 100`,
        );
        expect(worst).toBeLessThan(1e-5);
        expect(moved).toBeGreaterThan(1e-4);
        expect(share).toBeLessThan({ 8: 0.03, 4: 0.5 }[bits]);
      }
    }
  });
});

/** The same model with T5's linear layers in 8-bit floats and a scale beside each, as ComfyUI writes them; and in what those mean. */
async function inFloats8(file: Uint8Array<ArrayBuffer>): Promise<{ stored: Weights; meant: Weights }> {
  const nearest = nearestTo('F8_E4M3');
  const stored: StoredTensors = new Map();
  const meant: StoredTensors = new Map();
  for (const [name, tensor] of await tensorsOf(file)) {
    const layer = /^(.*\.(?:SelfAttention|DenseReluDense)\.\w+)\.weight$/.exec(name)?.[1];
    stored.set(name, tensor);
    meant.set(name, tensor);
    if (layer === undefined) continue;
    const { shape, dtype, bytes } = tensor;
    const scale = 2 ** -6;
    const divided = new Float32Array(convert(bytes, dtype, 'F32').buffer).map((x) => x / scale);
    const codes = Uint8Array.from(f32ToF16(divided), (half) => nearest[half]!);
    const numbers = new Float32Array(convert(codes, 'F8_E4M3', 'F32').buffer).map((x) => x * scale);
    stored.set(name, { dtype: 'F8_E4M3', shape, bytes: codes });
    stored.set(`${layer}.scale_weight`, {
      ...{ dtype: 'F32', shape: [] },
      bytes: new Uint8Array(Float32Array.of(scale).buffer),
    });
    meant.set(name, { dtype: 'F32', shape, bytes: new Uint8Array(numbers.buffer) });
  }
  const weightsOf = async (tensors: StoredTensors): Promise<Weights> =>
    (await opened(writtenBytes(tensors))).weights;
  return { stored: scaled(await weightsOf(stored)), meant: await weightsOf(meant) };
}

it.each(files.filter(({ file }) => file === 'model_t5'))(
  '$name: a T5 in 8-bit floats with scales is packed as what they mean',
  async ({ name, file }) => {
    const bytes = modelBytes(name, file);
    const { author, values } = (await encodersOf(await opened(bytes))).find(({ place }) => place === 't5')!; // it is in the file
    const { stored, meant } = await inFloats8(bytes);
    const [found] = (await besideRounded(machine, author, stored, values, [8])) as [Rounded];
    console.info(
      `${name}: T5 in 8-bit floats, in 8 bits: worst relative difference ${found.worst.toExponential(1)}`,
    );
    expect(found.worst).toBeLessThan(1e-5);
    expect(found.moved).toBeGreaterThan(1e-4);
    expect([found]).toEqual(await besideRounded(machine, author, meant, values, [8]));
  },
);

describe('pictures', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await servedTokenizer();
  });
  const job = jobWith({
    ...{ prompt: 'a red apple', negative: 'blurry', width: 64, height: 64 },
    ...{ steps: 2, guidance: 5, sampler: 'DDIM', seed: 7 },
  });
  /** @param rounded weights that are rounded before. */
  const drawnBy = async (
    file: Uint8Array<ArrayBuffer>,
    own: Job,
    t5: Tokenizer | undefined,
    rounded: ReadonlyMap<string, Bits> = new Map(),
  ): Promise<Uint8Array> => {
    const checkpoint = await openCheckpoint(file, { patches: roundings(rounded) });
    const { picture } = await draw(checkpoint, tokenizer, own, [], t5);
    await checkpoint.release();
    return Uint8Array.from(picture.rgba);
  };
  /** What its denoiser packs, drawing this. */
  const ofDenoiser = ({ model, tensors }: Checkpoint, bits: Bits): ReadonlyMap<string, Bits> => {
    const target = { ...machine.target(), bits };
    const size = { batch: 2, h: 8, w: 8, tokens: LENGTH };
    return packedIn(
      model.denoiser.net === 'unet'
        ? unetGraph({ model, tensors }, target, { ...size, text: 'keys' })
        : mmditGraph({ model, tensors }, target, size),
    );
  };

  it.each(files)(
    '$name, $file, in 8 and 4 bits: text encoders have 8 in either case',
    async ({ name, file }) => {
      const bytes = modelBytes(name, file);
      const model = await opened(bytes);
      const t5 = model.model.t5 && hasGolden('t5_tokenizer/tokenizer.json') ? await goldenT5() : undefined;
      const full = await drawnBy(bytes, job, t5);
      const encoders = await encodersOf(model);
      const ofTexts = encoders.flatMap(({ author }) => [
        ...packedIn(author({ ...machine.target(), bits: 8 })),
      ]);
      const texts = pictureDifference(await drawnBy(bytes, job, t5, new Map(ofTexts)), full);
      console.info(
        `${name} ${file}: text encoders in 8 bits move a picture by a mean of ${texts.mean.toFixed(2)}, worst ${texts.worst} of 255`,
      );
      expect(texts.mean).toBeGreaterThan(0.1);
      expect(texts.mean).toBeLessThan(6);
      for (const bits of [8, 4] as const) {
        const before = new Map([...ofDenoiser(model, bits), ...ofTexts]);
        const packed = await drawnBy(bytes, { ...job, bits }, t5);
        const { mean, worst } = pictureDifference(packed, await drawnBy(bytes, job, t5, before));
        console.info(
          `${name} ${file} in ${bits} bits: mean ${mean.toFixed(4)}, worst ${worst} of 255 from weights rounded before`,
        );
        expect(mean).toBeLessThan(0.01);
      }
    },
  );
});
