import { expect, test } from 'vitest';
import { recognise } from '../../../src/nets/detect/detect';
import { inNormalForm } from '../../../src/nets/names/normal-form';
import { patchesOf, useOf, type Lora } from '../../../src/pipeline/files/lora';
import type { TensorInfo } from '../../../src/weights/safetensors';
import { memorySource } from '../../../src/weights/source';
import { stableDiffusion15, stableDiffusionXL, type Shapes } from '../nets/stable-diffusion';

const stored = (shapes: Shapes) =>
  inNormalForm(
    new Map<string, TensorInfo>(
      [...shapes].map(([name, { shape }]) => [name, { name, dtype: 'F16', shape, begin: 0, end: 0 }]),
    ),
  ).tensors;
const tensors = stored(stableDiffusion15());
const model = recognise({ tensors: stableDiffusion15(), metadata: new Map() }).model;
const key = 'unet.input_blocks.1.1.proj_in.weight'; // 320 × 320
const module = 'lora_unet_down_blocks_0_attentions_0_proj_in';

/** A LoRA of these tensors, each filled with one number. */
function loraOf(parts: Record<string, readonly [shape: readonly number[], value: number]>, weight = 1): Lora {
  const numbers: number[] = [];
  const own = new Map<string, TensorInfo>();
  for (const [name, [shape, value]] of Object.entries(parts)) {
    const begin = 4 * numbers.length;
    numbers.push(...new Array<number>(shape.reduce((n, d) => n * d, 1)).fill(value));
    own.set(name, { name, dtype: 'F32', shape, begin, end: 4 * numbers.length });
  }
  const source = memorySource(new Uint8Array(Float32Array.from(numbers).buffer));
  const header = { tensors: own, metadata: new Map<string, string>(), bytes: 4 * numbers.length };
  return { name: 'style', header, source, unet: weight, text: weight };
}

const added = (...loras: Lora[]): number => {
  const weights = new Float32Array(320 * 320);
  patchesOf(model, tensors, loras).get(key)?.(weights);
  expect(new Set(weights).size).toBe(1);
  return weights[0]!;
};

const kohya = (weight: number, alpha: number | null = 2): Lora =>
  loraOf(
    {
      [`${module}.lora_up.weight`]: [[320, 4, 1, 1], 3],
      [`${module}.lora_down.weight`]: [[4, 320, 1, 1], 0.5],
      ...(alpha !== null && { [`${module}.alpha`]: [[], alpha] as const }),
    },
    weight,
  );

test('a scale of its own counts in place of alpha', () => {
  const parts = {
    'lora_up.weight': [[320, 4], 3],
    'lora_down.weight': [[4, 320], 0.5],
    alpha: [[], 2],
  } as const;
  const named = (own: object) =>
    Object.fromEntries(
      Object.entries(own).map(([part, value]) => [`${module}.${part}`, value]),
    ) as Parameters<typeof loraOf>[0];
  expect(added(loraOf(named(parts)))).toBe(3);
  expect(added(loraOf(named({ ...parts, scale: [[], 0.25] })))).toBe(1.5);
});

test('up times down is added, by alpha over rank, and by the weight in the prompt', () => {
  expect(added(kohya(1))).toBe((4 * 3 * 0.5 * 2) / 4);
  expect(added(kohya(-0.5))).toBe(-1.5);
  expect(added(kohya(1, null)), 'without an alpha it counts in full').toBe(6);
});

test.each([
  [{ 'unet.r': 4, 'unet.lora_alpha': 1, 'text_encoder.lora_alpha': 9 }, 1 / 4],
  [{ 'unet.lora_alpha': 1, 'unet.use_rslora': true }, 1 / 2],
  [{ 'unet.lora_alpha': 1, 'unet.alpha_pattern': { proj_in: 3, 'attn1.to_q': 9 } }, 3 / 4],
  [{ 'unet.lora_alpha': 1, 'unet.alpha_pattern': { j_in: 9, '0.proj_in': 3 } }, 3 / 4],
  [{ 'unet.lora_alpha': '8', 'text_encoder.lora_alpha': 9 }, 1],
  [['unet.lora_alpha', 8], 1],
] as const)(
  'without alphas the configuration in the metadata says how much it counts: %j',
  (stated, scale) => {
    const { header, ...lora } = kohya(1, null);
    const metadata = new Map([['lora_adapter_metadata', JSON.stringify(stated)]]);
    expect(added({ ...lora, header: { ...header, metadata } })).toBeCloseTo(6 * scale, 6);
    const own = kohya(1);
    expect(added({ ...own, header: { ...own.header, metadata } }), 'alphas come first').toBe(3);
  },
);

test.each([
  [
    'LoHa',
    {
      hada_w1_a: [[320, 2], 1],
      hada_w1_b: [[2, 320], 2],
      hada_w2_a: [[320, 2], 3],
      hada_w2_b: [[2, 320], 1],
    },
    24,
    8 / 2,
  ],
  ['LoKr, decomposed', { lokr_w1: [[4, 4], 2], lokr_w2_a: [[80, 5], 1], lokr_w2_b: [[5, 80], 1] }, 10, 8 / 5],
  ['LoKr, whole', { lokr_w1: [[4, 4], 2], lokr_w2: [[80, 80], 3] }, 6, 8 / 16],
] as const)("PEFT's %s counts by the alpha of its configuration", (kind, parts, plain, scale) => {
  const named = Object.entries(parts).map(([part, value]) => [
    `base_model.model.down_blocks.0.attentions.0.proj_in.${part}`,
    value,
  ]);
  const { header, ...lora } = loraOf(Object.fromEntries(named) as Parameters<typeof loraOf>[0]);
  const config = { peft_type: kind.slice(0, 4).toUpperCase(), r: 16, alpha: 8 };
  const metadata = new Map([['adapter_config.json', JSON.stringify(config)]]);
  expect(added({ ...lora, header: { ...header, metadata } })).toBeCloseTo(plain * scale, 5);
  expect(added({ ...lora, header })).toBeCloseTo(plain, 5);
});

test('a broken configuration is as good as none', () => {
  const { header, ...lora } = kohya(1, null);
  const metadata = new Map([['lora_adapter_metadata', '{"unet.lora_alpha": 8']]);
  expect(added({ ...lora, header: { ...header, metadata } })).toBe(6);
});

test('a DoRA sets the lengths of what is there once it and those before it are added', () => {
  // Every row is 320 numbers of one size: of length 8, each is 8 / √320.
  const own = { 'lora_up.weight': [[320, 1], 3], 'lora_down.weight': [[1, 320], 1] } as const;
  const named = [...Object.entries(own), ['dora_scale', [[320, 1], 8]] as const].map(
    ([part, value]) => [`${module}.${part}`, value] as const,
  );
  const dora = (weight: number): Lora => loraOf(Object.fromEntries(named), weight);
  const each = 8 / Math.sqrt(320);
  expect(added(dora(1))).toBeCloseTo(each, 5);
  expect(added(kohya(1), dora(1)), 'whatever was there, in this direction').toBeCloseTo(each, 5);
  expect(added(kohya(1), dora(0.5)), 'half the way from 3').toBeCloseTo((3 + each) / 2, 5);
});

test('several are added up; one of weight 0 changes nothing', () => {
  expect(added(kohya(1), kohya(0.5))).toBe(4.5);
  expect(patchesOf(model, tensors, [kohya(0)]).size).toBe(0);
});

test.each([
  [
    'LoHa',
    {
      hada_w1_a: [[320, 2], 1],
      hada_w1_b: [[2, 320], 2],
      hada_w2_a: [[320, 2], 3],
      hada_w2_b: [[2, 320], 1],
      alpha: [[], 1],
    },
    (4 * 6) / 2,
  ],
  ['LoKr, whole', { lokr_w1: [[4, 4], 2], lokr_w2: [[80, 80, 1, 1], 3], alpha: [[], 7] }, 6],
  [
    'LoKr, decomposed',
    { lokr_w1: [[4, 4], 2], lokr_w2_a: [[80, 5], 1], lokr_w2_b: [[5, 80], 1], alpha: [[], 1] },
    (2 * 5) / 5,
  ],
  [
    'a kernel in between',
    {
      'lora_up.weight': [[320, 2], 1],
      'lora_mid.weight': [[2, 2, 1, 1], 1],
      'lora_down.weight': [[2, 320], 1],
    },
    4,
  ],
  ['a whole difference', { diff: [[320, 320, 1, 1], 5] }, 5],
] as const)('%s', (_, parts, expected) => {
  const named = Object.entries(parts).map(([part, value]) => [`${module}.${part}`, value]);
  expect(added(loraOf(Object.fromEntries(named) as Parameters<typeof loraOf>[0]))).toBeCloseTo(expected, 5);
});

test.each([
  ['names no module of this kind of model', { 'lora_unet_double_blocks_0.lora_up.weight': [[4, 4], 1] }],
  [
    'is of another size',
    { [`${module}.lora_up.weight`]: [[640, 4], 1], [`${module}.lora_down.weight`]: [[4, 640], 1] },
  ],
  [
    'is of another size, and a Kronecker product',
    { [`${module}.lokr_w1`]: [[8, 8], 1], [`${module}.lokr_w2`]: [[80, 80], 1] },
  ],
] as const)('one that %s is refused by its name', (_, parts) => {
  const lora = loraOf(parts);
  expect(() => patchesOf(model, tensors, [lora])).toThrow(/lora-mismatch, name: style/);
});

test.each([
  ['a LoRA of an embedding', { lora_embedding_A: [[4, 320], 1], lora_embedding_B: [[320, 4], 1] }],
  ['OFT of OneTrainer, clipped', { 'oft_R.weight': [[10, 496], 1], 'oft_R.clipped_oft': [[], 1] }],
  ['AdaLoRA', { lora_A: [[4, 320], 1], lora_B: [[320, 4], 1], lora_E: [[4, 1], 1] }],
  ['VeRA', { vera_lambda_b: [[320], 1], vera_lambda_d: [[4], 1] }],
  ['IA³ of PEFT', { ia3_l: [[320, 1], 1] }],
  ['T-LoRA', { 'q_layer.weight': [[4, 320], 1], 'p_layer.weight': [[320, 4], 1], lambda_layer: [[1, 4], 1] }],
] as const)('one of a kind that is not known (%s) is refused by its kind', (kind, parts) => {
  const named = Object.entries(parts).map(([part, value]) => [`${module}.${part}`, value]);
  const lora = loraOf(Object.fromEntries(named) as Parameters<typeof loraOf>[0]);
  expect(() => patchesOf(model, tensors, [lora])).toThrow(`kind: ${kind}`);
});

test('what Custom Diffusion trained takes the place of weights', () => {
  const at = 'down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor';
  const lora = loraOf(
    {
      [`${at}.to_q_custom_diffusion.weight`]: [[320, 320], 3],
      [`${at}.to_out_custom_diffusion.0.weight`]: [[320, 320], 4],
      [`${at}.to_out_custom_diffusion.0.bias`]: [[320], 5],
    },
    0.5,
  );
  const found = [...patchesOf(model, tensors, [lora])].map(([key, patch]) => {
    const weights = new Float32Array(tensors.get(key)!.shape.reduce((n, d) => n * d, 1)).fill(1); // as above
    patch(weights);
    return [key, weights[0]];
  });
  const own = 'unet.input_blocks.1.1.transformer_blocks.0.attn2';
  expect(found).toEqual([
    [`${own}.to_q.weight`, 2],
    [`${own}.to_out.0.weight`, 2.5],
    [`${own}.to_out.0.bias`, 3],
  ]);
});

test('differences of norms and biases are added to theirs', () => {
  const lora = loraOf(
    {
      [`${module}.diff_b`]: [[320], 3],
      ['lora_unet_down_blocks_0_resnets_0_norm1.w_norm']: [[320], 4],
      ['lora_unet_down_blocks_0_resnets_0_norm1.b_norm']: [[320], 5],
      ['lora_te_text_model_encoder_layers_3_mlp_fc1.diff_b']: [[3072], 6],
    },
    0.5,
  );
  const found = [...patchesOf(model, tensors, [lora])].map(([key, patch]) => {
    const weights = new Float32Array(tensors.get(key)!.shape.reduce((n, d) => n * d, 1)); // targets are tensors
    patch(weights);
    return [key, ...new Set(weights)];
  });
  expect(found).toEqual([
    ['unet.input_blocks.1.1.proj_in.bias', 1.5],
    ['unet.input_blocks.1.0.in_layers.0.weight', 2],
    ['unet.input_blocks.1.0.in_layers.0.bias', 2.5],
    ['text.text_model.encoder.layers.3.mlp.fc1.bias', 3],
  ]);
});

const dtyped = (lora: Lora, name: string, dtype: TensorInfo['dtype']): Lora => {
  const own = new Map(lora.header.tensors);
  own.set(name, { ...own.get(name)!, dtype }); // it is there
  return { ...lora, header: { ...lora.header, tensors: own } };
};

test.each([
  ['kind', 'OFT of PEFT', { oft_r: [[4, 80, 80], 1] }],
  ['kind', 'something', { something: [[320], 1] }],
  ['incomplete', '', { 'lora_up.weight': [[320, 4], 1] }],
  ['incomplete', '', { alpha: [[], 1] }],
  ['size', '', { oft_blocks: [[4, 70, 70], 1] }],
  ['size', '', { oft_blocks: [[2, 4, 70, 70], 1] }],
  ['size', '', { oft_blocks: [[4, 4, 80, 80], 1] }],
  ['size', '', { oft_diag: [[4, 80, 70], 1] }],
  ['size', '', { 'oft_R.weight': [[10, 495], 1] }],
  ['size', '', { 'oft_R.weight': [[11, 496], 1] }],
  ['size', '', { weight: [[321], 1], on_input: [[], 0] }],
  ['size', '', { 'lora_up.weight': [[320, 4], 1], 'lora_down.weight': [[5, 320], 1] }],
  [
    'size',
    '',
    {
      hada_w1_a: [[320, 4], 1],
      hada_w1_b: [[2, 320], 1],
      hada_w2_a: [[320, 2], 1],
      hada_w2_b: [[2, 320], 1],
    },
  ],
  [
    'size',
    '',
    { lokr_w1: [[4, 4], 1], lokr_w2_a: [[3, 80], 1], lokr_w2_b: [[2, 80], 1], lokr_t2: [[2, 2, 1, 1], 1] },
  ],
  [
    'size',
    '',
    { 'lora_up.weight': [[320, 4], 1], 'lora_down.weight': [[4, 320], 1], dora_scale: [[7, 1], 1] },
  ],
] as const)('a module that does not fit (%s %s) is left out, and the rest counts', (why, such, parts) => {
  const named = Object.entries(parts).map(([part, value]) => [`${module}.${part}`, value]);
  const other = 'lora_unet_conv_in';
  const lora = loraOf({
    ...(Object.fromEntries(named) as Parameters<typeof loraOf>[0]),
    [`${other}.diff`]: [[320, 4, 3, 3], 2],
  });
  expect(useOf(lora.header, tensors)).toEqual({
    modules: 2,
    used: 1,
    unused: [{ why, such: such || module, count: 1 }],
  });
  const patches = patchesOf(model, tensors, [lora]);
  expect([...patches.keys()]).toEqual(['unet.input_blocks.0.0.weight']);
});

test.each(['pipe.unet.', 'network.lora_unet_', 'my.trainer.unet.', 'unet.lora_unet_'])(
  'what all names begin with alike says nothing: %s',
  (prefix) => {
    const [one, other] = ['down_blocks.0.attentions.0.proj_in', 'down_blocks.0.attentions.0.proj_out'].map(
      (name) => prefix + (prefix.endsWith('_') ? name.replaceAll('.', '_') : name),
    );
    const lora = loraOf({ [`${one}.diff`]: [[320, 320], 5], [`${other}.diff`]: [[320, 320], 6] });
    expect(useOf(lora.header, tensors)).toEqual({ modules: 2, used: 2, unused: [] });
    expect(added(lora)).toBe(5);
  },
);

test('of a module that is used it is said, too, that a part of it is not known', () => {
  const lora = loraOf({
    [`${module}.lora_up.weight`]: [[320, 4], 3],
    [`${module}.lora_down.weight`]: [[4, 320], 0.5],
    [`${module}.bias`]: [[320], 1],
  });
  expect(useOf(lora.header, tensors)).toEqual({
    modules: 1,
    used: 1,
    unused: [{ why: 'part', such: 'bias', count: 1 }],
  });
  expect(added(lora)).toBe(6);
});

test('numbers that cannot be read are of a kind that is not known', () => {
  const name = `${module}.lora_up.weight`;
  expect(useOf(dtyped(kohya(1), name, 'C64').header, tensors).unused).toEqual([
    { why: 'kind', such: 'C64', count: 1 },
  ]);
});

test('what a model does not have is counted by what it lacks', () => {
  const part = [[4, 4], 1] as const;
  const lora = loraOf({
    'lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_up.weight': part,
    'lora_te2_text_model_encoder_layers_1_mlp_fc1.lora_up.weight': part,
    'lora_unet_input_blocks_40_1_proj_in.lora_up.weight': part,
    [`${module}.diff`]: [[320, 320], 1],
  });
  expect(useOf(lora.header, tensors)).toEqual({
    modules: 4,
    used: 1,
    unused: [
      { why: 'text2', such: 'lora_te2_text_model_encoder_layers_0_mlp_fc1', count: 2 },
      { why: 'module', such: 'lora_unet_input_blocks_40_1_proj_in', count: 1 },
    ],
  });
});

const convolution = 'unet.input_blocks.0.0.weight';
/** What is added to a first convolution of so many channels, by channel. */
const addedTo = (channels: number, lora: Lora): number[] => {
  const wide = new Map(tensors).set(convolution, {
    ...tensors.get(convolution)!, // it is there
    shape: [320, channels, 3, 3],
  });
  const weights = new Float32Array(320 * channels * 9);
  patchesOf(model, wide, [lora]).get(convolution)!(weights); // or the test ends here
  return Array.from({ length: channels }, (_, i) => weights[i * 9 + channels * 9 * 319]!); // of the last output
};

test.each([9, 8])(
  'a first convolution of %i channels is changed in those that its LoRA knows',
  (channels) => {
    const more = Array<number>(channels - 4).fill(0);
    const product = loraOf({
      'lora_unet_conv_in.lora_up.weight': [[320, 2, 1, 1], 3],
      'lora_unet_conv_in.lora_down.weight': [[2, 4, 3, 3], 1],
    });
    expect(addedTo(channels, product)).toEqual([6, 6, 6, 6, ...more]);
    const whole = loraOf({ 'diffusion_model.input_blocks.0.0.diff': [[320, 4, 3, 3], 5] });
    expect(addedTo(channels, whole)).toEqual([5, 5, 5, 5, ...more]);
  },
);

test('one for a first convolution of more channels than there are is left out', () => {
  const lora = loraOf({ 'lora_unet_conv_in.diff': [[320, 9, 3, 3], 5], [`${module}.diff`]: [[320, 320], 1] });
  expect(useOf(lora.header, tensors).unused).toEqual([{ why: 'size', such: 'lora_unet_conv_in', count: 1 }]);
});

test('a rank of 0 adds nothing, whatever its alpha', () => {
  const lora = loraOf({
    [`${module}.lora_up.weight`]: [[320, 0], 1],
    [`${module}.lora_down.weight`]: [[0, 320], 1],
    [`${module}.alpha`]: [[], 4],
  });
  expect(added(lora)).toBe(0);
});

test.each([
  ['I64', new BigInt64Array([2n])],
  ['I32', new Int32Array([2])],
  ['F64', new Float64Array([2])],
  ['BF16', new Uint16Array([0x4000])],
  ['F8_E5M2', new Uint8Array([0x40])],
] as const)('an alpha of type %s, a scalar or one in a row, is the number it is', (dtype, alpha) => {
  for (const shape of [[], [1], [1, 1]]) {
    const lora = kohya(1, null);
    const { bytes } = lora.header;
    const name = `${module}.alpha`;
    const own = new Map(lora.header.tensors);
    own.set(name, { name, dtype, shape, begin: bytes, end: bytes + alpha.byteLength });
    const file = new Uint8Array(bytes + alpha.byteLength);
    file.set(lora.source.read(0, bytes));
    file.set(new Uint8Array(alpha.buffer), bytes);
    const header = { ...lora.header, tensors: own, bytes: file.length };
    expect(added({ ...lora, header, source: memorySource(file) }), `${shape}`).toBe(3);
  }
});

test('of a LoRA for SDXL, SD 1.5 uses what its text encoder is', () => {
  const xl = stored(stableDiffusionXL());
  const parts = (name: string, rows: number) => ({
    [`${name}.lora_up.weight`]: [[rows, 1], 0] as const,
    [`${name}.lora_down.weight`]: [[1, rows], 0] as const,
  });
  const lora = loraOf({
    ...parts('lora_te1_text_model_encoder_layers_0_self_attn_q_proj', 768),
    ...parts('lora_te2_text_model_encoder_layers_0_self_attn_q_proj', 1280),
  });
  expect(useOf(lora.header, xl)).toMatchObject({ modules: 2, used: 2, unused: [] });
  expect(useOf(lora.header, tensors)).toMatchObject({ used: 1, unused: [{ why: 'text2', count: 1 }] });
});

test('a matrix that holds no numbers is told of the LoRA, not of the checkpoint', () => {
  const patches = patchesOf(model, tensors, [
    loraOf({ [`${module}.lora_up.weight`]: [[320, 1], NaN], [`${module}.lora_down.weight`]: [[1, 320], 1] }),
  ]);
  expect(() => patches.get(key)?.(new Float32Array(320 * 320))).toThrow(
    `weight-not-a-number, key: ${module}.lora_up.weight, count: 320, name: style`,
  );
});

/** A matrix of a LoRA, each row of `up` filled with its number. */
const rowsFrom = (rows: number): Lora => {
  const up = Float32Array.from({ length: rows }, (_, row) => row);
  const bytes = new Uint8Array(new Float32Array([...up, 1, 1]).buffer);
  const infoOf = (name: string, shape: number[], begin: number, end: number) =>
    [name, { name, dtype: 'F32', shape, begin, end }] as const;
  const module = 'lora_unet_joint_blocks_0_x_block_attn_qkv';
  const tensors = new Map<string, TensorInfo>([
    infoOf(`${module}.lora_up.weight`, [rows, 1], 0, 4 * rows),
    infoOf(`${module}.lora_down.weight`, [1, 2], 4 * rows, bytes.length),
  ]);
  const header = { tensors, metadata: new Map<string, string>(), bytes: bytes.length };
  return { name: 'fused', header, source: memorySource(bytes), unet: 1, text: 1 };
};

test('of a matrix that holds queries, keys and values each gets its own rows', () => {
  const own = stored(
    new Map(
      ['attn.qkv', 'attn.proj'].map((name) => [
        `model.diffusion_model.joint_blocks.0.x_block.${name}.weight`,
        { shape: name === 'attn.qkv' ? [6, 2] : [2, 2], dtype: 'F16' },
      ]),
    ),
  );
  const lora = rowsFrom(6);
  expect(useOf(lora.header, own)).toEqual({ modules: 1, used: 1, unused: [] });
  const patches = patchesOf(model, own, [lora]);
  const changed = [...patches].map(([key, patch]) => {
    const weights = Float32Array.of(10, 10, 10, 10);
    patch(weights);
    return [key, [...weights]];
  });
  expect(changed).toEqual([
    ['mmdit.joint_blocks.0.x_block.attn.q.weight', [10, 10, 11, 11]],
    ['mmdit.joint_blocks.0.x_block.attn.k.weight', [12, 12, 13, 13]],
    ['mmdit.joint_blocks.0.x_block.attn.v.weight', [14, 14, 15, 15]],
  ]);
  expect(useOf(rowsFrom(4).header, own).unused).toMatchObject([{ why: 'size', count: 1 }]);
});

test('a modulation of scale and shift is for each in the order of its names', () => {
  const own = stored(
    new Map([
      ['model.diffusion_model.final_layer.adaLN_modulation.1.weight', { shape: [4, 2], dtype: 'F16' }],
    ]),
  );
  const of = (module: string): unknown => {
    const lora = loraOf({ [`${module}.diff`]: [[4, 2], 1] });
    const info = lora.header.tensors.get(`${module}.diff`)!;
    const bytes = new Uint8Array(Float32Array.of(1, 1, 1, 1, 2, 2, 2, 2).buffer);
    expect(info.end).toBe(bytes.length);
    const patches = patchesOf(model, own, [{ ...lora, source: memorySource(bytes) }]);
    return Object.fromEntries(
      [...patches].map(([key, patch]) => {
        const weights = new Float32Array(4);
        patch(weights);
        return [key.split('.').at(-2), weights[0]];
      }),
    );
  };
  expect(of('lora_unet_final_layer_adaLN_modulation_1')).toEqual({ shift: 1, scale: 2 });
  expect(of('transformer.norm_out.linear')).toEqual({ scale: 1, shift: 2 });
});
