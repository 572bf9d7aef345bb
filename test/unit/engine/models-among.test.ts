import { describe, expect, it } from 'vitest';
import type { LocalFile } from '../../../src/engine/api';
import { goldenBytes } from '../../golden/root';
import { tensorsOf, written, type StoredTensors } from '../../safetensors';
import {
  named,
  local,
  UNET,
  TEXT,
  unet,
  vae,
  text,
  gather,
  told,
  fileOf,
  namesIn,
  inside,
} from './model-files';

it('a file that is filled up with noughts is taken without them, and with more of anything else it stays as it is', async () => {
  const whole = written(new Map([['emb_params', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }]]));
  const [padded, longer] = [0, 7].map((last) => new Blob([whole, new Uint8Array(99).with(98, last)]));
  const { models } = await gather([
    local('padded.safetensors', padded!),
    local('longer.safetensors', longer!),
  ]);
  expect(models.map(fileOf).map(({ size }) => size)).toEqual([whole.size, longer!.size]);
  expect(models.map(({ bytes }) => bytes)).toEqual([whole.size, longer!.size]);
  expect([...(await tensorsOf(fileOf(models[0]!))).keys()]).toEqual(['emb_params']);
});

describe('files that are one model', () => {
  it('become one file with the name of their folder', async () => {
    const gathered = await gather(inside('my model', vae(), text(), unet()));
    expect(told(gathered)).toEqual({ files: ['my model.safetensors'], refused: [] });
    expect(await namesIn(gathered.models[0])).toEqual([
      'unet.conv_in.weight',
      'unet.down_blocks.0.resnets.0.conv1.weight',
      'unet.up_blocks.0.resnets.0.conv1.weight',
      'vae.decoder.conv_in.weight',
      'vae.encoder.down_blocks.0.resnets.0.conv1.weight',
      'text.text_model.final_layer_norm.weight',
      'text.text_model.encoder.layers.0.layer_norm1.weight',
    ]);
  });

  it('may lie side by side, and in several folders that were dropped together', async () => {
    const flat = inside('flat', unet('u.safetensors'), vae('v.safetensors'), text('t.safetensors'));
    const deep = inside('all/deep', unet(), vae(), text());
    expect(told(await gather([...flat, ...deep]))).toEqual({
      files: ['flat.safetensors', 'deep.safetensors'],
      refused: [],
    });
  });

  it('two text encoders are told apart by the projection', async () => {
    const second = named('text_encoder_2/model.safetensors', ['text_projection.weight', ...TEXT]);
    const wide = named('unet/m.safetensors', [...UNET, 'add_embedding.linear_1.weight']);
    const { models } = await gather(inside('xl', second, text(), vae(), wide));
    const names = await namesIn(models[0]);
    expect(names).toContain('text2.text_projection.weight');
    expect(names).toContain('text.text_model.final_layer_norm.weight');
    expect(names).toContain('unet.add_embedding.linear_1.weight');
    // Of two that are projected the first is the narrower.
    const sized = (path: string, width: number): LocalFile => {
      const tensor = (shape: number[]) =>
        ({ dtype: 'F16', shape, bytes: new Uint8Array(2 * width) }) as const;
      const names = ['text_model.final_layer_norm.weight', `text_model.${width}`, 'text_projection.weight'];
      return local(path, written(new Map(names.map((name) => [name, tensor([width])]))));
    };
    const both = [sized('text_encoder/model.safetensors', 3), sized('text_encoder_2/model.safetensors', 5)];
    const found = (await gather(inside('xl', vae(), wide, ...both))).models[0];
    expect(await namesIn(found)).toEqual(
      expect.arrayContaining(['text.text_model.3', 'text2.text_model.5', 'text2.text_projection.weight']),
    );
    const lacking = await gather(inside('xl', text(), vae(), wide));
    expect((await namesIn(lacking.models[0])).some((name) => name.startsWith('text2.'))).toBe(false);
  });

  it('one that is there in two precisions is taken in the smaller, in equals by the plainer path', async () => {
    const twice = [
      named('unet/diffusion_pytorch_model.safetensors', UNET, 'F32'),
      named('unet/diffusion_pytorch_model.non_ema.safetensors', UNET, 'F32'),
      named('unet/diffusion_pytorch_model.fp16.safetensors', UNET),
    ];
    const [found] = (await gather(inside('m', vae(), text(), ...twice))).models;
    expect([...(await tensorsOf(fileOf(found!))).values()].map(({ dtype }) => dtype)).toEqual(
      Array(7).fill('F16'),
    );
    const odd = named(
      'unet/diffusion_pytorch_model.non_ema.safetensors',
      UNET.with(0, 'conv_out.weight'),
      'F32',
    );
    const [plain] = (await gather(inside('m', vae(), text(), twice[0]!, odd))).models;
    expect(await namesIn(plain)).toContain('unet.conv_in.weight');
  });

  it('a net in several numbered files needs them all, and says which one is not there', async () => {
    const shard = (i: number) => `unet/diffusion_pytorch_model-0000${i}-of-00003.safetensors`;
    const shards = [1, 2, 3].map((i) => named(shard(i), [UNET[i - 1]!]));
    expect(told(await gather(inside('m', vae(), text(), ...shards))).files).toEqual(['m.safetensors']);
    expect(told(await gather(inside('m', vae(), text(), shards[0]!, shards[2]!)))).toEqual({
      files: [],
      refused: [['m', 'missing-shard', { shard: 'diffusion_pytorch_model-00002-of-00003.safetensors' }]],
    });
    const [alone] = told(await gather([shards[0]!])).refused;
    expect(alone?.[1]).toBe('missing-shard');
    // Left over beside a whole one, they are in nobody's way.
    expect(told(await gather(inside('m', vae(), text(), unet(), shards[0]!))).files).toEqual([
      'm.safetensors',
    ]);
  });

  it('a TAESD is the VAE where there is no other, and an addition where there is one', async () => {
    const taesd = (path: string) =>
      named(path, [
        'decoder.layers.0.weight',
        'decoder.layers.2.conv.0.weight',
        'encoder.layers.1.conv.0.weight',
      ]);
    const [found] = (await gather(inside('m', unet(), text(), taesd('vae/m.safetensors')))).models;
    expect(await namesIn(found)).toContain('vae.decoder.layers.2.conv.0.weight');
    const both = inside('m', unet(), text(), vae(), taesd('taesd/small.safetensors'));
    expect(told(await gather(both))).toEqual({ files: ['small.safetensors', 'm.safetensors'], refused: [] });
    expect(told(await gather([taesd('small.safetensors')])).files).toEqual(['small.safetensors']);
  });

  it('a TAESD in vae/ is the VAE in its own layout, too, in two files or behind any prefix', async () => {
    const tiny = await tensorsOf(new Blob([goldenBytes('models/taesd/diffusion_pytorch_model.safetensors')]));
    const inVae = (file: string, rename: (name: string) => string | null): LocalFile => {
      const renamed = [...tiny].map(([name, tensor]) => [rename(name), tensor] as const);
      return local(
        `vae/${file}`,
        written(new Map(renamed.filter(([name]) => name !== null)) as StoredTensors),
      );
    };
    const layer = (net: string, before: number, lead: string) => (name: string) => {
      const [, own, n, rest] = /^(\w+)\.layers\.(\d+)(.+)$/.exec(name) ?? [];
      return own === net ? `${lead}${Number(n) + before}${rest}` : null;
    };
    const [whole] = (
      await gather(
        inside(
          'm',
          unet(),
          text(),
          inVae('tiny.safetensors', (name) => name),
        ),
      )
    ).models;
    const wanted = (await namesIn(whole)).toSorted();
    for (const files of [
      [
        inVae('taesd_encoder.safetensors', layer('encoder', 0, '')),
        inVae('taesd_decoder.safetensors', layer('decoder', 1, '')),
      ],
      [
        inVae('a.safetensors', layer('encoder', 0, 'x.')),
        inVae('b.safetensors', layer('decoder', 0, 'x.decoder.layers.')),
      ],
      [inVae('mine.safetensors', (name) => `my.vae.${name}`)],
    ]) {
      const { models, refused } = await gather(inside('m', unet(), text(), ...files));
      expect(refused).toEqual([]);
      expect(models).toHaveLength(1);
      expect((await namesIn(models[0])).toSorted()).toEqual(wanted);
    }
    expect(wanted).toContain('vae.encoder.layers.14.bias');
  });

  it('what lies beside them stays as it is, but a safety checker is passed over', async () => {
    const checker = named('safety_checker/model.safetensors', ['vision_model.x', 'concept_embeds']);
    const lora = named('extra/lora.safetensors', ['lora_unet_down_blocks_0.lora_down.weight']);
    const broken = local('whole.safetensors', '<!doctype html>');
    const files = inside('m', unet(), vae(), text(), checker, lora, broken);
    expect(told(await gather(files)).files).toEqual([
      'lora.safetensors',
      'whole.safetensors',
      'm.safetensors',
    ]);
    // On its own it is told what it is.
    expect(told(await gather([checker])).files).toEqual(['model.safetensors']);
  });
});

describe('a folder of Stable Diffusion 3', () => {
  /** A file with tensors of these names and shapes. */
  const shaped = (path: string, shapes: Readonly<Record<string, number[]>>): LocalFile => {
    const tensors: StoredTensors = new Map(
      Object.entries(shapes).map(([name, shape]) => {
        const bytes = new Uint8Array(2 * shape.reduce((product, n) => product * n, 1));
        return [name, { dtype: 'F16', shape, bytes }];
      }),
    );
    return local(path, written(tensors));
  };
  const clip = (path: string, width: number): LocalFile =>
    shaped(path, { 'text_model.final_layer_norm.weight': [width], 'text_projection.weight': [width, width] });
  const transformer = [
    shaped('transformer/diffusion_pytorch_model-00001-of-00002.safetensors', {
      'pos_embed.proj.weight': [8, 16, 2, 2],
      'context_embedder.weight': [8, 16],
      'time_text_embed.text_embedder.linear_1.weight': [8, 24],
    }),
    shaped('transformer/diffusion_pytorch_model-00002-of-00002.safetensors', {
      'transformer_blocks.0.attn.add_k_proj.weight': [8, 8],
    }),
  ];
  const t5 = [
    shaped('text_encoder_3/model-00001-of-00002.safetensors', { 'shared.weight': [4, 16] }),
    shaped('text_encoder_3/model-00002-of-00002.safetensors', {
      'encoder.block.0.layer.0.SelfAttention.q.weight': [16, 16],
    }),
  ];
  const pieces = [
    ['<pad>', 0],
    ['</s>', 0],
    ['<unk>', 0],
    ['▁', -2.5],
  ];
  const tokenizer = (path: string, type = 'Unigram'): LocalFile =>
    local(path, JSON.stringify({ model: { type, vocab: pieces } }));

  it('is one model with three text encoders, told apart by their widths, and the tokenizer of the third', async () => {
    const clips = [clip('text_encoder/model.safetensors', 8), clip('text_encoder_2/model.safetensors', 16)];
    const tokenizers = [
      tokenizer('tokenizer_3/tokenizer.json'),
      tokenizer('tokenizer/tokenizer.json', 'BPE'),
    ];
    const gathered = await gather(inside('sd3', ...t5, ...clips, vae(), ...transformer, ...tokenizers));
    expect(told(gathered)).toEqual({ files: ['sd3.safetensors'], refused: [] });
    const tensors = await tensorsOf(fileOf(gathered.models[0]!));
    expect(tensors.get('text.text_model.final_layer_norm.weight')?.shape).toEqual([8]);
    expect(tensors.get('text2.text_model.final_layer_norm.weight')?.shape).toEqual([16]);
    expect([...tensors.keys()]).toEqual(
      expect.arrayContaining([
        'mmdit.pos_embed.proj.weight',
        'mmdit.transformer_blocks.0.attn.add_k_proj.weight',
        't5.shared.weight',
        't5.encoder.block.0.layer.0.SelfAttention.q.weight',
      ]),
    );
    const kept = tensors.get('t5.tokenizer_json');
    expect(new TextDecoder().decode(kept?.bytes)).toBe(await tokenizers[0]!.file.text());
  });

  it('may lack its text encoders', async () => {
    const gathered = await gather(inside('bare', vae(), ...transformer));
    expect(told(gathered)).toEqual({ files: ['bare.safetensors'], refused: [] });
  });

  it('shares its parts: several of them dropped together stay files of their own', async () => {
    const files = [
      clip('clip_l.safetensors', 8),
      clip('clip_g.safetensors', 16),
      tokenizer('tokenizer.json'),
    ];
    const gathered = await gather([...files, shaped('t5xxl.safetensors', { 'shared.weight': [4, 16] })]);
    expect(told(gathered).files.toSorted()).toEqual([
      'T5 tokenizer.safetensors',
      'clip_g.safetensors',
      'clip_l.safetensors',
      't5xxl.safetensors',
    ]);
    expect(told(gathered).refused).toEqual([]);
  });

  it('takes no tokenizer but T5’s', async () => {
    expect(told(await gather([tokenizer('tokenizer.json', 'BPE')]))).toEqual({
      files: [],
      refused: [['tokenizer.json', 'settings-alone', {}]],
    });
    const broken = local('tokenizer.json', '{"model":{"type":"Unigram"');
    expect(told(await gather([broken])).refused[0]?.[1]).toBe('settings-alone');
  });
});

describe('a model that lacks parts is one all the same: others may lend them', () => {
  it.each<[string, LocalFile[], string]>([
    ['UNet alone', [unet('x.safetensors')], 'x.safetensors'],
    ['no VAE', inside('m', unet(), text()), 'm.safetensors'],
    ['no text encoder', inside('m', unet(), vae()), 'm.safetensors'],
  ])('%s', async (_, files, name) => {
    const other = local('other.safetensors', 'x');
    expect(told(await gather([...files, other]))).toEqual({
      files: ['other.safetensors', name],
      refused: [],
    });
  });

  it('parts without a UNet stay files of their own', async () => {
    const parts = [vae('vae.safetensors'), text('clip_l.safetensors')];
    expect(told(await gather(parts))).toEqual({
      files: ['vae.safetensors', 'clip_l.safetensors'],
      refused: [],
    });
  });
});
