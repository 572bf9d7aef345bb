/** Stable Diffusion 3 at its true size, by names and shapes alone. */
import { describe, expect, it } from 'vitest';
import { SHAPES_ONLY } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { decoderGraph, encoderGraph, textGraph } from '../../../src/nets/graphs';
import { mmditGraph, t5Graph } from '../../../src/nets/mmdit-graphs';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { mmditPairs } from '../../../src/nets/names/mmdit';
import { SCHEDULER_CONFIG } from '../../../src/nets/predicts/predicts';
import { bucketOf } from '../../../src/nets/t5';
import { unusedTensors } from '../../../src/nets/detect/unused';
import type { Shapes } from './stable-diffusion';
import {
  clipsInside,
  stableDiffusion35Large,
  stableDiffusion35Medium,
  stableDiffusion3Medium,
  t5xxl,
} from './stable-diffusion-3';

const none = new Map<string, string>();
const whole = (bare: Shapes): Shapes =>
  new Map([...bare, ...clipsInside(), ...t5xxl('text_encoders.t5xxl.transformer.')]);

describe.each([
  ['Stable Diffusion 3', stableDiffusion3Medium, { steps: 28, guidance: 7 }],
  ['Stable Diffusion 3.5 Medium', stableDiffusion35Medium, { steps: 40, guidance: 4.5 }],
  ['Stable Diffusion 3.5 Large', stableDiffusion35Large, { steps: 28, guidance: 3.5 }],
] as const)('%s', (family, shapes, recommended) => {
  it('is recognised, with and without what reads prompts', () => {
    const bare = recognise({ tensors: shapes(), metadata: none });
    expect(bare.lacks).toEqual(['text', 'text2']);
    expect(bare.model).toMatchObject({
      ...{ family, kind: 'base', latents: 'sd3', t5: null, prediction: 'flow' },
      denoiser: { net: 'mmdit', modelChannels: 256, inChannels: 16, contextWidth: 4096, labelWidth: 2048 },
      noise: { kind: 'flow', shift: 3, steps: 1000 },
      vae: { latentChannels: 16, factor: 8, scale: 1.5305, shift: 0.0609 },
      recommended: { ...recommended, width: 1024, height: 1024, sampler: 'Euler' },
    });
    const { model, lacks } = recognise({ tensors: whole(shapes()), metadata: none });
    expect(lacks).toEqual([]);
    expect(model.t5).toEqual({ width: 4096, vocabulary: 32128, eos: 1, pad: 0 });
    for (const { texts } of [model, bare.model]) {
      expect(
        texts.map(({ width, heads, skip, pooled, projected, pad }) => [
          width,
          heads,
          skip,
          pooled,
          projected,
          pad,
        ]),
      ).toEqual([
        [768, 12, 1, true, false, 49407],
        [1280, 20, 1, true, true, 0],
      ]);
    }
  });

  it('uses every key of its nets, and lacks none', () => {
    const own = whole(shapes());
    const form = inNormalForm(own);
    const { model } = recognise({ tensors: own, metadata: none }, form);
    const checkpoint = { model, tensors: form.tensors };
    const used = new Set<string>();
    const size = { batch: 2, h: 128, w: 128 };
    mmditGraph(checkpoint, SHAPES_ONLY, { ...size, tokens: 333 }, used);
    t5Graph(checkpoint, SHAPES_ONLY, { batch: 1, length: 77 }, used);
    for (const encoder of [0, 1]) textGraph(checkpoint, SHAPES_ONLY, { batch: 1, encoder }, used);
    for (const author of [decoderGraph, encoderGraph]) author(checkpoint, SHAPES_ONLY, size, used);
    expect(unusedTensors(model, form, used)).toEqual([]);
    expect(form.strays).toEqual([]);
  });

  it('has in normal form the same names and shapes from diffusers’ folder', () => {
    const own = inNormalForm(shapes()).tensors;
    const names = [...own.keys()].filter((name) => name.startsWith('mmdit.'));
    const depth = new Set(names.flatMap((name) => /joint_blocks\.(\d+)/.exec(name)?.[1] ?? [])).size;
    const theirs = new Map(mmditPairs(depth));
    const last = `joint_blocks.${depth - 1}.context_block.adaLN_modulation`;
    const folder: Shapes = new Map();
    for (const name of names) {
      const { shape } = own.get(name)!;
      const [, module, end] = /^mmdit\.(.*?)(?:\.(weight|bias))?$/.exec(name)!;
      const half = /^(.*)\.(?:shift|scale)$/.exec(module!)?.[1];
      const found = theirs.get(half === undefined ? module! : `${half}.scale_shift`) ?? module!;
      const [rows = 0, ...rest] = shape;
      folder.set(end ? `${found}.${end}` : found, {
        shape: half ? [2 * rows, ...rest] : shape,
        dtype: 'F16',
      });
    }
    expect([...folder.keys()].some((name) => /joint_blocks|x_embedder|final_layer/.test(name))).toBe(false);
    expect(names.some((name) => name.startsWith(`mmdit.${last}.shift`))).toBe(true);
    const seen = (tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>): string[] =>
      [...tensors]
        .filter(([name]) => name.startsWith('mmdit.'))
        .map(([name, { shape }]) => `${name} ${shape.join()}`)
        .sort();
    expect(seen(inNormalForm(folder).tensors)).toEqual(seen(own));
  });
});

it('of the table of places no more is fed than a picture has patches', () => {
  const tensors = inNormalForm(stableDiffusion35Medium()).tensors;
  const { model } = recognise({ tensors: stableDiffusion35Medium(), metadata: none });
  const placed = mmditGraph({ model, tensors }, SHAPES_ONLY, {
    batch: 1,
    h: 6,
    w: 3,
    tokens: 1,
  }).placements.find(({ key }) => key === 'mmdit.pos_embed')!;
  const row = (y: number, x: number): number => (y * 384 + x) * 1536;
  // 3 × 2 patches, as an odd number of columns is made even, in the middle of 384 × 384.
  expect(placed.ranges).toEqual([190, 191, 192].map((y) => [row(y, 191), row(y, 193)]));
  expect(placed.length).toBe(3 * 2 * 1536 * 4);
});

it('a picture of more patches than there are places is refused', () => {
  const tensors = inNormalForm(stableDiffusion3Medium()).tensors;
  const { model } = recognise({ tensors: stableDiffusion3Medium(), metadata: none });
  const author = (h: number) => () =>
    mmditGraph({ model, tensors }, SHAPES_ONLY, { batch: 1, h, w: 2, tokens: 1 });
  expect(author(384)).not.toThrow();
  expect(author(386)).toThrow(/bad-request/);
});

it('one of which the last blocks are gone is not whole', () => {
  const { tensors } = inNormalForm(stableDiffusion3Medium());
  const { model } = recognise({ tensors: stableDiffusion3Medium(), metadata: none });
  const cut = new Map([...tensors].filter(([name]) => !/joint_blocks\.2[0-3]\./.test(name)));
  expect(() => mmditGraph({ model, tensors: cut }, SHAPES_ONLY, { batch: 1, h: 2, w: 2, tokens: 1 })).toThrow(
    'missing-weight, key: mmdit.joint_blocks.20',
  );
});

it('a folder’s scheduler says how far its noise is moved', () => {
  const config = { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 6, num_train_timesteps: 500 };
  const metadata = new Map([[SCHEDULER_CONFIG, JSON.stringify(config)]]);
  expect(recognise({ tensors: stableDiffusion3Medium(), metadata }).model).toMatchObject({
    ...{ prediction: 'flow', told: ['scheduler'] },
    noise: { kind: 'flow', shift: 6, steps: 500 },
  });
});

it('text encoders that are too narrow together, and a T5 of another size, are refused', () => {
  const narrow = whole(stableDiffusion3Medium());
  const position = 'text_encoders.clip_l.transformer.text_model.embeddings.position_embedding.weight';
  expect(() =>
    recognise({ tensors: new Map(narrow).set(position, { shape: [77, 512], dtype: 'F16' }), metadata: none }),
  ).toThrow(/an MMDiT that wants a text encoding 2048 wide beside a text encoder that gives 1792/);
  const shared = 'text_encoders.t5xxl.transformer.shared.weight';
  expect(() =>
    recognise({
      tensors: new Map(narrow).set(shared, { shape: [32128, 1024], dtype: 'F16' }),
      metadata: none,
    }),
  ).toThrow(/a T5 that gives 1024/);
});

it('distances of T5 are told by themselves up to 8, then in steps that grow, either way', () => {
  // transformers' T5Attention._relative_position_bucket(torch.tensor([...]), bidirectional=True, num_buckets=32)
  const told = [0, 1, 7, 8, 11, 12, 15, 16, 22, 23, 31, 32, 45, 46, 63, 64, 90, 91, 127, 128, 400];
  expect(told.map((distance) => bucketOf(-distance, 32))).toEqual(BUCKETS);
  expect(told.slice(1).map((distance) => bucketOf(distance, 32))).toEqual(
    BUCKETS.slice(1).map((row) => row + 16),
  );
});

const BUCKETS = [0, 1, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 15, 15];
