/**
 * Which model is this? Told from tensor names and shapes, never from the file name. Metadata only adds what
 * neither can say (see `metadata.ts`).
 */
import { DrobeError } from '../errors';
import type { Shape } from '../graph/graph';
import { controlKind } from './control-kinds';
import { CONSISTENCY_MODEL, distilledDefaults } from './distilled';
import { isEmbedding } from './embedding';
import { familyOf, signsOf } from './families';
import { isIpAdapter } from './ip-adapter';
import { ipAdapterForm } from './names/ip-adapter';
import { isLora } from './names/lora-parts';
import type { Model, TextEncoder } from './model';
import { statedFacts } from './metadata';
import { inNormalForm, type NormalForm } from './names/normal-form';
import type { Place } from './names/places';
import { listed } from './parts';
import { predictsOf } from './predicts/predicts';
import { strangerIn, type Stranger } from './strangers/stranger';
import { TAESD_FACTOR } from './taesd';
import { statedOf, textEncoder } from './text-encoder';
import { upscalerIn } from './upscaler';
import { isImageEncoder } from './vision';

export interface TensorFacts {
  readonly shape: Shape;
  readonly dtype: string;
}
export interface CheckpointHeader {
  readonly tensors: ReadonlyMap<string, TensorFacts>;
  readonly metadata: ReadonlyMap<string, string>;
}
type Form = NormalForm<TensorFacts>;

/** A checkpoint, told by its UNet. */
export interface Recognised {
  /** What is lacking is as it should be beside this UNet. */
  readonly model: Model;
  /** The parts that are not there. */
  readonly lacks: readonly Place[];
}

/** Channels the UNet takes, for latents of so many channels. */
const KINDS: readonly (readonly [Model['kind'], (latents: number) => number])[] = [
  ['base', (latents) => latents],
  ['instruct', (latents) => 2 * latents],
  ['inpaint', (latents) => 2 * latents + 1],
];

/** Layers of a TAESD, in a file of its own or as diffusers has them. */
const TAESD = /^(?:decoder\.layers\.)?\d+\.conv\.[024]\.weight$/;

/** Names that are only there where the whole part is. */
const PARTS: Readonly<Record<Place, RegExp>> = {
  unet: /^unet\.output_blocks\.\d+\.0\.in_layers\.2\.weight$/,
  mmdit: /^mmdit\.joint_blocks\.\d/,
  vae: /^vae\.(?:en|de)coder\.(?:conv_in|mid|up|down|layers)\./,
  text: /^text\.text_model\.encoder\.layers\.\d/,
  text2: /^text2\.text_model\.encoder\.layers\.\d/,
  t5: /^t5\.encoder\.block\.\d/,
};

/** Stands in a checkpoint whose VAE is a TAESD. */
const TAESD_IN_VAE = 'vae.decoder.layers.0.weight';

function unsupported(found: string): DrobeError {
  return new DrobeError('unsupported-model', { found });
}

/** The first few modules that a file is made of: "model, head, …". */
function topModules(names: readonly string[]): string {
  const tops = [...new Set(names.map((name) => name.split('.', 1)[0]))];
  return [...tops.slice(0, 5), ...(tops.length > 5 ? ['…'] : [])].join(', ');
}

/** What is no model may be of use beside one. */
function refuseStranger({ kind, as }: Stranger, own: CheckpointHeader['tensors']): never {
  if (kind === 'ip-adapter' && isIpAdapter(ipAdapterForm(own))) throw new DrobeError('file-is-ip-adapter');
  if ((kind === 'image-encoder' || kind === 'clip') && isImageEncoder(own))
    throw new DrobeError('file-is-image-encoder');
  throw new DrobeError('other-kind', { kind, as: as ?? '' });
}

/** What a file without a UNet is. */
function refuse(own: CheckpointHeader['tensors'], has: (part: Place) => boolean): never {
  const names = [...own.keys()];
  if (isLora(names)) throw new DrobeError('file-is-lora');
  if (names.some((name) => TAESD.test(name))) throw new DrobeError('file-is-taesd');
  const texts = (['text', 'text2'] as const).filter(has);
  const vae = has('vae');
  if (vae && texts.length === 0) throw new DrobeError('file-is-vae');
  if (texts.length > 0)
    throw new DrobeError('file-is-parts', { found: listed(vae ? ['vae', ...texts] : texts) });
  if (upscalerIn(own)) throw new DrobeError('file-is-upscaler');
  if (isEmbedding(own)) throw new DrobeError('file-is-embedding');
  throw new DrobeError('unknown-kind', { modules: topModules(names) });
}

/**
 * A checkpoint by its UNet, whether or not the rest is there.
 * @param form its tensors in normal form.
 * @throws DrobeError that names what the file is instead.
 */
export function recognise(
  { tensors: own, metadata }: CheckpointHeader,
  form: Form = inNormalForm(own),
): Recognised {
  const { tensors } = form;
  const stranger = strangerIn(own);
  if (stranger) refuseStranger(stranger, own);
  if (controlKind(own)) throw new DrobeError('file-is-control');
  const names = [...tensors.keys()];
  const has = (part: Place): boolean => names.some((name) => PARTS[part].test(name));
  if (!has('unet')) refuse(own, has);

  const shape = (key: string): Shape => {
    const info = tensors.get(key);
    if (!info) throw new DrobeError('missing-weight', { key });
    return info.shape;
  };
  const [modelChannels, inChannels] = shape('unet.input_blocks.0.0.weight') as [number, number];
  const latentChannels = shape('unet.out.2.weight')[0]!;
  const kind = KINDS.find(([, channels]) => channels(latentChannels) === inChannels)?.[0];
  if (!kind) throw unsupported(`a UNet with ${inChannels} input channels`);

  const guidanceWidth = tensors.get('unet.time_embed.cond_proj.weight')?.shape[1] ?? null;
  const consistent = guidanceWidth !== null;
  if (consistent && kind === 'instruct') throw unsupported('a latent consistency model for instructions');

  const signs = signsOf(tensors, 'unet');
  if (signs.contextWidth === 0) throw unsupported('a UNet without cross-attention');
  const family = familyOf(signs);
  const stated = statedFacts(metadata);
  const small = tensors.has(TAESD_IN_VAE);
  const lacks = (['vae', ...family.texts.map(({ place }) => place)] as const).filter((part) => !has(part));
  const texts = family.texts.map((row, i): TextEncoder => {
    const encoder = textEncoder(row, signs, lacks.includes(row.place) ? new Map() : tensors);
    return i === 0 ? { ...encoder, ...statedOf(stated) } : encoder;
  });
  const textWidth = texts.reduce((sum, { width }) => sum + width, 0);
  if (lacks.length === 0) {
    const { contextWidth } = signs;
    if (contextWidth !== textWidth) {
      throw unsupported(
        `a UNet that wants a text encoding ${contextWidth} wide beside a text encoder that gives ${textWidth}`,
      );
    }
    const decoded = shape(small ? TAESD_IN_VAE : 'vae.post_quant_conv.weight')[1]!;
    if (decoded !== latentChannels)
      throw unsupported(`a UNet that draws in ${latentChannels} channels beside a VAE of ${decoded}`);
  }
  const { prediction, latents } = family;
  const usual = { prediction, latents, ...family.vae, channels: latentChannels };
  const { vae, spacing, ...predicts } = predictsOf([...own.keys()], metadata, usual);
  const { unetHeads } = stated;
  const side = stated.imageSize ?? family.side;
  const model: Model = {
    family: familyName(consistent ? `${family.name} LCM` : family.name, kind),
    kind,
    denoiser: {
      net: 'unet',
      heads: unetHeads === null ? family.heads : () => unetHeads,
      modelChannels,
      inChannels,
      contextWidth: signs.contextWidth,
      labelWidth: signs.labelWidth,
      guidanceWidth,
    },
    t5: null,
    texts: texts as [TextEncoder, ...TextEncoder[]], // as many as the family has
    emptyIsZero: family.emptyIsZero,
    vae: {
      latentChannels,
      factor: small || lacks.includes('vae') ? TAESD_FACTOR : vaeFactor(names),
      // Others that take its place have the family's.
      ...(small ? { scale: family.vae.scale, shift: family.vae.shift } : vae),
      float32: family.vae.float32,
    },
    latents: family.latents,
    ...predicts,
    dtype: commonDtype(tensors),
    title: stated.title,
    // A1111's defaults, unless the checkpoint says better.
    recommended: {
      width: side,
      height: side,
      steps: 20,
      guidance: 7,
      sampler: 'DPM++ 2M Karras',
      spacing: 'leading',
      ...(consistent ? CONSISTENCY_MODEL : distilledDefaults(stated.names)),
      ...(spacing && { spacing }),
      ...stated.recommended,
    },
    examples: stated.examples,
    miniature: side <= 128,
  };
  return { model, lacks };
}

function familyName(name: string, kind: Model['kind']): string {
  if (kind === 'base') return name;
  if (kind === 'inpaint') return `${name} inpainting`;
  return name === 'Stable Diffusion 1.x' ? 'InstructPix2Pix' : `${name} InstructPix2Pix`;
}

/** Each upsampling level of the decoder doubles the picture's sides. */
function vaeFactor(names: readonly string[]): number {
  return 2 ** names.filter((name) => /^vae\.decoder\.up\.\d+\.upsample\.conv\.weight$/.test(name)).length;
}

/** The dtype that holds the most numbers. */
export function commonDtype(tensors: CheckpointHeader['tensors']): string {
  const counts = new Map<string, number>();
  for (const { dtype, shape } of tensors.values()) {
    counts.set(dtype, (counts.get(dtype) ?? 0) + shape.reduce((n, d) => n * d, 1));
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'F32';
}
