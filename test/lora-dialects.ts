/** A LoRA as any program might write it: prefixes, namings, endings, dtypes and layouts, put together at random. */
import { renamer } from '../src/nets/names/renamer';
import { shapeOfLdm, unetPairs } from '../src/nets/names/unet';
import { f32ToF16 } from '../src/weights/values/half';
import { oneOf, type Random } from './dialects';
import type { StoredTensor, StoredTensors } from './safetensors';

/** What a LoRA has for a module: whole numbers that any dtype holds. */
export interface Pair {
  /** [rows, rank] and [rank, columns], row by row. */
  readonly up: readonly number[];
  readonly down: readonly number[];
  readonly rank: number;
  readonly alpha: number;
}

/** By modules in normal form. */
export type Plain = ReadonlyMap<string, Pair>;

const flat = (name: string): string => name.replaceAll('.', '_');
/** Prefixes for names with dots, and those for names with underscores. */
const PREFIXES: Readonly<
  Record<string, { readonly dots: readonly string[]; readonly flat: readonly string[] }>
> = {
  unet: {
    dots: [
      'unet.',
      'unet.unet.',
      'diffusion_model.',
      'model.diffusion_model.',
      'base_model.model.',
      'base_model.model.unet.',
      '',
    ],
    flat: ['lora_unet_', 'lycoris_', 'lycoris_unet_', 'lora_unet__orig_mod_'],
  },
  text: {
    dots: [
      'text_encoder.',
      'text_encoders.clip_l.transformer.',
      'clip_l.',
      'cond_stage_model.transformer.',
      'base_model.model.text_encoder.',
      'te1.',
    ],
    flat: ['lora_te_', 'lora_te1_', 'lycoris_te1_'],
  },
  text2: {
    dots: [
      'text_encoder_2.',
      'text_encoders.clip_g.transformer.',
      'clip_g.',
      'conditioner.embedders.1.',
      'te2.',
    ],
    flat: ['lora_te2_', 'lycoris_te2_'],
  },
};
/** Endings of the two matrices, for names with dots; the first is kohya's, which goes with underscores, too. */
const ENDINGS = [
  ['.lora_up.weight', '.lora_down.weight'],
  ['.lora_B.weight', '.lora_A.weight'],
  ['.lora_B.default.weight', '.lora_A.default.weight'],
  ['.lora.up.weight', '.lora.down.weight'],
  ['.lora_linear_layer.up.weight', '.lora_linear_layer.down.weight'],
] as const;

/** A file of this LoRA, in some dialect for each of the nets. */
export function composedLora(plain: Plain, random: Random): StoredTensors {
  const file: StoredTensors = new Map();
  for (const [place, { dots, flat: flats }] of Object.entries(PREFIXES)) {
    const own = [...plain].filter(([module]) => module.startsWith(`${place}.`));
    const isFlat = random() < 0.5;
    const prefix = oneOf(random, isFlat ? flats : dots);
    const rename = namingOf(
      place,
      own.map(([module]) => module.slice(place.length + 1)),
      random,
    );
    const [up, down] = isFlat ? ENDINGS[0] : oneOf(random, ENDINGS);
    const dtype = oneOf(random, ['F16', 'F32', 'F64', 'BF16'] as const);
    const alphaType = oneOf(random, ['F16', 'F32', 'F64', 'I64', 'I32'] as const);
    const [kernel, alphaShape] = [oneOf(random, [[], [1, 1]]), oneOf(random, [[], [1]])];
    for (const [module, pair] of own) {
      const name = rename(module.slice(place.length + 1));
      const at = prefix + (isFlat ? flat(name) : name);
      const { rank } = pair;
      file.set(at + up, stored(pair.up, [pair.up.length / rank, rank, ...kernel], dtype));
      file.set(at + down, stored(pair.down, [rank, pair.down.length / rank, ...kernel], dtype));
      file.set(`${at}.alpha`, stored([pair.alpha], alphaShape, alphaType));
    }
  }
  return file;
}

/** Of the UNet ldm's names or diffusers'; of a text encoder those with or without `text_model`. */
function namingOf(place: string, modules: readonly string[], random: Random): (module: string) => string {
  if (random() < 0.5) return (module) => module;
  if (place !== 'unet') return (module) => module.replace(/^text_model\./, '');
  const rename = renamer(unetPairs(shapeOfLdm(modules.map((module) => `${module}.weight`))), 'theirs');
  return (module) => rename(module) ?? module;
}

function stored(
  values: readonly number[],
  shape: readonly number[],
  dtype: 'F16' | 'F32' | 'F64' | 'BF16' | 'I64' | 'I32',
): StoredTensor {
  const numbers = (): { readonly buffer: ArrayBuffer } => {
    const single = Float32Array.from(values);
    switch (dtype) {
      case 'F16':
        return f32ToF16(single);
      case 'F32':
        return single;
      case 'F64':
        return Float64Array.from(values);
      case 'BF16':
        return Uint16Array.from(new Uint32Array(single.buffer), (bits) => bits >>> 16);
      case 'I64':
        return BigInt64Array.from(values.map(BigInt));
      case 'I32':
        return Int32Array.from(values);
    }
  };
  return { dtype, shape, bytes: new Uint8Array(numbers().buffer) };
}
