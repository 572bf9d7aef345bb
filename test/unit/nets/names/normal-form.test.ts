import { describe, expect, it } from 'vitest';
import { inNormalForm } from '../../../../src/nets/names/normal-form';
import { stableDiffusion15, stableDiffusion2, stableDiffusionXL } from '../stable-diffusion';

/** The view of the one tensor that a file has, by its name in normal form. */
function only(name: string, shape: readonly number[], more: Record<string, readonly number[]> = {}) {
  const sized = (begin: number, of: readonly number[]) => ({
    shape: of,
    begin,
    end: begin + of.reduce((n, d) => n * d, 2),
  });
  const others = Object.entries(more).map(([other, of]) => [other, sized(0, of)] as const);
  const { tensors } = inNormalForm(new Map([...others, [name, sized(100, shape)]]));
  return [...tensors].filter(([, view]) => view.name === name);
}

describe('OpenCLIP lies otherwise, and is seen as transformers has it', () => {
  const at = 'cond_stage_model.model';

  it('queries, keys and values are thirds of one tensor', () => {
    const name = `${at}.transformer.resblocks.7.attn.in_proj_weight`;
    const layer = 'text.text_model.encoder.layers.7.self_attn';
    expect(only(name, [12, 4])).toEqual([
      [`${layer}.q_proj.weight`, { name, shape: [4, 4], begin: 100, end: 132 }],
      [`${layer}.k_proj.weight`, { name, shape: [4, 4], begin: 132, end: 164 }],
      [`${layer}.v_proj.weight`, { name, shape: [4, 4], begin: 164, end: 196 }],
    ]);
    expect(only(name.replace('weight', 'bias'), [12]).map(([key, { shape }]) => [key, shape])).toEqual(
      ['q', 'k', 'v'].map((which) => [`${layer}.${which}_proj.bias`, [4]]),
    );
  });

  it('and so are the scales of its rows, while one scale for all is that of each', () => {
    const name = `${at}.transformer.resblocks.0.attn.in_proj_scale_weight`;
    expect(only(name, [12, 1]).map(([, { begin, shape }]) => [begin, shape])).toEqual([
      [100, [4]],
      [108, [4]],
      [116, [4]],
    ]);
    expect(only(name, [1]).map(([key, { begin, shape }]) => [key.split('.').at(-1), begin, shape])).toEqual(
      Array(3).fill(['scale_weight', 100, [1]]),
    );
  });

  it.each([
    ['text_projection', [8, 4], { shape: [4, 8], turned: true }],
    ['text_projection', [4, 4], { shape: [4, 4], turned: true }],
    ['text_projection.weight', [4, 4], { shape: [4, 4] }],
    ['text_projection', [4, 8], { shape: [4, 8] }],
    ['text_projection.weight', [4, 8], { shape: [4, 8] }],
    ['text_projection.weight', [8, 4], { shape: [4, 8], turned: true }],
  ] as const)('the projection is turned, where its shape or its name says so: %s %j', (own, shape, seen) => {
    const width = own === 'text_projection' || shape[0] === shape[1] ? shape[0] : 8;
    const name = `conditioner.embedders.1.model.${own}`;
    const view = only(name, shape, {
      'conditioner.embedders.1.model.ln_final.weight': [
        own === 'text_projection' && shape[1] === 8 ? 8 : width,
      ],
    });
    expect(view).toEqual([
      ['text2.text_projection.weight', { name, begin: 100, end: 100 + 2 * shape[0] * shape[1], ...seen }],
    ]);
  });
});

it('the two convolutions around latents may stand in the halves of a VAE', () => {
  const name = 'first_stage_model.decoder.post_quant_conv.weight';
  expect(only(name, [4, 4, 1, 1]).map(([key]) => key)).toEqual(['vae.post_quant_conv.weight']);
});

describe('shapes are as they are used', () => {
  it.each([
    ['vae.decoder.mid.attn_1.q.weight', [8, 8, 1, 1], [8, 8]],
    ['vae.decoder.mid.attn_1.q.weight', [8, 8], [8, 8]],
    ['vae.quant_conv.weight', [8, 8], [8, 8, 1, 1]],
    ['unet.input_blocks.4.0.skip_connection.weight', [8, 4], [8, 4, 1, 1]],
    ['unet.input_blocks.4.0.skip_connection.weight', [8, 4, 1, 1], [8, 4, 1, 1]],
    ['vae.decoder.up.1.block.0.nin_shortcut.weight', [8, 4, 1], [8, 4, 1, 1]],
    ['unet.input_blocks.1.1.norm.weight', [8, 1, 1], [8]],
    ['unet.input_blocks.1.1.norm.weight', [1, 1], [1]],
    ['unet.input_blocks.1.1.proj_in.weight', [8, 8, 1, 1], [8, 8, 1, 1]],
    ['unet.input_blocks.1.1.proj_in.weight', [8, 8], [8, 8]],
    ['unet.out.2.weight', [4, 8, 3, 3], [4, 8, 3, 3]],
  ])('%s %j → %j', (name, shape, seen) => {
    expect(only(name, shape)[0]?.[1].shape).toEqual(seen);
  });
});

describe.each([
  ['Stable Diffusion 1.5', stableDiffusion15()],
  ['Stable Diffusion 2.x', stableDiffusion2()],
  ['Stable Diffusion XL', stableDiffusionXL()],
])('the names of %s', (family, file) => {
  const { tensors, strays } = inNormalForm(file);

  it('all have a place, and one that is their own', () => {
    expect(strays).toEqual([]);
    expect(new Set([...tensors.values()].map(({ name }) => name)).size).toBe(file.size);
  });

  it('are the same read once more', () => {
    const again = inNormalForm(tensors);
    expect([...again.tensors.keys()]).toEqual([...tensors.keys()]);
    expect([...again.tensors.values()].map(({ shape }) => shape)).toEqual(
      [...tensors.values()].map(({ shape }) => shape),
    );
  });

  it('take a few milliseconds', () => {
    const started = performance.now();
    for (let i = 0; i < 10; i++) inNormalForm(file);
    const took = (performance.now() - started) / 10;
    console.info(`${family}: ${file.size} names in normal form in ${took.toFixed(1)} ms`);
    expect(took).toBeLessThan(500); // a busy machine's; a few are usual
  });
});

it('what all names begin with, and nobody knows, is passed over, whatever scalars lie beside them', () => {
  const file = new Map([
    ['my_export.model.diffusion_model.out.2.bias', { shape: [4] }],
    ['my_export.first_stage_model.post_quant_conv.bias', { shape: [4] }],
    ['epoch', { shape: [] }],
  ]);
  const { tensors, strays } = inNormalForm(file);
  expect([...tensors.keys()]).toEqual(['unet.out.2.bias', 'vae.post_quant_conv.bias']);
  expect(strays).toEqual(['epoch']);
});

describe('a net behind a beginning that no table knows', () => {
  const keysOf = (shapes: Readonly<Record<string, readonly number[]>>): string[] => [
    ...inNormalForm(new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }]))).tensors.keys(),
  ];
  const TABLE = 'text_model.embeddings.token_embedding.weight';
  const unet = { 'model.diffusion_model.out.2.weight': [4, 320, 3, 3] };

  it('is found where the file has it nowhere else; the narrower of two text encoders is the first', () => {
    const big = { [`bigger.${TABLE}`]: [8, 1280] };
    expect(keysOf({ ...unet, ...big, [`my.clip.${TABLE}`]: [8, 768] })).toEqual([
      'unet.out.2.weight',
      `text.${TABLE}`,
      `text2.${TABLE}`,
    ]);
    expect(keysOf({ ...unet, ...big, [`clip_l.${TABLE}`]: [8, 768] })).toContain(`text2.${TABLE}`);
  });
  it('is passed over beside one of its kind, and where what only looks like its parts is there', () => {
    const other = { 'control_model.out.2.weight': [4, 320, 3, 3] };
    const eyes = { 'image_encoder.vision_model.encoder.layers.0.mlp.fc1.weight': [8, 8] };
    expect(keysOf({ ...other, ...unet, ...eyes })).toEqual(['unet.out.2.weight']);
  });
  it('is counted from 1 if the file counts from 0', () => {
    expect(keysOf({ [`text_encoder_1.${TABLE}`]: [8, 1280], [`text_encoder_0.${TABLE}`]: [8, 768] })).toEqual(
      [`text.${TABLE}`, `text2.${TABLE}`],
    );
  });
});

it('what belongs to no net, or comes a second time, is a stray', () => {
  const { tensors, strays } = inNormalForm(
    new Map(
      [
        'v_pred',
        'model_ema.decay',
        'vae.quant_conv.bias',
        'first_stage_model.quant_conv.bias',
        'unet.adapter.weight',
      ].map((name) => [name, { shape: [1] }]),
    ),
  );
  expect(strays).toEqual(['v_pred', 'model_ema.decay', 'first_stage_model.quant_conv.bias']);
  expect([...tensors.keys()]).toEqual(['unet.adapter.weight', 'vae.quant_conv.bias']);
});

describe('names of a stranger cost no more than their letters', () => {
  it.each([
    'text_model.encoder.layers.99999999.mlp.fc1.weight',
    'decoder.up.99999999.block.99999999.conv1.weight',
    'down_blocks.0.resnets.99999999.conv1.weight',
    'joint_blocks.99999999.x_block.attn.qkv.weight',
    `${'a.'.repeat(20_000)}weight`,
    `${'_orig_mod.'.repeat(9_000)}conv_in.weight`,
  ])('%s', (name) => {
    const { tensors, strays } = inNormalForm(new Map([[name, { shape: [3] }]]));
    expect([...strays, ...[...tensors.values()].map((view) => view.name)]).toContain(name);
  });
});
