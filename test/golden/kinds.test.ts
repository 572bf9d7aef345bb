/** Kinds of checkpoints and VAEs that programs write, each made of a golden one: what its nets are is the same. */
import { describe, expect, it } from 'vitest';
import { whatIs } from '../../src/engine/files/verdict';
import { inspect, type Inspected } from '../../src/pipeline/files/inspect';
import { headerOf } from '../safetensors';
import { transposed } from '../dialects';
import { fileBytes, type Made } from './field/build';
import { present } from './root';

type Ops = NonNullable<Made['ops']>;

const renamed = (match: string, to: string): Ops[number] => ({ op: 'rename', match, to });

/** OpenCLIP below `from`, in transformers' names below `to`. Its projection stays as it is. */
const transformers = (from: string, to: string): Ops => [
  {
    op: 'split',
    match: `^${from}transformer\\.resblocks\\.(\\d+)\\.attn\\.in_proj_(weight|bias)$`,
    into: ['q', 'k', 'v'].map((which) => `${to}encoder.layers.$1.self_attn.${which}_proj.$2`),
  },
  renamed(
    `^${from}transformer\\.resblocks\\.(\\d+)\\.attn\\.out_proj`,
    `${to}encoder.layers.$1.self_attn.out_proj`,
  ),
  renamed(`^${from}transformer\\.resblocks\\.(\\d+)\\.ln_(\\d)`, `${to}encoder.layers.$1.layer_norm$2`),
  renamed(`^${from}transformer\\.resblocks\\.(\\d+)\\.mlp\\.c_fc`, `${to}encoder.layers.$1.mlp.fc1`),
  renamed(`^${from}transformer\\.resblocks\\.(\\d+)\\.mlp\\.c_proj`, `${to}encoder.layers.$1.mlp.fc2`),
  renamed(`^${from}ln_final`, `${to}final_layer_norm`),
  renamed(`^${from}token_embedding`, `${to}embeddings.token_embedding`),
  renamed(`^${from}positional_embedding$`, `${to}embeddings.position_embedding.weight`),
];
const added = (name: string, shape: number[] = []): Ops[number] => ({
  op: 'add',
  name,
  dtype: 'F32',
  shape,
  fill: 1,
});

const H = 'cond_stage_model\\.model\\.';
const G = 'conditioner\\.embedders\\.1\\.model\\.';

const kinds: readonly (readonly [what: string, model: string, ops: Ops])[] = [
  ['a model trained on several devices', 'sd1', [renamed('^', 'module.')]],
  ['a Lightning checkpoint', 'sd1', [renamed('^', 'state_dict.')]],
  ['a pipeline that is called so', 'sd1', [renamed('^', 'my.pipe.')]],
  [
    'blocks that were compiled one by one',
    'sdxl',
    [renamed('^(model\\.diffusion_model\\.\\w+\\.\\d+)\\.', '$1._orig_mod.')],
  ],
  [
    'a folder as this app stored it at first',
    'sd1',
    [renamed('^cond_stage_model\\.transformer\\.', 'text_encoder.')],
  ],
  [
    'SD 2.x as Forge saves it',
    'sd2-v',
    [
      ...transformers(H, 'text_encoders.clip_h.transformer.text_model.'),
      renamed(H, 'text_encoders.clip_h.'),
      renamed('^first_stage_model', 'vae'),
    ],
  ],
  [
    'SDXL as Forge saves it',
    'sdxl',
    [
      ...transformers(G, 'text_encoders.clip_g.transformer.text_model.'),
      renamed(G, 'text_encoders.clip_g.'),
      renamed('^conditioner\\.embedders\\.0', 'text_encoders.clip_l'),
      renamed('^first_stage_model', 'vae'),
    ],
  ],
  [
    'SDXL as ComfyUI has it in memory',
    'sdxl',
    [
      ...transformers(G, 'cond_stage_model.clip_g.transformer.text_model.'),
      renamed(G, 'cond_stage_model.clip_g.'),
      renamed('^conditioner\\.embedders\\.0', 'cond_stage_model.clip_l'),
    ],
  ],
  [
    'SDXL whose second text encoder has the names of transformers',
    'sdxl',
    [
      ...transformers(G, 'conditioner.embedders.1.transformer.text_model.'),
      { op: 'transpose', match: `${G}text_projection` },
      renamed(`${G}text_projection`, 'conditioner.embedders.1.transformer.text_projection.weight'),
    ],
  ],
  [
    'InstructPix2Pix by the names of its parts',
    'sd1-pix2pix',
    [renamed('^first_stage_model', 'vae'), renamed('^model\\.diffusion_model', 'unet')],
  ],
  [
    'an inpainting model, its text encoder bare',
    'sd1-inpaint',
    [renamed('^cond_stage_model\\.transformer\\.', '')],
  ],
  [
    '1×1 convolutions as matrices',
    'sd1',
    [{ op: 'squeeze', match: '(nin_shortcut|skip_connection|quant_conv|attn_1\\.\\w+)\\.weight' }],
  ],
  [
    'matrices as 1×1 convolutions',
    'sd2-v',
    [{ op: 'unsqueeze', match: '(to_[qkv]|to_out\\.0|net\\.0\\.proj|net\\.2|c_fc)\\.weight', by: 2 }],
  ],
  [
    'SD 1.x that projects to tokens by matrices',
    'sd1',
    [{ op: 'squeeze', match: 'diffusion_model.*proj_(in|out)\\.weight$' }],
  ],
  [
    'SD 2.x that projects to tokens by 1×1 convolutions',
    'sd2-v',
    [{ op: 'unsqueeze', match: 'diffusion_model.*proj_(in|out)\\.weight$', by: 2 }],
  ],
  [
    'an EMA copy beside it, and what else training leaves',
    'sd1',
    [
      added('model_ema.decay'),
      added('model_ema.diffusion_modelout2bias', [4]),
      added('denoiser.sigmas', [9]),
    ],
  ],
];

async function nets({ from, ops = [] }: Omit<Made, 'file'>) {
  const bytes = await fileBytes({ file: '', from: from!, ops }, '');
  const inspected = inspect(await headerOf(bytes));
  return { ...inspected, weights: weightsOf(inspected, bytes) };
}

/** Shapes and bytes, as they are used, by names in normal form. */
function weightsOf({ tensors }: Inspected, file: Uint8Array<ArrayBuffer>) {
  const weights = [...tensors].filter(([name]) => !/\.(?:position_ids|logit_scale)$/.test(name));
  return new Map(
    weights.map(([name, { dtype, shape, begin, end, turned }]) => {
      const stored = { dtype, shape: turned ? shape.toReversed() : shape, bytes: file.subarray(begin, end) };
      // A matrix and a 1×1 convolution are one.
      return [
        name,
        {
          shape: `${shape}`.replace(/(?:,1)+$/, ''),
          bytes: turned ? transposed(stored).bytes : stored.bytes,
        },
      ] as const;
    }),
  );
}

/** Those of golden models as they are: read once for all that is made of them. */
const plainNets = new Map<string, ReturnType<typeof nets>>();
const plainNetsOf = (from: string): ReturnType<typeof nets> => {
  const known = plainNets.get(from) ?? nets({ from });
  plainNets.set(from, known);
  return known;
};

const fileOf = (model: string): string => `models/${model}/model.safetensors`;

describe.each(kinds.filter(([, model]) => present(fileOf(model))))('%s', (_, model, ops) => {
  it(`is ${model}`, async () => {
    const from = fileOf(model);
    const [plain, found] = [await plainNetsOf(from), await nets({ from, ops })];
    const names = [...new Set([...plain.weights.keys(), ...found.weights.keys()])];
    const odd = names.filter((name) => {
      const [a, b] = [plain.weights.get(name), found.weights.get(name)];
      return !a || !b || a.shape !== b.shape || Buffer.compare(a.bytes, b.bytes) !== 0;
    });
    expect(odd).toEqual([]);
    expect(found.model.family).toBe(plain.model.family);
    expect(found.model.texts).toEqual(plain.model.texts);
    expect(found.unused).toEqual([]);
  });
});

describe.runIf(present(fileOf('sd1')))('a VAE in a file of its own', () => {
  it.each<[string, Ops]>([
    ['as it is in a checkpoint', []],
    ['without prefix', [renamed('^first_stage_model\\.', '')]],
    ['below vae.', [renamed('^first_stage_model', 'vae')]],
    ['below both', [renamed('^', 'vae.')]],
    ['below module.', [renamed('^first_stage_model', 'module')]],
    ['below a name of its own', [renamed('^first_stage_model', 'my_vae')]],
    ['that was compiled', [renamed('^first_stage_model', '_orig_mod')]],
    [
      'with what its training leaves',
      [
        renamed('^first_stage_model\\.', ''),
        added('loss.discriminator.main.0.weight', [4]),
        added('model_ema.decay'),
      ],
    ],
  ])('%s', async (_, ops) => {
    const kept: Ops = [{ op: 'keep', match: '^first_stage_model' }, ...ops];
    const bytes = await fileBytes({ file: '', from: fileOf('sd1'), ops: kept }, '');
    expect(whatIs(await headerOf(bytes), 'v.safetensors')).toEqual({
      addon: { kind: 'vae', name: 'v' },
    });
  });
});
