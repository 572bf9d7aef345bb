import { expect, test } from 'vitest';
import { patchesOf, type Lora } from '../../../../src/pipeline/files/lora';
import { added, key, kohya, loraOf, model, module, tensors } from './lora-made';

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

test('PEFT’s bias of a product is added to the bias, and counts as the product does', () => {
  const name = 'base_model.model.down_blocks.0.attentions.0.proj_in';
  const { header, ...lora } = loraOf({
    [`${name}.lora_B.weight`]: [[320, 4], 3],
    [`${name}.lora_A.weight`]: [[4, 320], 0.5],
    [`${name}.lora_B.bias`]: [[320], 2],
  });
  const stated = JSON.stringify({ 'unet.r': 4, 'unet.lora_alpha': 2 });
  const told = { ...lora, header: { ...header, metadata: new Map([['lora_adapter_metadata', stated]]) } };
  const bias = new Float32Array(320);
  patchesOf(model, tensors, [told]).get(key.replace(/weight$/, 'bias'))!(bias);
  expect(new Set(bias)).toEqual(new Set([1]));
  expect(added(told)).toBe(3);
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
  [
    'LoRA of HCP-Diffusion, in groups',
    { up: [[2, 320, 2], 1], down: [[2, 2, 320], 1], rank_groups: [[], 2] },
  ],
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
