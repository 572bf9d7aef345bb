/**
 * Which model is this? Told from tensor names and shapes, never from the file name. Metadata only adds what
 * neither can say (see `metadata.ts`).
 */
import { DrobeError, type ErrorCode, type Facts } from '../errors';
import type { Shape } from '../graph/graph';
import { CONSISTENCY_MODEL, distilledDefaults } from './distilled';
import { families } from './families';
import type { Model, TextEncoder } from './model';
import { statedFacts } from './metadata';
import { predictsOf } from './predicts/predicts';
import { strangerIn } from './strangers/stranger';
import { GUIDANCE_PROJECTIONS } from './unet';

export interface TensorFacts {
  readonly shape: Shape;
  readonly dtype: string;
}
export interface CheckpointHeader {
  readonly tensors: ReadonlyMap<string, TensorFacts>;
  readonly metadata: ReadonlyMap<string, string>;
}

const UNET = 'model.diffusion_model';
const VAE = 'first_stage_model';
/** Channels the UNet takes, for latents of so many channels. */
const KINDS: readonly (readonly [Model['kind'], (latents: number) => number])[] = [
  ['base', (latents) => latents],
  ['instruct', (latents) => 2 * latents],
  ['inpaint', (latents) => 2 * latents + 1],
];

type Sign = readonly [name: RegExp, code: ErrorCode, facts?: Facts];

/** What a file without a UNet of ours is, by the names only such files have. */
const OTHER_FILES: readonly Sign[] = [
  [/^lora_(unet|te\d?|transformer)_|[._]lora[._](A|B|up|down)\.|\.hada_w1_a$|\.lokr_w1$/, 'file-is-lora'],
  [/^(string_to_param|emb_params|clip_[lg]$|<.*>$)/, 'file-is-embedding'],
  [/^(?:decoder\.layers\.)?\d+\.conv\.[024]\.weight$/, 'file-is-taesd'],
  [/^(down|up)_blocks\.\d/, 'missing-part', { found: 'UNet', part: 'VAE and text encoder' }],
  [/^text_model\.encoder\.layers\./, 'missing-part', { found: 'text encoder', part: 'UNet and VAE' }],
  [/^(first_stage_model\.)?(decoder|encoder)\.(conv_in|mid|up|down)[._]/, 'file-is-vae'],
];

function refuseIfAny(names: readonly string[], signs: readonly Sign[]): void {
  for (const [sign, code, facts] of signs) {
    if (names.some((name) => sign.test(name))) throw new DrobeError(code, facts);
  }
}

function unsupported(found: string): DrobeError {
  return new DrobeError('unsupported-model', { found });
}

/** The first few modules that a file is made of: "model, head, …". */
function topModules(names: readonly string[]): string {
  const tops = [...new Set(names.map((name) => name.split('.', 1)[0]))];
  return [...tops.slice(0, 5), ...(tops.length > 5 ? ['…'] : [])].join(', ');
}

/** @throws DrobeError that names what the file is instead, or which part it lacks. */
export function detect({ tensors, metadata }: CheckpointHeader): Model {
  const names = [...tensors.keys()];
  const has = (prefix: string): boolean => names.some((name) => name.startsWith(`${prefix}.`));
  const stranger = strangerIn(tensors);
  if (stranger) throw new DrobeError('other-kind', { kind: stranger.kind, as: stranger.as ?? '' });
  if (!has(UNET)) {
    refuseIfAny(names, OTHER_FILES);
    throw new DrobeError('unknown-kind', { modules: topModules(names) });
  }
  const sign = families.find(
    ({ texts, when }) => has(texts.at(-1)!.prefix) && (when?.(tensors) ?? true), // each has a text encoder
  );
  const family = sign?.texts.every(({ prefix }) => has(prefix)) ? sign : null;
  if (!has(VAE)) throw new DrobeError('missing-part', { part: family ? 'VAE' : 'VAE and text encoder' });
  if (!family) throw new DrobeError('missing-part', { part: 'text encoder' });

  const shape = (key: string): Shape => {
    const info = tensors.get(key);
    if (!info) throw new DrobeError('missing-weight', { key });
    return info.shape;
  };
  const [modelChannels, inChannels] = shape(`${UNET}.input_blocks.0.0.weight`) as [number, number];
  const latentChannels = shape(`${VAE}.post_quant_conv.weight`)[1]!;
  const kind = KINDS.find(([, channels]) => channels(latentChannels) === inChannels)?.[0];
  if (!kind) throw unsupported(`a UNet with ${inChannels} input channels`);

  const guidanceWidth =
    GUIDANCE_PROJECTIONS.map((name) => tensors.get(`${UNET}.${name}.weight`)?.shape[1]).find(Boolean) ?? null;
  const consistent = guidanceWidth !== null;
  if (consistent && kind === 'instruct') throw unsupported('a latent consistency model for instructions');

  const stated = statedFacts(metadata);
  const texts = family.texts.map((row, i): TextEncoder => {
    const table =
      row.naming === 'transformers' ? 'embeddings.position_embedding.weight' : 'positional_embedding';
    const [length, width] = shape(`${row.prefix}.${table}`) as [number, number];
    const heads = (i === 0 && stated.textHeads) || width / 64;
    const activation = (i === 0 && stated.textActivation) || row.activation;
    return { ...row, heads, activation, width, length, bos: 49406, eos: 49407 };
  });
  const contextWidth = contextWidthOf(tensors);
  const textWidth = texts.reduce((sum, { width }) => sum + width, 0);
  if (contextWidth !== textWidth) {
    throw unsupported(
      `a UNet that wants a text encoding ${contextWidth} wide beside a text encoder that gives ${textWidth}`,
    );
  }
  const { prediction, latents } = family;
  const usual = { prediction, latents, scale: family.vae.scale, channels: latentChannels };
  const { vae, spacing, ...predicts } = predictsOf(names, metadata, usual);
  const { unetHeads } = stated;
  const side = stated.imageSize ?? family.side;
  return {
    family: familyName(consistent ? `${family.name} LCM` : family.name, kind),
    kind,
    prefix: { unet: UNET, vae: VAE },
    unet: {
      heads: unetHeads === null ? family.heads : () => unetHeads,
      modelChannels,
      inChannels,
      contextWidth,
      labelWidth: tensors.get(`${UNET}.label_emb.0.0.weight`)?.shape[1] ?? null,
      guidanceWidth,
    },
    texts: texts as [TextEncoder, ...TextEncoder[]], // as many as the family has
    emptyIsZero: family.emptyIsZero,
    vae: {
      latentChannels,
      factor: vaeFactor(names),
      ...vae,
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
}

function familyName(name: string, kind: Model['kind']): string {
  if (kind === 'base') return name;
  if (kind === 'inpaint') return `${name} inpainting`;
  return name === 'Stable Diffusion 1.x' ? 'InstructPix2Pix' : `${name} InstructPix2Pix`;
}

/** Width of what cross-attention reads, from any block that has one. */
function contextWidthOf(tensors: CheckpointHeader['tensors']): number {
  for (const [name, { shape }] of tensors) {
    if (name.startsWith(UNET) && name.endsWith('attn2.to_k.weight')) return shape[1]!;
  }
  throw unsupported('a UNet without cross-attention');
}

/** Each upsampling level of the decoder doubles the picture's sides. */
function vaeFactor(names: readonly string[]): number {
  const doublings = names.filter((name) =>
    /^first_stage_model\.decoder\.up\.\d+\.upsample\.conv\.weight$/.test(name),
  );
  return 2 ** doublings.length;
}

/** The dtype that holds the most numbers. */
export function commonDtype(tensors: CheckpointHeader['tensors']): string {
  const counts = new Map<string, number>();
  for (const { dtype, shape } of tensors.values()) {
    counts.set(dtype, (counts.get(dtype) ?? 0) + shape.reduce((n, d) => n * d, 1));
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'F32';
}

/** Keys inside a net that no module asked for. Buffers, and layers that a family leaves out, do not count. */
export function unusedKeys(model: Model, names: Iterable<string>, used: ReadonlySet<string>): string[] {
  const prefixes = [model.prefix.unet, model.prefix.vae, ...model.texts.map(({ prefix }) => prefix)];
  const all = [...names];
  return all.filter(
    (name) =>
      !used.has(name) &&
      prefixes.some((prefix) => name.startsWith(`${prefix}.`)) &&
      !/\.(?:position_ids|logit_scale|text_projection|attn_mask)$/.test(name) &&
      !model.texts.some((text) => isLeftOut(name, text, all)),
  );
}

/** Whether a weight belongs to the layers, or the norm after them, that the UNet does not read. */
function isLeftOut(
  name: string,
  { prefix, skip, finalNorm }: TextEncoder,
  names: readonly string[],
): boolean {
  if (!finalNorm && /^\.(?:final_layer_norm|ln_final)\./.test(name.slice(prefix.length))) return true;
  const numberOf = (key: string): number =>
    key.startsWith(`${prefix}.`) ? Number(/\.(?:resblocks|layers)\.(\d+)\./.exec(key)?.[1] ?? -1) : -1;
  const layer = numberOf(name);
  return layer >= 0 && skip > 0 && layer > Math.max(...names.map(numberOf)) - skip;
}
