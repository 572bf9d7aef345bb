import { describe, expect, it } from 'vitest';
import { bundledWords, embeddingWords, isEmbedding, triggersOf } from '../../../src/nets/detect/embedding';

type Shapes = Readonly<Record<string, readonly number[]>>;

const fileOf = (shapes: Shapes, dtype = 'F32') =>
  new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype }]));

/** What calls a file's vectors, and the text encoder of each of its tensors. */
const told = (shapes: Shapes) => {
  const file = fileOf(shapes);
  expect(isEmbedding(file)).toBe(true);
  return triggersOf(embeddingWords(file), 'file').map(({ trigger, word: { tensors, vectors } }) => [
    trigger,
    vectors,
    tensors.map(({ name, encoder }) => `${name} ${encoder}`).join(', '),
  ]);
};

describe('the words of a file', () => {
  it.each<[Shapes, unknown]>([
    [{ emb_params: [2, 768] }, [['file', 2, 'emb_params null']]],
    [
      { weight: [2, 768] },
      [
        ['file', 2, 'weight null'],
        ['weight', 2, 'weight null'],
      ],
    ],
    [{ '*': [2, 768] }, [['file', 2, '* null']]],
    [{ 'string_to_param.*': [3, 768] }, [['file', 3, 'string_to_param.* null']]],
    [{ 'string_to_param.*': [3, 768], 'string_to_token.*': [] }, [['file', 3, 'string_to_param.* null']]],
    [
      { 'string_to_param.toy': [3, 768] },
      [
        ['file', 3, 'string_to_param.toy null'],
        ['toy', 3, 'string_to_param.toy null'],
      ],
    ],
    [
      { '<cat-toy>': [768] },
      [
        ['file', 1, '<cat-toy> null'],
        ['<cat-toy>', 1, '<cat-toy> null'],
      ],
    ],
    [
      { 'abc-person.realism': [4, 768] },
      [
        ['file', 4, 'abc-person.realism null'],
        ['abc-person.realism', 4, 'abc-person.realism null'],
      ],
    ],
    [{ clip_g: [2, 1280], clip_l: [2, 768] }, [['file', 2, 'clip_g 1, clip_l 0']]],
    [{ clip_g: [2, 1280], clip_l: [2, 768], t5xxl: [2, 4096] }, [['file', 2, 'clip_g 1, clip_l 0']]],
    [
      { clip_l: [2, 768], clip_l_out: [2, 768], clip_g: [2, 1280], clip_g_out: [2, 1280], t5: [2, 4096] },
      [['file', 2, 'clip_l 0, clip_g 1']],
    ],
    [
      { text_encoders_0: [2, 768], text_encoders_1: [2, 1280] },
      [['file', 2, 'text_encoders_0 0, text_encoders_1 1']],
    ],
    [
      { text_encoder: [2, 768], text_encoder_2: [2, 1280] },
      [['file', 2, 'text_encoder 0, text_encoder_2 1']],
    ],
    [
      { text_encoder_1: [2, 768], text_encoder_2: [2, 1280] },
      [['file', 2, 'text_encoder_1 0, text_encoder_2 1']],
    ],
    [{ te1: [2, 768], te2: [2, 1280] }, [['file', 2, 'te1 0, te2 1']]],
    [
      { 'toy.clip_l': [2, 768], 'toy.clip_g': [2, 1280] },
      [
        ['file', 2, 'toy.clip_l 0, toy.clip_g 1'],
        ['toy', 2, 'toy.clip_l 0, toy.clip_g 1'],
      ],
    ],
    [
      { 'text_encoder/<s0>': [2, 768], 'text_encoder_2/<s0>': [2, 1280] },
      [
        ['file', 2, 'text_encoder/<s0> 0, text_encoder_2/<s0> 1'],
        ['<s0>', 2, 'text_encoder/<s0> 0, text_encoder_2/<s0> 1'],
      ],
    ],
    [
      { 'clip_l.emb_params': [2, 768], 'clip_g.emb_params': [2, 1280] },
      [['file', 2, 'clip_l.emb_params 0, clip_g.emb_params 1']],
    ],
    [
      { 'clip_l.toy': [2, 768], 'clip_g.toy': [2, 1280] },
      [
        ['file', 2, 'clip_l.toy 0, clip_g.toy 1'],
        ['toy', 2, 'clip_l.toy 0, clip_g.toy 1'],
      ],
    ],
    [
      { 'text_encoders.0': [2, 768], 'text_encoders.1': [2, 1280], 'text_encoders.2': [2, 4096] },
      [['file', 2, 'text_encoders.0 0, text_encoders.1 1']],
    ],
    [{ CLIP_L: [2, 768], CLIP_G: [2, 1280] }, [['file', 2, 'CLIP_L 0, CLIP_G 1']]],
    // Names that no table knows: widths tell that these are for two text encoders.
    [{ emb_l: [2, 768], emb_g: [2, 1280] }, [['file', 2, 'emb_l null, emb_g null']]],
    [{ emb_params: [1, 3, 768] }, [['file', 3, 'emb_params null']]],
    [{ clip_l: [1, 2, 768], clip_g: [1, 2, 1280] }, [['file', 2, 'clip_l 0, clip_g 1']]],
    [
      { '<s0>': [1, 768], '<s1>': [2, 768] },
      [
        ['<s0>', 1, '<s0> null'],
        ['<s1>', 2, '<s1> null'],
      ],
    ],
    [
      { 'bundle_emb.toy.emb_params': [2, 768] },
      [
        ['file', 2, 'bundle_emb.toy.emb_params null'],
        ['toy', 2, 'bundle_emb.toy.emb_params null'],
      ],
    ],
  ])('%j', (shapes, expected) => {
    expect(told(shapes)).toEqual(expected);
  });

  it('are not disturbed by notes of whole numbers', () => {
    const vectors = fileOf({ emb_params: [2, 768] });
    expect(isEmbedding(new Map([...vectors, ...fileOf({ token_ids: [2] }, 'I64')]))).toBe(true);
  });

  it.each<[string, Shapes]>([
    ['a layer with a bias', { weight: [10, 768], bias: [768] }],
    ['a table of many rows', { some: [49408, 768] }],
    ['a convolution', { some: [4, 4, 3, 3] }],
    ['numbers by themselves', { step: [], loss: [1] }],
    ['nothing', {}],
    ['what encoders give for a word alone', { clip_l_out: [2, 768], clip_g_out: [2, 1280] }],
    [
      'vectors of modules',
      { 'base_model.model.mid_block.attentions.0.proj_in.vera_lambda_b': [320], 'unet.conv_in.x': [320] },
    ],
    ['a layer of a text encoder', { 'clip_l.text_model.encoder.layers.0.mlp.fc1.weight': [8, 768] }],
    ['vectors beside a layer', { '<toy>': [2, 768], 'fc.weight': [10, 768, 1, 1] }],
  ])('%s has none', (_, shapes) => {
    expect(isEmbedding(fileOf(shapes))).toBe(false);
  });

  it('whole numbers are none', () => {
    expect(isEmbedding(fileOf({ '<toy>': [2, 768] }, 'I64'))).toBe(false);
  });

  it('in a LoRA are those that were trained together with it', () => {
    const lora = fileOf({
      'lora_unet_conv_in.lora_up.weight': [320, 4],
      'lora_unet_conv_in.alpha': [],
      'bundle_emb.my.word.string_to_param.*': [2, 768],
      'bundle_emb.other.clip_l': [1, 768],
      'bundle_emb.other.clip_g': [1, 1280],
      'bundle_emb.other.clip_l_out': [1, 768],
      '<s1>': [768],
    });
    expect(bundledWords(lora).map(({ word, vectors, tensors }) => [word, vectors, tensors.length])).toEqual([
      ['my.word', 2, 1],
      ['other', 1, 2],
      ['<s1>', 1, 1],
    ]);
  });
});
