/** What is no model in several files: models that are not run, odd endings, single files, PyTorch files. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LocalFile } from '../../../src/engine/api';
import { unzipped } from '../../golden/nets-suite';
import { goldenBytes } from '../../golden/root';
import { tensorsOf, type StoredTensors } from '../../safetensors';
import { torchSaved } from '../../torch';
import {
  named,
  local,
  UNET,
  VAE,
  unet,
  vae,
  text,
  gather,
  told,
  fileOf,
  namesIn,
  inside,
} from './model-files';

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
