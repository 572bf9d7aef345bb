import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Gathered, LocalFile, LocalModel } from '../../../src/engine/api';
import { modelsAmong as gatherAll } from '../../../src/engine/files/models-among';
import { blobsOf, mapFiles } from '../../../src/weights/store/layout';
import { unzipped } from '../../golden/nets-suite';
import { goldenBytes } from '../../golden/root';
import { tensorsOf, written, type StoredTensors } from '../../safetensors';
import { torchSaved } from '../../torch';

/** A file with tensors of these names, of one number each. */
const named = (path: string, names: readonly string[], dtype: 'F32' | 'F16' = 'F16'): LocalFile => {
  const bytes = new Uint8Array(dtype === 'F32' ? 4 : 2);
  const tensors: StoredTensors = new Map(names.map((name) => [name, { dtype, shape: [1], bytes }]));
  return local(path, written(tensors));
};
const local = (path: string, content: Blob | string): LocalFile => ({
  file: new File([content], path.slice(path.lastIndexOf('/') + 1)),
  path,
});

const UNET = ['conv_in.weight', 'down_blocks.0.resnets.0.conv1.weight', 'up_blocks.0.resnets.0.conv1.weight'];
const VAE = ['decoder.conv_in.weight', 'encoder.down_blocks.0.resnets.0.conv1.weight'];
const TEXT = ['text_model.final_layer_norm.weight', 'text_model.encoder.layers.0.layer_norm1.weight'];
const unet = (path = 'unet/diffusion_pytorch_model.safetensors') => named(path, UNET);
const vae = (path = 'vae/diffusion_pytorch_model.safetensors') => named(path, VAE);
const text = (path = 'text_encoder/model.safetensors') => named(path, TEXT);
const gather = (files: readonly LocalFile[]) => gatherAll(files, ({ file }) => file);
const told = ({ models, refused }: Gathered) => ({
  files: models.map(({ name }) => name),
  refused: refused.map(({ file, problem }) => [file, problem.code, problem.facts]),
});
const fileOf = ({ layout }: LocalModel): Blob => new Blob(blobsOf(mapFiles(layout, ({ file }) => file)));
const namesIn = async (model: LocalModel | undefined): Promise<string[]> => [
  ...(await tensorsOf(fileOf(model!))).keys(),
];
const inside = (folder: string, ...files: LocalFile[]): LocalFile[] =>
  files.map(({ file, path }) => ({ file, path: `${folder}/${path}` }));

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

describe('a folder of a model that is not run is named once', () => {
  const transformer = (path: string, ...more: string[]) =>
    named(path, ['transformer_blocks.0.attn.add_k_proj.weight', ...more]);
  const t5 = named('text_encoder_3/model.safetensors', ['encoder.block.0.layer.0.SelfAttention.q.weight']);
  const eye = named('image_encoder/model.safetensors', ['vision_model.encoder.layers.0.mlp.fc1.weight']);

  it.each<[string, LocalFile[], string]>([
    [
      'flux, its net in several files, and once more in one',
      [
        transformer(
          'transformer/m-00001-of-00002.safetensors',
          'context_embedder.weight',
          'x_embedder.weight',
        ),
        named('transformer/m-00002-of-00002.safetensors', ['single_transformer_blocks.37.proj_mlp.weight']),
        named('flux1-dev.safetensors', ['double_blocks.0.img_attn.qkv.weight']),
        ...[text(), t5, vae()],
      ],
      'flux',
    ],
    [
      'unclip',
      [named('unet/m.safetensors', [...UNET, 'class_embedding.linear_1.weight']), text(), vae(), eye],
      'unclip',
    ],
    ['variations', [unet(), vae(), eye], 'image-variation'],
  ])('%s', async (_, files, kind) => {
    const lora = named('loras/style.safetensors', ['lora_unet_down_blocks_0.lora_down.weight']);
    expect(told(await gather([...inside('all/m', ...files), ...inside('all/m', lora)]))).toEqual({
      files: ['style.safetensors'],
      refused: [['m', 'other-kind', { kind, as: '' }]],
    });
    // Dropped without the folder around them, and beside a model that is run.
    const own = inside('sd', unet(), vae(), text());
    const { files: run, refused } = told(await gather([...files, ...own]));
    expect(run.filter((name) => name !== 'flux1-dev.safetensors')).toEqual(['sd.safetensors']);
    expect(refused).toEqual([
      [expect.stringMatching(/^(?:unet|transformer)$/), 'other-kind', { kind, as: '' }],
    ]);
  });

  it('what steers a model and lies beside it refuses nothing', async () => {
    const adapter = named('ip_adapter/ip.safetensors', [
      'image_proj.proj.weight',
      'ip_adapter.1.to_k_ip.weight',
    ]);
    const motion = named('motion_adapter/m.safetensors', [
      'down_blocks.0.motion_modules.0.temporal_transformer.norm.weight',
    ]);
    const files = [unet(), vae(), text(), eye, adapter, motion];
    expect(told(await gather(inside('m', ...files)))).toEqual({ files: ['m.safetensors'], refused: [] });
  });

  it('what guides a model by a picture and lies beside it comes along', async () => {
    const names = ['controlnet_cond_embedding.conv_in.weight', ...UNET.slice(0, 2)];
    const files = [unet(), vae(), text(), named('controlnet/canny.safetensors', names)];
    const { files: found, refused } = told(await gather(inside('m', ...files)));
    expect(found.toSorted()).toEqual(['canny.safetensors', 'm.safetensors']);
    expect(refused).toEqual([]);
  });

  it('a net that guides is called by its folder, where its own name says nothing', async () => {
    const names = ['controlnet_cond_embedding.conv_in.weight', ...UNET.slice(0, 2)];
    const common = 'diffusion_pytorch_model.safetensors';
    const files = [named(common, names), local('config.json', '{}')];
    const alone = await gather([named(common, names)]);
    expect(told(await gather(inside('controlnet-depth', ...files))).files).toEqual([
      'controlnet-depth.safetensors',
    ]);
    expect(told(alone).files).toEqual([common]);
  });

  it('and so is what looks at pictures for it', async () => {
    const tower = ['patch_embedding.weight', 'position_embedding.weight', 'class_embedding'];
    const names = [...tower.map((name) => `vision_model.embeddings.${name}`), 'visual_projection.weight'];
    const found = await gather(inside('image_encoder', named('model.safetensors', names)));
    expect(told(found).files).toEqual(['image_encoder.safetensors']);
  });
});

it('whatever ending a .safetensors file was given becomes that, by which all else goes', async () => {
  const names = [
    'a.b.SFT',
    'word.pt',
    'embeddings.pti',
    'pytorch_lora_weights.bin',
    'my lora.v2.ckpt',
    'v1.5',
  ];
  const words = names.map((path) => named(path, ['emb_params']));
  expect(told(await gather(words)).files).toEqual([
    'a.b.safetensors',
    'word.safetensors',
    'embeddings.safetensors',
    'pytorch_lora_weights.safetensors',
    'my lora.v2.safetensors',
    'v1.5.safetensors',
  ]);
  expect(told(await gather([local('word.pt', 'no model')])).files).toEqual(['word.pt']);
});

it('in the folder of a part its net may have names of any program', async () => {
  const parts = [
    named('xl/unet/diffusion_pytorch_model.safetensors', [
      'input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight',
      'label_emb.0.0.weight',
    ]),
    named('xl/vae/ae.safetensors', ['first_stage_model.decoder.conv_in.weight']),
    named('xl/text_encoder/model.safetensors', [
      'cond_stage_model.transformer.text_model.final_layer_norm.weight',
    ]),
    named('xl/text_encoder_2/model.safetensors', ['ln_final.weight', 'text_projection']),
  ];
  const gathered = await gather(parts);
  expect(told(gathered)).toEqual({ files: ['xl.safetensors'], refused: [] });
  expect((await namesIn(gathered.models[0])).map((name) => name.split('.')[0])).toEqual([
    'unet',
    'unet',
    'vae',
    'text',
    'text2',
    'text2',
  ]);
  const hidden = named(
    'vae/model.safetensors',
    VAE.map((name) => `my.own.${name}`),
  );
  const [behind] = (await gather(inside('sd', unet(), hidden))).models;
  expect(await namesIn(behind)).toEqual([
    ...UNET.map((name) => `unet.${name}`),
    ...VAE.map((name) => `vae.${name}`),
  ]);
  const beside = await gather(parts.map(({ file, path }) => ({ file, path: path.replaceAll('/', '-') })));
  expect(beside.models).toHaveLength(4);
});

it('a VAE alone is of use by itself, and stays as it is', async () => {
  expect(told(await gather([vae('v.safetensors')]))).toEqual({ files: ['v.safetensors'], refused: [] });
});

describe('files without a folder', () => {
  let files: LocalFile[];
  beforeAll(async () => {
    const parts = ['unet/diffusion_pytorch_model', 'vae/diffusion_pytorch_model', 'text_encoder/model'];
    files = await Promise.all(
      parts.map(async (part) => {
        const at = `../../golden/data/models/sd1/diffusers/${part}.safetensors.gzip`;
        const file = await unzipped(Uint8Array.from(await readFile(new URL(at, import.meta.url))));
        return local(part.replace(/.*\//, '') + '.safetensors', new Blob([file]));
      }),
    );
  });

  it('are called after the family that they are, even where two have one name', async () => {
    expect(told(await gather(files))).toEqual({ files: ['Stable Diffusion 1.x.safetensors'], refused: [] });
  });
});

describe('a PyTorch file', () => {
  const folder = new URL('../../golden/data/torch/', import.meta.url);
  const torch = async (name: string): Promise<LocalFile> =>
    local(name, new Blob([await readFile(new URL(name, folder))]));

  it('becomes a safetensors file of its name, beside others', async () => {
    const gathered = await gather([await torch('params-ema.pth'), unet('other.safetensors')]);
    expect(told(gathered)).toEqual({ files: ['params-ema.safetensors', 'other.safetensors'], refused: [] });
    expect(await namesIn(gathered.models[0])).toEqual(['body.0.weight', 'body.1.weight', 'body.2.weight']);
  });

  it('of a folder is a part, as those in .safetensors are, and with the very bytes', async () => {
    const parts = ['unet/diffusion_pytorch_model', 'vae/diffusion_pytorch_model', 'text_encoder/model'];
    const bin = (path: string): string => `m/${path.replace('/model', '/pytorch_model')}.bin`;
    const files = parts.map((path) => goldenBytes(`models/sd1/diffusers/${path}.safetensors`));
    const plain = parts.map((path, i) => local(`m/${path}.safetensors`, new Blob([files[i]!])));
    const saved = await Promise.all(
      parts.map(async (path, i) => local(bin(path), torchSaved(await tensorsOf(new Blob([files[i]!]))))),
    );
    const [expected, found] = await Promise.all([gather(plain), gather(saved)]);
    expect(told(found)).toEqual({ files: ['m.safetensors'], refused: [] });
    const [ours, theirs] = await Promise.all(
      [found, expected].map(({ models: [model] }) => tensorsOf(fileOf(model!))),
    );
    const sorted = (of: StoredTensors) => [...of].sort(([a], [b]) => (a < b ? -1 : 1));
    const about = (of: StoredTensors) => sorted(of).map(([name, { dtype, shape }]) => [name, dtype, shape]);
    expect(about(ours!)).toEqual(about(theirs!));
    for (const [name, { bytes }] of ours!)
      expect(theirs!.get(name)!.bytes.every((byte, i) => byte === bytes[i])).toBe(true);
    // Beside the same in .safetensors there is one model still.
    expect(told(await gather([...saved, ...plain]))).toEqual({ files: ['m.safetensors'], refused: [] });
  });

  it('of a folder that is of use to other programs alone is left out with it', async () => {
    const tensors: StoredTensors = new Map([
      ['concept_embeds', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }],
      ['special_care_embeds', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }],
    ]);
    const checker = local('m/safety_checker/pytorch_model.bin', torchSaved(tensors));
    expect(told(await gather([...inside('m', unet(), vae(), text()), checker]))).toEqual({
      files: ['m.safetensors'],
      refused: [],
    });
  });

  it('that wants something to be run is refused by its name', async () => {
    expect(told(await gather([await torch('command.pth')]))).toEqual({
      files: [],
      refused: [['command.pth', 'pickle-asks', { name: 'posix.system' }]],
    });
  });
});
