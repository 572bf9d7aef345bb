/**
 * Which model is this? Told from tensor names and shapes, never from the file name. Metadata only adds what
 * neither can say (see `metadata.ts`).
 */
import { mustGet } from '../../checked';
import { DrobeError } from '../../errors';
import type { Shape } from '../../graph/graph';
import { controlKind } from './control-kinds';
import { CONSISTENCY_MODEL, distilledDefaults } from './distilled';
import { isEmbedding } from './embedding';
import { mmditDenoising, shapeOf, unetDenoising, unsupported, type Denoising } from './denoisers';
import { isIpAdapter } from '../ip-adapter';
import { ipAdapterForm } from '../names/ip-adapter';
import { isLora } from '../names/lora-parts';
import { hintNetIn } from '../hints/hint-net';
import type { Model, T5Encoder, TextEncoder } from '../model';
import { statedFacts, type StatedFacts } from './metadata';
import { inNormalForm, type NormalForm } from '../names/normal-form';
import type { Place } from '../names/places';
import { listed } from './parts';
import { predictsOf } from '../predicts/predicts';
import { isNumericKind, TOLD_BY_NUMBERS } from '../strangers/numbers';
import { strangerIn, type Stranger } from '../strangers/stranger';
import { T5_TABLE } from '../t5';
import { T5_TOKENIZER } from '../t5-tokenizer';
import { taesdPrefix } from '../names/taesd';
import { TAESD_FACTOR } from '../taesd';
import { statedOf, textEncoder, tokenTable } from '../text-encoder';
import { upscalerIn } from '../upscalers/upscaler';
import { canEncode, firstWeight } from '../vae';
import { isImageEncoder } from '../vision';

export interface TensorFacts {
  readonly shape: Shape;
  readonly dtype: string;
}
export interface CheckpointHeader {
  readonly tensors: ReadonlyMap<string, TensorFacts>;
  readonly metadata: ReadonlyMap<string, string>;
}
type Form = NormalForm<TensorFacts>;

/** A checkpoint, recognised by its denoiser. */
export interface Recognised {
  /** For missing parts it has what this denoiser needs. */
  readonly model: Model;
  /** The missing parts. */
  readonly lacks: readonly Place[];
}

/** Names that show that a part is whole; for a VAE only its decoder, which is enough to draw from words. */
const PARTS: Readonly<Record<Place, RegExp>> = {
  unet: /^unet\.output_blocks\.\d+\.0\.in_layers\.2\.weight$/,
  mmdit: /^mmdit\.joint_blocks\.\d+\.x_block\.attn\.proj\.weight$/,
  vae: /^vae\.decoder\.(?:conv_in|layers)\./,
  text: /^text\.text_model\.encoder\.layers\.\d/,
  text2: /^text2\.text_model\.encoder\.layers\.\d/,
  t5: /^t5\.encoder\.block\.\d/,
};

/** The first and last weights of a denoiser: without them it is one of several files of a net. */
const ENDS = {
  unet: ['unet.input_blocks.0.0.weight', 'unet.out.2.weight'],
  mmdit: ['mmdit.x_embedder.proj.weight', 'mmdit.final_layer.linear.weight'],
} as const;

/** Names that only a denoiser has, a VAE, or T5. */
const IN_NET =
  /^(?:unet\.(?:(?:in|out)put_blocks|middle_block|(?:down|up)_blocks|mid_block)\.|mmdit\.joint_blocks\.|vae\.(?:(?:encoder\.down|decoder\.up)\.\d|(?:en|de)coder\.mid\.)|t5\.encoder\.block\.\d+\.layer\.[01]\.(?:SelfAttention|DenseReluDense)\.)/;

/** A layer of a text encoder; others have such layers, too, and call them otherwise in their files. */
const IN_TEXT = /^text2?\.text_model\.encoder\.layers\.\d/;
const SAYS_TEXT = /text_model|text_encoder|cond_stage_model|conditioner|clip_[lgh]|resblocks/;

/** How the names of a net's own tensors end; where none does, all are something else's that changes its modules. */
const OWN =
  /(?:\.(?:weight|bias)|in_proj_(?:weight|bias)|_embedding|text_projection|pos_embed|logit_scale|position_ids)$/;

/** A tensor of a checkpoint whose VAE is a TAESD. */
const TAESD_IN_VAE = 'vae.decoder.layers.0.weight';

/** A file's first few modules: "model, head, …". */
function topModules(names: readonly string[]): string {
  const tops = [...new Set(names.map((name) => name.split('.', 1)[0]))];
  return [...tops.slice(0, 5), ...(tops.length > 5 ? ['…'] : [])].join(', ');
}

const isTextEncoder = (tensors: Form['tensors']): boolean =>
  ['text.text_model.encoder.layers.0.mlp.fc1.weight', tokenTable('text')].every((key) => tensors.has(key));

/** Says what a file that is not a model is; it may be of use beside one. @param reads whether it has a text encoder. */
function refuseStranger({ kind, as }: Stranger, own: CheckpointHeader['tensors'], reads: boolean): never {
  if (kind === 'ip-adapter' && isIpAdapter(ipAdapterForm(own))) throw new DrobeError('file-is-ip-adapter');
  if ((kind === 'image-encoder' || kind === 'clip') && isImageEncoder(own))
    throw new DrobeError('file-is-image-encoder');
  if (kind === 'clip' && reads) throw new DrobeError('file-is-parts', { found: listed(['text']) });
  if (kind === 'depth-estimator' && hintNetIn(own)) throw new DrobeError('file-is-hint-net');
  throw new DrobeError('other-kind', { kind, as: as ?? '' });
}

/** Says what a file without a denoiser is. */
function refuse(
  { own, tensors }: { own: CheckpointHeader['tensors']; tensors: Form['tensors'] },
  has: (part: Place) => boolean,
): never {
  // Without a table of tokens a net reads no words, whatever its layers are called.
  const hasTable = (part: 'text' | 'text2' | 't5'): boolean =>
    tensors.has(part === 't5' ? T5_TABLE : tokenTable(part));
  const names = [...own.keys()];
  if (isLora(names)) throw new DrobeError('file-is-lora');
  if (taesdPrefix(names) !== null) throw new DrobeError('file-is-taesd');
  const texts = (['text', 'text2', 't5'] as const).filter((part) => has(part) && hasTable(part));
  const others = own.has(T5_TOKENIZER) ? ([...texts, 'tokenizer'] as const) : texts;
  const vae = has('vae');
  if (vae && others.length === 0) throw new DrobeError('file-is-vae');
  if (others.length > 0)
    throw new DrobeError('file-is-parts', { found: listed(vae ? ['vae', ...others] : others) });
  if (tensors.has('vae.encoder.conv_in.weight'))
    throw new DrobeError('other-kind', { kind: 'vae-encoder', as: '' });
  if (hintNetIn(own)) throw new DrobeError('file-is-hint-net');
  if (upscalerIn(own)) throw new DrobeError('file-is-upscaler');
  if (isEmbedding(own)) throw new DrobeError('file-is-embedding');
  const inNets = [...tensors.keys()];
  if (inNets.length > 0 && !inNets.some((name) => OWN.test(name)))
    throw new DrobeError('other-kind', { kind: 'other-lora', as: '' });
  const isText = (name: string): boolean => IN_TEXT.test(name) && SAYS_TEXT.test(mustGet(tensors, name).name);
  if (inNets.some((name) => IN_NET.test(name) || isText(name)))
    throw new DrobeError('other-kind', { kind: 'piece', as: '' });
  throw new DrobeError('unknown-kind', { modules: topModules(names) });
}

/**
 * Recognises a checkpoint by its denoiser, even if other parts are missing.
 * @param form its tensors in normal form.
 * @throws DrobeError that names what the file is instead.
 */
export function recognise(
  { tensors: own, metadata }: CheckpointHeader,
  form: Form = inNormalForm(own),
): Recognised {
  const { tensors } = form;
  const names = [...tensors.keys()];
  const has = (part: Place): boolean => names.some((name) => PARTS[part].test(name));
  const stranger = strangerIn(own);
  if (stranger) refuseStranger(stranger, own, isTextEncoder(tensors));
  if (controlKind(own)) throw new DrobeError('file-is-control');
  const told = metadata.get(TOLD_BY_NUMBERS);
  if (has('unet') && isNumericKind(told)) throw new DrobeError('other-kind', { kind: told, as: '' });
  refusePieces(tensors, has);

  const stated = statedFacts(metadata);
  const found = has('unet')
    ? unetDenoising(tensors, stated)
    : has('mmdit')
      ? mmditDenoising(tensors)
      : refuse({ own, tensors }, has);
  const { denoiser, family, kind, latentChannels } = found;
  const lacks = lackingIn(tensors, found, has);
  const texts = family.texts.map((row, i): TextEncoder => {
    const encoder = textEncoder(row, denoiser, tensors, !lacks.includes(row.place));
    return i === 0 ? { ...encoder, ...statedOf(stated) } : encoder;
  });
  const t5 = has('t5') && denoiser.net === 'mmdit' ? t5Of(tensors, denoiser.contextWidth) : null;
  const small = tensors.has(TAESD_IN_VAE);
  if (!lacks.includes('vae')) {
    const first = small ? TAESD_IN_VAE : firstWeight(tensors);
    checkChannels(denoiser, latentChannels, shapeOf(tensors, first)[1]!);
  }
  if (lacks.length === 0) checkWidths(denoiser, texts);

  const { prediction, latents } = family;
  const usual = { prediction, latents, ...family.vae, channels: latentChannels };
  const { vae, spacing, ...predicts } = predictsOf([...own.keys()], metadata, usual);
  const recommended = recommendedFor(found, stated, spacing);
  const model: Model = {
    family: familyName(isConsistency(denoiser) ? `${family.name} LCM` : family.name, kind),
    kind,
    denoiser,
    texts: texts as [TextEncoder, ...TextEncoder[]], // as many as the family has
    t5,
    emptyIsZero: family.emptyIsZero,
    vae: {
      latentChannels,
      factor: small || lacks.includes('vae') ? TAESD_FACTOR : vaeFactor(names),
      // A VAE used in its place has the family's scale.
      ...(small ? { scale: family.vae.scale, shift: family.vae.shift } : vae),
      float32: family.vae.float32,
    },
    latents,
    ...predicts,
    dtype: commonDtype(tensors),
    title: stated.title,
    recommended,
    examples: stated.examples,
    miniature: (stated.imageSize ?? family.side) <= 128,
  };
  return { model, lacks };
}

/** A denoiser without its ends and without other parts beside it is one of several files; beside others a weight is missing. */
function refusePieces(tensors: Form['tensors'], has: (part: Place) => boolean): void {
  const alone = !(['vae', 'text', 'text2'] as const).some(has);
  const isPiece = (net: 'unet' | 'mmdit'): boolean =>
    alone && has(net) && !ENDS[net].every((key) => tensors.has(key));
  if (isPiece('unet') || isPiece('mmdit')) throw new DrobeError('other-kind', { kind: 'piece', as: '' });
}

/** The parts that the denoiser needs and the file has not, or not as the denoiser needs them. */
function lackingIn(
  tensors: Form['tensors'],
  { family, kind }: Denoising,
  has: (part: Place) => boolean,
): Place[] {
  // A UNet with a picture as its input needs the VAE's encoder for every drawing.
  const lacksVae = !has('vae') || (kind !== 'base' && !canEncode(tensors));
  const texts = family.texts
    .filter(
      ({ place, projected }) => !has(place) || (projected && !tensors.has(`${place}.text_projection.weight`)),
    )
    .map(({ place }) => place);
  return lacksVae ? ['vae', ...texts] : texts;
}

/** A1111's defaults, unless the checkpoint says better. */
function recommendedFor(
  { denoiser, family, recommended }: Denoising,
  stated: StatedFacts,
  spacing: Model['recommended']['spacing'] | undefined,
): Model['recommended'] {
  const side = stated.imageSize ?? family.side;
  return {
    width: side,
    height: side,
    steps: 20,
    guidance: 7,
    sampler: 'DPM++ 2M Karras',
    spacing: 'leading',
    ...recommended,
    ...(isConsistency(denoiser) ? CONSISTENCY_MODEL : distilledDefaults(stated.names)),
    ...(family.prediction === 'flow' && { sampler: 'Euler' }),
    ...(spacing && { spacing }),
    ...stated.recommended,
  };
}

/** Whether it was distilled to a latent consistency model, which is told the guidance scale. */
const isConsistency = ({ guidanceWidth }: Model['denoiser']): boolean => guidanceWidth !== null;

function t5Of(tensors: Form['tensors'], contextWidth: number): T5Encoder {
  const [vocabulary, width] = shapeOf(tensors, T5_TABLE) as [number, number];
  if (width !== contextWidth)
    throw unsupported(`an MMDiT that reads tokens ${contextWidth} wide beside a T5 that gives ${width}`);
  return { width, vocabulary, eos: 1, pad: 0 };
}

const NETS = { unet: 'a UNet', mmdit: 'an MMDiT' } as const;

function checkChannels({ net }: Model['denoiser'], drawn: number, decoded: number): void {
  if (decoded !== drawn)
    throw unsupported(`${NETS[net]} that draws in ${drawn} channels beside a VAE of ${decoded}`);
}

/** Text encoders side by side must be as wide as the denoiser's input: a UNet's tokens, or an MMDiT's pooled prompt. */
function checkWidths(
  { net, contextWidth, labelWidth }: Model['denoiser'],
  texts: readonly TextEncoder[],
): void {
  const given = texts.reduce((sum, { width }) => sum + width, 0);
  const read = net === 'unet' ? contextWidth : labelWidth;
  if (given !== read)
    throw unsupported(
      `${NETS[net]} that wants a text encoding ${read} wide beside a text encoder that gives ${given}`,
    );
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

/** The dtype of most numbers. */
export function commonDtype(tensors: CheckpointHeader['tensors']): string {
  const counts = new Map<string, number>();
  for (const { dtype, shape } of tensors.values()) {
    counts.set(dtype, (counts.get(dtype) ?? 0) + shape.reduce((n, d) => n * d, 1));
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'F32';
}
