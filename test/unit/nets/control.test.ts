import { describe, expect, it, test } from 'vitest';
import type { DrobeError } from '../../../src/errors';
import { controlKind } from '../../../src/nets/detect/control-kinds';
import { controlGraph } from '../../../src/nets/control-graphs';
import { recogniseControl, type AnyGuide } from '../../../src/nets/detect/control';
import { recognise } from '../../../src/nets/detect/detect';
import { renamer } from '../../../src/nets/names/renamer';
import { shapeOfLdm, unetPairs } from '../../../src/nets/names/unet';
import { inspectControl } from '../../../src/pipeline/guiding/inspect-control';
import type { Header, TensorInfo } from '../../../src/weights/safetensors';
import { stableDiffusion15, stableDiffusion2, stableDiffusionXL, type Shapes } from './stable-diffusion';

const CONTROL = /^model\.diffusion_model\.((?:time_embed|label_emb|input_blocks|middle_block)\..*)$/;

/** A ControlNet for a model with these weights, under cldm's names without prefix. */
function controlNetFor(model: Shapes, hintChannels = 3): Shapes {
  const shapes: Shapes = new Map();
  const conv = (name: string, out: number, inner: number, kernel: number): void => {
    shapes.set(`${name}.weight`, { shape: [out, inner, kernel, kernel], dtype: 'F16' });
    shapes.set(`${name}.bias`, { shape: [out], dtype: 'F16' });
  };
  const widths: number[] = [];
  for (const [name, tensor] of model) {
    const own = CONTROL.exec(name)?.[1];
    if (own === undefined) continue;
    shapes.set(own, tensor);
    const block = /^input_blocks\.(\d+)\.0\.(?:weight|op\.weight|out_layers\.3\.weight)$/.exec(own)?.[1];
    if (block !== undefined) widths[Number(block)] = tensor.shape[0]!; // a weight has a shape
  }
  const hints = [hintChannels, 16, 16, 32, 32, 96, 96, 256, 320];
  for (let i = 0; i < 8; i++) conv(`input_hint_block.${2 * i}`, hints[i + 1]!, hints[i]!, 3);
  for (const [i, width] of widths.entries()) conv(`zero_convs.${i}.0`, width, width, 1);
  conv('middle_block_out.0', widths.at(-1)!, widths.at(-1)!, 1);
  return shapes;
}

const renamed = (shapes: Shapes, rename: (name: string) => string): Shapes =>
  new Map([...shapes].map(([name, tensor]) => [rename(name), tensor]));

/** diffusers' names of a ControlNet. */
function asDiffusers(shapes: Shapes): Shapes {
  const others = renamer(unetPairs(shapeOfLdm(shapes.keys())), 'theirs');
  return renamed(shapes, (name) =>
    name
      .replace(/^input_hint_block\.0\./, 'controlnet_cond_embedding.conv_in.')
      .replace(/^input_hint_block\.14\./, 'controlnet_cond_embedding.conv_out.')
      .replace(
        /^input_hint_block\.(\d+)\./,
        (_, i) => `controlnet_cond_embedding.blocks.${Number(i) / 2 - 1}.`,
      )
      .replace(/^zero_convs\.(\d+)\.0\./, 'controlnet_down_blocks.$1.')
      .replace(/^middle_block_out\.0\./, 'controlnet_mid_block.')
      .replace(/^.*$/, (own) => others(own) ?? own),
  );
}

/** As if these were all of a file. */
const header = (shapes: Shapes, metadata = new Map<string, string>()): Header => ({
  bytes: 0,
  metadata,
  tensors: new Map(
    [...shapes].map(([name, { shape, dtype }]): [string, TensorInfo] => [
      name,
      { name, shape, dtype: dtype as TensorInfo['dtype'], begin: 0, end: 0 },
    ]),
  ),
});

const put = (shapes: Shapes, name: string, ...shape: number[]): Shapes =>
  new Map(shapes).set(name, { shape, dtype: 'F16' });
const without = (shapes: Shapes, ...names: string[]): Shapes =>
  new Map([...shapes].filter(([name]) => !names.some((lost) => name.startsWith(lost))));

function refusal(shapes: Shapes): Pick<DrobeError, 'code' | 'facts'> {
  try {
    inspectControl(header(shapes));
  } catch (thrown) {
    const { code, facts } = thrown as DrobeError;
    return { code, facts };
  }
  throw new Error('it was taken');
}

const sd15 = controlNetFor(stableDiffusion15());

describe.each([
  ['Stable Diffusion 1.x', sd15, 340],
  ['Stable Diffusion 2.x', controlNetFor(stableDiffusion2()), 340],
  ['Stable Diffusion XL', controlNetFor(stableDiffusionXL()), 844],
])('a ControlNet for %s', (base, shapes, count) => {
  const expected = recogniseControl(header(shapes));

  it('is told by its weights, each of which is used', () => {
    expect(inspectControl(header(shapes))).toMatchObject({
      net: 'ControlNet',
      base,
      borrows: 'nothing',
      model: { hintChannels: 3, kinds: [], unet: { inChannels: 4, modelChannels: 320 } },
    });
    const used = new Set<string>();
    const target = { layout: 'nchw', dtype: 'f32', fusedAttention: true, maxScoreBytes: 2 ** 30 } as const;
    controlGraph(
      expected as Extract<AnyGuide, { borrows: unknown }>,
      target,
      { batch: 1, h: 8, w: 8, tokens: 77 },
      used,
    );
    expect([...used].toSorted()).toEqual([...expected.tensors.keys()].toSorted());
    expect(used.size).toBe(count);
  });

  it.each([
    ['cldm’s prefix', (own: Shapes) => renamed(own, (name) => `control_model.${name}`)],
    ['diffusers’ names', asDiffusers],
    ['what wraps modules', (own: Shapes) => renamed(own, (name) => `module.control_model._orig_mod.${name}`)],
    [
      'diffusers’ names behind another',
      (own: Shapes) => renamed(asDiffusers(own), (name) => `controlnet.${name}`),
    ],
    [
      'zero convolutions that lost their last dimensions',
      (own: Shapes) =>
        new Map(
          [...own].map(([name, { shape, dtype }]) => [
            name,
            { shape: /^zero_convs|^middle_block_out/.test(name) ? shape.slice(0, 2) : shape, dtype },
          ]),
        ),
    ],
  ])('has one normal form: %s', (_, other) => {
    const { tensors } = recogniseControl(header(other(shapes)));
    const shapesOf = (of: AnyGuide['tensors']): unknown =>
      new Map([...of].map(([name, { shape }]) => [name, shape] as const).toSorted());
    expect(shapesOf(tensors)).toEqual(shapesOf(expected.tensors));
  });

  it('is no checkpoint', () => {
    expect(() => recognise(header(shapes))).toThrow(expect.objectContaining({ code: 'file-is-control' }));
  });
});

test('beside a whole UNet it is a model', () => {
  const names = [...renamed(sd15, (name) => `control_model.${name}`), ...stableDiffusion15()];
  expect(controlKind(new Map(names))).toBeNull();
});

test('a small one for Stable Diffusion XL that reads no text is told by what it is told of sizes', () => {
  const shapes = new Map(
    [...controlNetFor(stableDiffusionXL())].filter(
      ([name]) => !/^(?:input_blocks\.\d+|middle_block)\.1\./.test(name),
    ),
  );
  const guide = inspectControl(header(shapes));
  expect(guide.base).toBe('Stable Diffusion XL');
  expect(guide.model).toMatchObject({ unet: { contextWidth: 0, labelWidth: 2816 } });
});

test('a file of differences says that it is one', () => {
  const shapes = put(
    renamed(sd15, (name) => `control_model.${name}`),
    'difference',
    0,
  );
  expect(inspectControl(header(shapes))).toMatchObject({ net: 'ControlNet', borrows: 'sums' });
});

test('a Control-LoRA is told from few weights', () => {
  const shapes: Shapes = new Map();
  for (const [name, tensor] of controlNetFor(stableDiffusionXL())) {
    const module = /^((?:input|middle)_block.*|time_embed.*|label_emb.*)\.weight$/.exec(name)?.[1];
    const [out, inner, ...kernel] = tensor.shape as [number, number?, ...number[]];
    if (module === undefined || inner === undefined) shapes.set(name, tensor);
    else {
      shapes.set(`${module}.up`, { shape: [out, 8], dtype: 'F16' });
      shapes.set(`${module}.down`, { shape: [8, inner, ...kernel], dtype: 'F16' });
    }
  }
  const guide = inspectControl(header(put(shapes, 'lora_controlnet', 0)));
  expect(guide).toMatchObject({ net: 'Control-LoRA', base: 'Stable Diffusion XL', borrows: 'rest' });
  expect(guide.model).toMatchObject({
    hintChannels: 3,
    unet: { modelChannels: 320, inChannels: 4, contextWidth: 2048, labelWidth: 2816 },
  });
});

test.each([
  [
    6,
    ['openpose', 'depth', 'hed/pidi/scribble/ted', 'canny/lineart/anime_lineart/mlsd', 'normal', 'segment'],
  ],
  [
    9,
    [expect.any(String), 'depth', ...Array<unknown>(4).fill(expect.any(String)), 'tile', 'repaint', 'kind 9'],
  ],
])('a net for %i kinds of hint names them', (count, kinds) => {
  const shapes = put(asDiffusers(controlNetFor(stableDiffusionXL())), 'task_embedding', count, 320);
  const guide = recogniseControl(header(shapes));
  expect(guide.model).toMatchObject({ kinds });
});

describe('a net that is not as it must be is refused by name', () => {
  it.each<[string, Shapes, string, Record<string, unknown>]>([
    [
      'a zero convolution is missing',
      without(sd15, 'zero_convs.3.'),
      'missing-weight',
      { key: 'control.zero_convs.3.0.weight' },
    ],
    ['all of them are missing', without(sd15, 'zero_convs.'), 'other-kind', { kind: 'piece' }],
    ['its hint block is missing', without(sd15, 'input_hint_block.'), 'other-kind', { kind: 'piece' }],
    [
      'it is shown pictures of five channels',
      controlNetFor(stableDiffusion15(), 5),
      'unsupported-control',
      { found: 'a ControlNet that is shown pictures of 5 channels' },
    ],
    [
      'a zero convolution takes other channels',
      put(sd15, 'zero_convs.4.0.weight', 640, 320, 1, 1),
      'bad-weight',
      { key: 'control.zero_convs.4.0.weight', reason: expect.stringContaining('[640, 320, 1, 1]') },
    ],
    [
      'its hint block has an odd shape',
      put(sd15, 'input_hint_block.6.weight', 32),
      'bad-weight',
      { key: 'control.input_hint_block.6.weight', reason: expect.stringContaining('[32]') },
    ],
    [
      'its weights are no numbers',
      new Map(sd15).set('zero_convs.2.0.weight', { shape: [320, 320, 1, 1], dtype: 'I64' }),
      'bad-weight',
      { key: 'zero_convs.2.0.weight', reason: expect.stringContaining('I64') },
    ],
    [
      'an adapter takes numbers that no picture has',
      put(adapter(), 'conv_in.weight', 320, 100, 3, 3),
      'unsupported-control',
      { found: expect.stringContaining('100') },
    ],
    [
      'an adapter lacks a convolution',
      without(adapter(), 'body.3.block1.'),
      'missing-weight',
      { key: 'adapter.body.1.resnets.1.block1.weight' },
    ],
  ])('%s', (_, shapes, code, facts) => {
    expect(refusal(shapes)).toMatchObject({ code, facts });
  });
});

/** A T2I-Adapter under its makers' names. */
function adapter(channels: readonly number[] = [320, 640, 1280, 1280], inner = 192): Shapes {
  const shapes: Shapes = new Map();
  const conv = (name: string, out: number, from: number, kernel: number): void => {
    shapes.set(`${name}.weight`, { shape: [out, from, kernel, kernel], dtype: 'F16' });
    shapes.set(`${name}.bias`, { shape: [out], dtype: 'F16' });
  };
  conv('conv_in', channels[0]!, inner, 3);
  for (const [level, out] of channels.entries()) {
    const from = channels[level - 1] ?? out;
    if (from !== out) conv(`body.${2 * level}.in_conv`, out, from, 1);
    for (const block of [2 * level, 2 * level + 1]) {
      conv(`body.${block}.block1`, out, out, 3);
      conv(`body.${block}.block2`, out, out, 1);
    }
  }
  return shapes;
}

describe('a T2I-Adapter', () => {
  it.each([
    ['Stable Diffusion 1.x', 192, 8, 3],
    ['Stable Diffusion 1.x', 64, 8, 1],
    ['Stable Diffusion XL', 768, 16, 3],
    ['Stable Diffusion XL', 256, 16, 1],
  ])('for %s is told by the %i numbers that it takes', (base, inner, pixels, hintChannels) => {
    const guide = inspectControl(header(adapter([320, 640, 1280, 1280], inner)));
    expect(guide).toMatchObject({ net: 'T2I-Adapter', base, model: { pixels, hintChannels } });
  });

  it('has one normal form under its makers’ names and diffusers’', () => {
    const diffusers = renamed(adapter(), (name) =>
      name
        .replace(/^body\.(\d+)\.in_conv/, (_, i) => `body.${Number(i) / 2}.in_conv`)
        .replace(
          /^body\.(\d+)\.(block\d)/,
          (_, i, block) => `body.${Math.floor(Number(i) / 2)}.resnets.${Number(i) % 2}.${block}`,
        )
        .replace(/^/, 'adapter.'),
    );
    const names = (shapes: Shapes): string[] =>
      [...recogniseControl(header(shapes)).tensors.keys()].toSorted();
    expect(names(diffusers)).toEqual(names(adapter()));
  });
});
