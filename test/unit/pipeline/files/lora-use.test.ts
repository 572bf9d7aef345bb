import { expect, test } from 'vitest';
import { patchesOf, useOf, type Lora } from '../../../../src/pipeline/files/lora';
import type { TensorInfo } from '../../../../src/weights/safetensors';
import { memorySource } from '../../../../src/weights/source';
import { stableDiffusionXL } from '../../nets/stable-diffusion';
import { added, key, kohya, loraOf, model, module, stored, tensors } from './lora-made';

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

test('a beginning that no table knows is passed over, whatever stands beside it; lone numbers are notes', () => {
  const { header } = loraOf({
    ...{ epoch: [[], 7], rank: [[1], 4] },
    'trained.unet.down_blocks.0.attentions.0.proj_in.diff_b': [[320], 1],
    'trained.unet.conv_in.diff': [[320, 4, 3, 3], 1],
    'lora_te_text_model_encoder_layers_3_mlp_fc1.diff_b': [[3072], 1],
  });
  expect(useOf(header, tensors)).toEqual({ modules: 3, used: 3, unused: [] });
});
