import { describe, expect, it, test } from 'vitest';
import { upscalerForm } from '../../../src/nets/names/upscaler';
import { upscalerGraph, upscalerIn } from '../../../src/nets/upscalers/upscaler';
import { inspectUpscaler, OpenUpscaler, smallerSide } from '../../../src/pipeline/enlarging/upscaler';
import type { Machine } from '../../../src/runtime/device';
import type { TensorInfo } from '../../../src/weights/safetensors';
import { memorySource } from '../../../src/weights/source';

type Shapes = readonly (readonly [name: string, ...shape: number[]])[];

const tensorsOf = (shapes: Shapes, dtype: TensorInfo['dtype'] = 'F16'): Map<string, TensorInfo> =>
  new Map(shapes.map(([name, ...shape]) => [name, { name, dtype, shape, begin: 0, end: 0 }]));

const convolution = (name: string, taken: number, given: number, side = 3): Shapes => [
  [`${name}.weight`, given, taken, side, side],
  [`${name}.bias`, given],
];

/** Real-ESRGAN as it is published: 64 channels, 23 blocks. */
function realEsrgan({ width = 64, blocks = 23, taken = 3, given = 3 } = {}): Shapes {
  const growth = width / 2;
  const dense = (name: string): Shapes =>
    [1, 2, 3, 4, 5].flatMap((i) =>
      convolution(`${name}.conv${i}`, width + (i - 1) * growth, i < 5 ? growth : width),
    );
  return [
    ...convolution('conv_first', taken, width),
    ...Array.from({ length: blocks }, (_, i) => [1, 2, 3].flatMap((j) => dense(`body.${i}.rdb${j}`))).flat(),
    ...['conv_body', 'conv_up1', 'conv_up2', 'conv_hr'].flatMap((name) => convolution(name, width, width)),
    ...convolution('conv_last', width, given),
  ];
}

function machine(
  target: Partial<ReturnType<Machine['target']>>,
  limits: Partial<Machine['limits']>,
): Machine {
  const whole = { layout: 'nhwc', dtype: 'f32', fusedAttention: false, maxScoreBytes: 0, ...target } as const;
  return {
    ...({ backend: 'webgpu', imitated: false } as Machine),
    target: () => whole,
    limits: { tensor: 2 ** 31, net: Infinity, ...limits },
  };
}

const opened = (shapes: Shapes, on: Machine): OpenUpscaler => {
  const header = { tensors: tensorsOf(shapes), metadata: new Map<string, string>(), bytes: 0 };
  return new OpenUpscaler('x.safetensors', header, memorySource(new Uint8Array()), on);
};

describe('tiles are as large as the machine allows', () => {
  it.each([
    ['f32', 2 ** 31],
    ['f16', 2 ** 31],
    ['f32', 2 ** 30],
    ['f16', 2 ** 28],
    ['f32', 2 ** 27],
  ] as const)('Real-ESRGAN in %s where a buffer has at most %i bytes', (dtype, tensor) => {
    const tensors = upscalerForm(tensorsOf(realEsrgan()));
    const on = machine({ dtype }, { tensor });
    const side = opened(realEsrgan(), on).tileSide();
    const peak = (h: number): number =>
      upscalerGraph(upscalerIn(tensors)!, tensors, on.target(), { h, w: h }).footprint.peak;
    console.info(
      `${dtype}, ${tensor / 2 ** 20} MB: tiles of ${side}, which work in ${(peak(side) / 2 ** 20).toFixed()} MB`,
    );
    expect(peak(side)).toBeLessThanOrEqual(Math.min(2 ** 30, tensor));
    expect(side).toBeGreaterThanOrEqual(64);
  });

  it('and smaller where memory ran out, or where the CPU works', () => {
    const net = opened(realEsrgan(), machine({}, {}));
    expect(net.tileSide(100)).toBe(96);
    expect(net.tileSide(10)).toBe(64);
    expect([512, 100, 64].map(smallerSide)).toEqual([384, 96, null]);
    const cpu: Machine = { ...machine({ layout: 'nchw' }, { net: 2 ** 32 }), backend: 'wasm' };
    expect(opened(realEsrgan({ width: 8, blocks: 1 }), cpu).tileSide()).toBe(192);
  });
});

describe('a file that is not as it should be is told by what is wrong with it', () => {
  const small = { width: 8, blocks: 2 };
  const without = (name: string): Shapes => realEsrgan(small).filter(([key]) => key !== name);

  it.each<[string, Shapes, string, RegExp]>([
    [
      'a block that lacks a weight',
      without('body.1.rdb2.conv3.weight'),
      'missing-weight',
      /body\.1\.rdb2\.conv3/,
    ],
    [
      'a convolution for other channels',
      [...without('conv_hr.weight'), ['conv_hr.weight', 8, 9, 3, 3]],
      'bad-weight',
      /conv_hr\.weight.*8 channels/,
    ],
    [
      'one that gives shades of grey',
      realEsrgan({ ...small, given: 1 }),
      'unsupported-model',
      /1 channels of 3/,
    ],
    [
      'one that takes four channels',
      realEsrgan({ ...small, taken: 4 }),
      'unsupported-model',
      /3 channels of 4/,
    ],
    ['one that makes pictures smaller', realEsrgan({ ...small, taken: 192 }), 'unsupported-model', /of 192/],
    [
      'Compact with a last layer of no factor',
      [...convolution('body.0', 3, 8), ['body.1.weight', 8], ...convolution('body.2', 8, 17)],
      'unsupported-model',
      /17 channels/,
    ],
  ])('%s', (_, shapes, code, facts) => {
    expect(() => inspectUpscaler(tensorsOf(shapes))).toThrow(expect.objectContaining({ code }));
    expect(() => inspectUpscaler(tensorsOf(shapes))).toThrow(facts);
  });

  it('numbers that are none', () => {
    expect(() => inspectUpscaler(tensorsOf(realEsrgan(small), 'I32'))).toThrow(/bad-weight.*I32/);
  });

  it('and one that is sound is told by its sides', () => {
    expect(inspectUpscaler(tensorsOf(realEsrgan(small)))).toEqual({
      architecture: 'ESRGAN',
      scale: 4,
      fold: 1,
    });
    expect(inspectUpscaler(tensorsOf(realEsrgan({ ...small, taken: 12 })))).toMatchObject({
      scale: 2,
      fold: 2,
    });
  });
});

test.each(['params_ema.', 'state_dict.module.', '_orig_mod.', 'netG._orig_mod.', 'upscaler.inner.'])(
  'what a training wraps a net in is passed over: %s',
  (at) => {
    const form = upscalerForm(new Map([[`${at}conv_first.weight`, { shape: [64, 3, 3, 3] }]]));
    expect([...form.keys()]).toEqual(['conv_first.weight']);
  },
);
