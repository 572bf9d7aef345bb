/**
 * Checkpoints as any program might write them: prefixes, wrappers, namings, dtypes and layouts, put together at random, of
 * the same weights. Spelled out here once more, and not taken from the table that reads them.
 */
import { renamer } from '../src/nets/names/renamer';
import { shapeOfLdm, unetPairs } from '../src/nets/names/unet';
import { shapeOfVae, vaePairs } from '../src/nets/names/vae';
import { convert } from '../src/weights/values/half';
import type { StoredTensor, StoredTensors } from './safetensors';

/** A number from 0 to 1, the next of a sequence. */
export type Random = () => number;

/** x becomes 1664525 x + 1013904223 mod 2³². */
export function sequence(seed: number): Random {
  let x = seed >>> 0;
  return () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
export const oneOf = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const PREFIXES: Readonly<Record<string, readonly string[]>> = {
  unet: ['model.diffusion_model.', 'diffusion_model.', 'unet.', 'unet.unet.', 'model.', ''],
  vae: ['first_stage_model.', 'vae.', 'vae.vae.', 'model.first_stage_model.', ''],
  text: [
    ...['cond_stage_model.transformer.', 'cond_stage_model.model.', 'cond_stage_model.clip_l.transformer.'],
    ...['text_encoders.clip_l.transformer.', 'text_encoders.clip_h.transformer.', 'clip_l.', 'text_encoder.'],
    ...['conditioner.embedders.0.transformer.', 'te1.', ''],
  ],
  text2: [
    ...[
      'conditioner.embedders.1.model.',
      'conditioner.embedders.1.transformer.',
      'clip_g.',
      'text_encoder_2.',
    ],
    ...['text_encoders.clip_g.transformer.', 'cond_stage_model.clip_g.transformer.', 'te2.'],
  ],
};
const WRAPPERS = ['_orig_mod', 'module', '_fsdp_wrapped_module', '_checkpoint_wrapped_module'];

/** The names of one net, without prefix, in a dialect of its own. One tensor may become another or, packed, a part of one. */
type Naming = (net: StoredTensors) => StoredTensors;

const renamed =
  (rename: (name: string) => string): Naming =>
  (net) =>
    new Map([...net].map(([name, tensor]) => [rename(name), tensor]));

const likeDiffusers =
  (pairs: (names: Iterable<string>) => Parameters<typeof renamer>[0]): Naming =>
  (net) => {
    const rename = renamer(pairs(net.keys()), 'theirs');
    return renamed((name) => rename(name) ?? name)(net);
  };
const vaeLikeDiffusers = likeDiffusers((names) => vaePairs(shapeOfVae(names)));

const OLD_ATTENTION: readonly (readonly [RegExp, string])[] = [
  [/\.to_q\./, '.query.'],
  [/\.to_k\./, '.key.'],
  [/\.to_v\./, '.value.'],
  [/\.to_out\.0\./, '.proj_attn.'],
];
const OPEN_CLIP: readonly (readonly [RegExp, string])[] = [
  [/^text_model\.embeddings\.token_embedding/, 'token_embedding'],
  [/^text_model\.embeddings\.position_embedding\.weight$/, 'positional_embedding'],
  [/^text_model\.final_layer_norm/, 'ln_final'],
  [/^text_model\.encoder\.layers/, 'transformer.resblocks'],
  [/\.layer_norm(\d)\./, '.ln_$1.'],
  [/\.mlp\.fc1\./, '.mlp.c_fc.'],
  [/\.mlp\.fc2\./, '.mlp.c_proj.'],
  [/\.self_attn\.out_proj\./, '.attn.out_proj.'],
];
const by = (rows: readonly (readonly [RegExp, string])[], name: string): string =>
  rows.reduce((text, [from, to]) => text.replace(from, to), name);

/** Queries, keys and values in one, and the projection turned. */
const openClip: Naming = (net) => {
  const made: StoredTensors = new Map();
  for (const [name, tensor] of net) {
    const packed = /^(.*)\.self_attn\.([qkv])_proj\.(weight|bias)$/.exec(name);
    if (name === 'text_projection.weight') made.set('text_projection', transposed(tensor));
    else if (!packed) made.set(by(OPEN_CLIP, name), tensor);
    else if (packed[2] === 'q') {
      const three = ['q', 'k', 'v'].map((which) =>
        net.get(`${packed[1]}.self_attn.${which}_proj.${packed[3]}`)!,
      );
      made.set(by(OPEN_CLIP, `${packed[1]}.attn.in_proj_${packed[3]}`), stacked(three));
    }
  }
  return made;
};

const texts: readonly Naming[] = [
  (net) => net,
  renamed((name) => name.replace(/^text_model\./, '')),
  openClip,
  // OpenCLIP's modules, with queries, keys and values apart
  renamed((name) => by(OPEN_CLIP, name).replace('.self_attn.', '.attn.')),
];
const NAMINGS: Readonly<Record<string, readonly Naming[]>> = {
  unet: [(net) => net, likeDiffusers((names) => unetPairs(shapeOfLdm(names)))],
  vae: [
    (net) => net,
    vaeLikeDiffusers,
    (net) => renamed((name) => by(OLD_ATTENTION, name))(vaeLikeDiffusers(net)),
    renamed((name) =>
      name.replace(/\.attn_1\.([qkv])\./, '.attn_1.to_$1.').replace('.attn_1.proj_out.', '.attn_1.to_out.0.'),
    ),
    renamed((name) => name.replace('.attn_1.proj_out.', '.attn_1.to_out.')),
    (net) => renamed((name) => name.replace(/\.to_([qkv])\./, '.$1.'))(vaeLikeDiffusers(net)),
  ],
  text: texts,
  text2: texts,
};

/** A file of these weights, named in normal form, in some dialect for each of its nets. */
export function composed(plain: StoredTensors, random: Random): StoredTensors {
  const tensors: [string, StoredTensor][] = [];
  for (const place of Object.keys(PREFIXES)) {
    const own = [...plain].filter(([name]) => name.startsWith(`${place}.`));
    const net = new Map(own.map(([name, tensor]) => [name.slice(place.length + 1), tensor]));
    if (net.size === 0) continue;
    const prefix = oneOf(random, PREFIXES[place]!);
    const wrapper = oneOf(random, WRAPPERS);
    const often = oneOf(random, [0, 0, 0.2, 1]);
    const dtype = oneOf(random, ['F16', 'F16', 'F32', 'F64'] as const);
    const odd = oneOf(random, [0, 0.5]);
    for (const [name, tensor] of oneOf(random, NAMINGS[place]!)(net)) {
      const whole = random() < often ? wrapped(prefix + name, wrapper, random) : prefix + name;
      tensors.push([whole, cast(random() < odd ? reshaped(name, tensor) : tensor, dtype)]);
    }
  }
  for (const [name, tensor] of EXTRAS) if (random() < 0.3) tensors.push([name, tensor]);
  return new Map(shuffled(tensors, random));
}

/** What files hold beside the weights of nets. */
const EXTRAS: readonly (readonly [string, StoredTensor])[] = [
  ['model_ema.decay', { dtype: 'F32', shape: [], bytes: new Uint8Array(4) }],
  ['model_ema.diffusion_modelinput_blocks00weight', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }],
  ['alphas_cumprod', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }],
  ...(['I64', 'F32', 'I32'] as const).map(
    (dtype, i) =>
      [
        `${['cond_stage_model.transformer.', 'text_encoder.', ''][i]}text_model.embeddings.position_ids`,
        { dtype, shape: [1, 2], bytes: new Uint8Array(dtype === 'I64' ? 16 : 8) },
      ] as const,
  ),
];

/** With a wrapper before one of the parts of its name. */
function wrapped(name: string, wrapper: string, random: Random): string {
  const parts = name.split('.');
  // What follows the last dot is a tensor, before which no module is wrapped twice.
  parts.splice(Math.floor(random() * (parts.length - 1)), 0, wrapper);
  return parts.join('.');
}

/** A 1×1 convolution as a matrix, a matrix as a 1×1 convolution; what is told apart by it stays as it is. */
function reshaped(name: string, tensor: StoredTensor): StoredTensor {
  const { shape } = tensor;
  if (/proj_(?:in|out)\.weight$/.test(name) && !/attn/.test(name)) return tensor;
  if (shape.length === 4 && shape[2] === 1) return { ...tensor, shape: shape.slice(0, 2) };
  return shape.length === 2 && !/embedding/.test(name) ? { ...tensor, shape: [...shape, 1, 1] } : tensor;
}

function cast(tensor: StoredTensor, dtype: 'F16' | 'F32' | 'F64'): StoredTensor {
  if (tensor.dtype === dtype || tensor.dtype !== 'F16') return tensor;
  const single = convert(tensor.bytes, 'F16', 'F32');
  if (dtype === 'F32') return { ...tensor, dtype, bytes: single };
  return {
    ...tensor,
    dtype,
    bytes: new Uint8Array(Float64Array.from(new Float32Array(single.buffer)).buffer),
  };
}

export function transposed({ dtype, shape, bytes }: StoredTensor): StoredTensor {
  const [rows, columns] = shape as [number, number];
  const size = bytes.length / (rows * columns);
  const turned = new Uint8Array(bytes.length);
  for (let at = 0; at < rows * columns; at++) {
    const to = (at % columns) * rows + Math.floor(at / columns);
    turned.set(bytes.subarray(at * size, (at + 1) * size), to * size);
  }
  return { dtype, shape: [columns, rows], bytes: turned };
}

function stacked(parts: readonly StoredTensor[]): StoredTensor {
  const [{ dtype, shape, bytes }] = parts as [StoredTensor];
  const whole = new Uint8Array(parts.length * bytes.length);
  for (const [i, part] of parts.entries()) whole.set(part.bytes, i * bytes.length);
  return { dtype, shape: [parts.length * shape[0]!, ...shape.slice(1)], bytes: whole };
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const mixed = [...list];
  for (let i = mixed.length - 1; i > 0; i--) {
    const at = Math.floor(random() * (i + 1));
    [mixed[i], mixed[at]] = [mixed[at]!, mixed[i]!];
  }
  return mixed;
}
