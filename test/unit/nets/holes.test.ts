import { describe, expect, it, test } from 'vitest';
import type { Target } from '../../../src/graph/graph';
import { recognise } from '../../../src/nets/detect/detect';
import { unetGraph } from '../../../src/nets/graphs';
import { targetFinder } from '../../../src/nets/lora';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { renamer } from '../../../src/nets/names/renamer';
import { shapeOfDiffusers, shapeOfLdm, unetPairs } from '../../../src/nets/names/unet';
import { distilled, normal, stableDiffusion15, stableDiffusionXL, type Shapes } from './stable-diffusion';

const UNET = 'unet.';
const target: Target = { layout: 'nhwc', dtype: 'f16', fusedAttention: true, maxScoreBytes: 2 ** 28 };

function drawn(tensors: Shapes): { nodes: number; left: string[] } {
  const model = recognise({ tensors, metadata: new Map() }).model;
  const used = new Set<string>();
  const { nodes } = unetGraph({ model, tensors }, target, { batch: 2, h: 64, w: 64 }, used);
  return { nodes, left: [...tensors.keys()].filter((name) => name.startsWith(UNET) && !used.has(name)) };
}

const renamed = (tensors: Shapes, rename: (name: string) => string): Shapes =>
  new Map([...tensors].map(([name, info]) => [rename(name), info]));

/** A UNet of one ResBlock a level in the numbers of one with two, as the converter for SD 1.x writes it. */
const withHoles = (tensors: Shapes): Shapes =>
  renamed(tensors, (name) =>
    name
      .replace(/\.input_blocks\.([1-9]\d*)\./, (_, n: string) => {
        const [level, part] = [Math.floor((Number(n) - 1) / 2), (Number(n) - 1) % 2];
        return `.input_blocks.${3 * level + (part === 0 ? 1 : 3)}.`;
      })
      .replace(/\.output_blocks\.(\d+)\.(\d+\.conv)?/, (_, n: string, up?: string) => {
        const level = Math.floor(Number(n) / 2);
        return `.output_blocks.${3 * level + (up ? 2 : Number(n) % 2)}.${up ?? ''}`;
      }),
  );

const own = (tensors: Shapes): string[] =>
  [...tensors.keys()].filter((name) => name.startsWith(UNET)).map((name) => name.slice(UNET.length));

describe('BK-SDM in the numbers of the net that it was made from', () => {
  const holes = withHoles(normal(distilled()));

  it('has upsamplings that stand alone, and is the same net as without holes', () => {
    expect(own(holes).filter((name) => /^output_blocks\.(2|5|8)\./.test(name))).toEqual([
      'output_blocks.2.1.conv.weight',
      'output_blocks.2.1.conv.bias',
      'output_blocks.5.2.conv.weight',
      'output_blocks.5.2.conv.bias',
      'output_blocks.8.2.conv.weight',
      'output_blocks.8.2.conv.bias',
    ]);
    expect(drawn(holes)).toEqual(drawn(normal(distilled())));
    expect(drawn(holes).left).toEqual([]);
  });

  it('but one of which whole blocks are gone, on one way only, is not whole', () => {
    const without = (gone: RegExp): Shapes =>
      new Map([...normal(stableDiffusion15())].filter(([name]) => !gone.test(name)));
    expect(() => drawn(without(/input_blocks\.4\./))).toThrow('missing-weight, key: unet.input_blocks');
    expect(() => drawn(without(/output_blocks\.(?:[5-9]|1\d)\./))).toThrow(
      'missing-weight, key: unet.output_blocks',
    );
  });

  it('a LoRA finds its modules by the names of diffusers', () => {
    const find = targetFinder(holes);
    const keyOf = (module: string) => {
      const found = find({ name: `lora_unet_${module}`, bias: false, parts: new Map() });
      return 'lacks' in found ? null : found[0]!.key;
    };
    expect(
      [
        'down_blocks_1_attentions_0_proj_in',
        'down_blocks_3_resnets_0_conv1',
        'down_blocks_2_downsamplers_0_conv',
        'up_blocks_0_resnets_1_conv2',
        'up_blocks_0_upsamplers_0_conv',
        'up_blocks_1_attentions_1_transformer_blocks_0_attn2_to_k',
        'up_blocks_2_upsamplers_0_conv',
      ].map(keyOf),
    ).toEqual([
      `${UNET}input_blocks.4.1.proj_in.weight`,
      `${UNET}input_blocks.10.0.in_layers.2.weight`,
      `${UNET}input_blocks.9.0.op.weight`,
      `${UNET}output_blocks.1.0.out_layers.3.weight`,
      `${UNET}output_blocks.2.1.conv.weight`,
      `${UNET}output_blocks.4.1.transformer_blocks.0.attn2.to_k.weight`,
      `${UNET}output_blocks.8.2.conv.weight`,
    ]);
  });

  it('made a folder and read back, it has no holes any more', () => {
    const toDiffusers = renamer(unetPairs(shapeOfLdm(own(holes))), 'theirs');
    const folder = own(holes).map((name) => toDiffusers(name) ?? name);
    const toLdm = renamer(unetPairs(shapeOfDiffusers(folder)), 'normal');
    expect(folder.map((name) => toLdm(name) ?? name).sort()).toEqual(own(normal(distilled())).sort());
  });
});

test('attention that a converter has left under its old name is found its place', () => {
  const names = [
    'input_blocks.1.0.in_layers.0.weight',
    'input_blocks.3.0.op.weight',
    'input_blocks.4.0.in_layers.0.weight',
    'output_blocks.0.0.in_layers.0.weight',
    'output_blocks.1.0.in_layers.0.weight',
    'output_blocks.2.1.conv.weight',
    'output_blocks.3.0.in_layers.0.weight',
    'up_blocks.0.attentions.1.norm.weight',
  ];
  const file = new Map(names.map((name) => [UNET + name, { shape: [1] }]));
  const { tensors, strays } = inNormalForm(file);
  expect([...tensors.keys()]).toEqual([
    ...names.slice(0, -1).map((name) => `unet.${name}`),
    'unet.output_blocks.1.1.norm.weight',
  ]);
  expect(strays).toEqual([]);
});

/** What is left of a net without tensors of these names, and with so many transformers at most in each place. */
function without(tensors: Shapes, gone: RegExp, depth: (block: string) => number): Shapes {
  return new Map(
    [...tensors].filter(([name]) => {
      const [, block, number] =
        /\.((?:in|out)put_blocks\.\d+)\.1\.transformer_blocks\.(\d+)\./.exec(name) ?? [];
      return !gone.test(name) && (block === undefined || Number(number) < depth(block));
    }),
  );
}

describe('Stable Diffusion XL made smaller', () => {
  const MIDDLE = /\.middle_block\.[12]\./;

  // How many transformers follow each other in input blocks 4, 5, 7 and 8, and in output blocks 0 to 5.
  it.each([
    ['SSD-1B', [2, 2, 4, 4], [4, 4, 10, 2, 1, 1]],
    ['Segmind-Vega', [1, 1, 2, 2], [2, 2, 2, 1, 1, 1]],
  ] as const)(
    '%s, with fewer transformers and one ResBlock for a middle, uses all it has',
    (_, ins, outs) => {
      const depth = (block: string): number => {
        const number = Number(block.replace(/\D+/, ''));
        return block.startsWith('input') ? ins[[4, 5, 7, 8].indexOf(number)]! : outs[number]!; // they have no others
      };
      const small = without(normal(stableDiffusionXL()), MIDDLE, depth);
      const { nodes, left } = drawn(small);
      expect(left).toEqual([]);
      expect(nodes).toBeLessThan(drawn(normal(stableDiffusionXL())).nodes);
      const toDiffusers = renamer(unetPairs(shapeOfLdm(own(small))), 'theirs');
      const folder = own(small).map((name) => toDiffusers(name) ?? name);
      const toLdm = renamer(unetPairs(shapeOfDiffusers(folder)), 'normal');
      expect(folder.map((name) => toLdm(name))).toEqual(own(small));
    },
  );
});

test('a level without attention is passed', () => {
  const tensors = without(
    normal(stableDiffusion15()),
    /\.(input_blocks\.[78]|output_blocks\.[345])\.1\.(?!conv)/,
    () => 9,
  );
  expect(drawn(tensors).left).toEqual([]);
});

test('where the keys of the first attention are as wide as the text, it reads the text', () => {
  const tensors = new Map(normal(stableDiffusion15()));
  for (const [name, info] of tensors) {
    const wide = /put_blocks\.(?:[129]|1[01])\.1\..*\.attn1\.to_[kv]\.weight$/.test(name);
    if (wide) tensors.set(name, { ...info, shape: [320, 768] });
  }
  expect(drawn(tensors).left).toEqual([]);
});
