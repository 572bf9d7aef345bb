/**
 * IP-Adapter: a picture as a prompt. CLIP's encoding of it becomes a few more tokens, for which each attention to the text
 * has extra keys and values (Ye et al., 2023, arXiv 2308.06721).
 * https://github.com/tencent-ailab/IP-Adapter/blob/main/ip_adapter/ip_adapter.py
 */
import { tuple } from '../checked';
import { DrobeError } from '../errors';
import { build, input, SHAPES_ONLY, sizeOf, type Graph, type Target, type Var } from '../graph/graph';
import { add, attention, cast, concat, gelu, layerNorm, linear, mul, reshape, slice } from '../graph/nn';
import { scope, type Scope, type StateDict, shapeOf } from '../graph/scope';
import type { Additions } from './unet';
import type { Seen, VisionTower } from './vision';

/** An adapter, as its weights tell. */
export interface IpAdapter {
  /** Plain: a picture's embedding spread over a few tokens. Plus: a few tokens gathered from all states; full: all of them. */
  readonly kind: 'plain' | 'plus' | 'full';
  /** Its input from a vision tower, and the width of that: of the picture's embedding, or of each state. */
  readonly seen: Seen;
  readonly wants: number;
  /** Tokens for a picture; null if as many as the tower has. */
  readonly tokens: number | null;
  /** Width of a token, which is that of the UNet's texts. */
  readonly width: number;
  /** Number of attentions for which it has keys and values. */
  readonly attentions: number;
}

/**
 * @param tensors in normal form, see `names/ip-adapter.ts`; here and below.
 * @throws DrobeError 'missing-weight' or 'bad-weight'
 */
export function ipAdapter(tensors: StateDict): IpAdapter {
  const p = scope(tensors, SHAPES_ONLY);
  const proj = p('image_proj');
  const pairs = p('ip_adapter').children();
  const [first] = pairs;
  if (!first) throw new DrobeError('missing-weight', { key: 'ip_adapter.1.to_k_ip.weight' });
  const width = columns(first, 'to_k_ip');
  const common = { width, attentions: pairs.length };
  if (proj.has('latents')) {
    const [, tokens] = shapeOf(proj, 'latents', 3);
    return { ...common, kind: 'plus', seen: 'states', wants: columns(proj, 'proj_in'), tokens };
  }
  if (proj.has('proj.0'))
    return { ...common, kind: 'full', seen: 'states', wants: columns(proj, 'proj.0'), tokens: null };
  const tokens = proj('proj').shape('weight')[0]! / width;
  if (!Number.isInteger(tokens))
    throw new DrobeError('bad-weight', { key: 'image_proj.proj.weight', reason: 'no whole tokens' });
  return { ...common, kind: 'plain', seen: 'embedding', wants: columns(proj, 'proj'), tokens };
}

/** The width of a face embedding: adapters that read these (FaceID, InstantID) need other nets. */
const FACE = 512;

/** Names in adapters for faces, and of a second adapter in one file. */
const NOT_OURS =
  /\.to_q_lora\.|^image_proj\.(?:perceiver_resampler|proj\.net)\.|\.image_projection_layers\.1\.|\.to_k_ip\.1\./;

/** Whether this is a single adapter that reads pictures through CLIP. */
export function isIpAdapter(tensors: StateDict): boolean {
  const read = ['proj', 'proj_in', 'proj.0'].map(
    (name) => tensors.get(`image_proj.${name}.weight`)?.shape[1],
  );
  return (
    tensors.has('ip_adapter.1.to_k_ip.weight') &&
    read.some((columns) => columns !== undefined && columns !== FACE) &&
    ![...tensors.keys()].some((name) => NOT_OURS.test(name))
  );
}

/** The family that an adapter was made for, as far as its weights tell. */
export function adapterBase({ width, attentions }: IpAdapter): string {
  if (attentions > 16) return 'Stable Diffusion XL';
  return width >= 1024 ? 'Stable Diffusion 2.x' : 'Stable Diffusion 1.x';
}

const columns = (p: Scope, module: string): number => p(module).shape('weight')[1] ?? 0;

/** Whether the adapter was trained with this tower's output, as far as shapes tell. */
export const readsBy = ({ seen, wants }: IpAdapter, { width, projection }: VisionTower): boolean =>
  wants === (seen === 'embedding' ? projection : width);

/** Tokens for a picture that this tower encodes. */
export const tokensBy = ({ tokens }: IpAdapter, tower: VisionTower): number => tokens ?? tower.tokens;

/**
 * @param seen the embedding [N, wants], or the states [N, tokens, wants].
 * @param p `image_proj`.
 * @returns [N, tokens, width].
 */
export function imageTokens(seen: Var, p: Scope, { kind, tokens, width }: IpAdapter): Var {
  const n = seen.shape[0]!;
  switch (kind) {
    case 'plain':
      return layerNorm(reshape(linear(seen, p('proj')), n, tokens!, width), p('norm')); // plain ones say how many
    case 'plus':
      return resampler(seen, p);
    case 'full':
      return layerNorm(linear(gelu(linear(seen, p('proj.0'))), p('proj.2')), p('proj.3'));
  }
}

/** Flamingo's Perceiver Resampler (Alayrac et al., 2022, arXiv 2204.14198). p: `image_proj`. */
function resampler(states: Var, p: Scope): Var {
  const x = linear(states, p('proj_in'));
  let latents = p.tensor('latents');
  for (const layer of p('layers').children()) {
    latents = add(latents, perceive(x, latents, layer(0)));
    const [norm, up, down] = [layer('1.0'), layer('1.1'), layer('1.3')];
    latents = add(latents, linear(gelu(linear(layerNorm(latents, norm), up)), down));
  }
  return layerNorm(linear(latents, p('proj_out')), p('norm_out'));
}

/** Channels of a head in the resampler, in all adapters there are. */
const HEAD = 64;

/** The latents attend to the picture, and to each other. */
function perceive(states: Var, latents: Var, p: Scope): Var {
  const [x, own] = [layerNorm(states, p('norm1')), layerNorm(latents, p('norm2'))];
  const q = linear(own, p('to_q'));
  const all = concat(1, x, own);
  const [k, v] = [linear(all, p('to_k')), linear(all, p('to_v'))];
  return linear(attention(q, k, v, q.shape[2]! / HEAD), p('to_out'));
}

/**
 * A picture's keys and values for all attentions, computed once: `seen`, the output of a vision tower → `parts`, keys, then
 * values [tokens, channels] of each attention in the adapter's order, one after the other.
 */
export function imageKeysGraph(
  tensors: StateDict,
  target: Target,
  tower: VisionTower,
  used?: Set<string>,
): Graph {
  const adapter = ipAdapter(tensors);
  const { seen, wants } = adapter;
  const p = scope(tensors, target, used);
  const shape = seen === 'embedding' ? [1, wants] : [1, tower.tokens, wants];
  const tokens = imageTokens(cast(input('seen', shape, target), target.dtype), p('image_proj'), adapter);
  const parts = p('ip_adapter')
    .children()
    .flatMap((pair) => [linear(tokens, pair('to_k_ip')), linear(tokens, pair('to_v_ip'))])
    .map((part) => reshape(part, sizeOf(part.shape)));
  return build({ parts: cast(concat(0, ...parts), 'f32') });
}

/**
 * A UNet's attentions to the text in the order in which adapters number theirs, 1, 3, 5 …, as diffusers has its attention
 * processors: those of the way down, of the way up, and of the middle. p: `unet`.
 */
export function imageAttentions(p: Scope): Scope[] {
  const places = [...p('input_blocks').children(), ...p('output_blocks').children(), p('middle_block')];
  return places
    .flatMap((place) => place.children())
    .flatMap((child) => child('transformer_blocks').children())
    .map((block) => block('attn2'));
}

/** Of a picture [1, tokens, channels]: an input of a UNet's graph. */
export interface ImagePart {
  readonly name: string;
  readonly channels: number;
}

/**
 * The inputs of a UNet's graph for one of its pictures, in the order in which `imageKeysGraph` gives them.
 * @param unet `unet`.
 * @param picture its number.
 */
export const imageParts = (unet: Scope, picture: number): ImagePart[] =>
  imageAttentions(unet).flatMap((p) => {
    const channels = p('to_k').shape('weight')[0]!; // a matrix has rows
    return partNames(p, picture).map((name) => ({ name, channels }));
  });

const partNames = ({ path }: Scope, picture: number): [k: string, v: string] => [
  `${path}.image${picture}.k`,
  `${path}.image${picture}.v`,
];

/** The name of an input: how much each picture counts at each of so many places of a feature map, [pictures, places, 1]. */
export const sharesAt = (places: number): string => `shares${places}`;

/**
 * Attention to pictures beside that to the text, of the inputs `imageParts` [batch, tokens, channels] in the target's
 * dtype, and `sharesAt` as many places as a feature map has.
 * @param pictures how many tokens each of them has.
 */
export function attendedTo(pictures: readonly number[], batch: number): Additions['attended'] {
  const shares = new Map<number, Var>();
  return (found, q, p, heads) => {
    const [, places, channels] = tuple(q.shape, 3);
    const { target } = q;
    const all =
      shares.get(places) ?? cast(input(sharesAt(places), [pictures.length, places, 1], target), target.dtype);
    shares.set(places, all);
    return pictures.reduce((sum, tokens, n) => {
      const shape = [batch, tokens, channels];
      const [k, v] = tuple(
        partNames(p, n).map((name) => input(name, shape, target, target.dtype)),
        2,
      );
      return add(sum, mul(attention(q, k, v, heads), slice(all, 0, n, n + 1)));
    }, found);
  };
}

/** Whether an adapter fits this UNet: the same width of texts, and as many attentions, with the same channels. */
export function fitsUNet(adapter: StateDict, unet: Scope): boolean {
  const theirs = scope(adapter, SHAPES_ONLY)('ip_adapter').children();
  const own = imageAttentions(unet);
  return (
    theirs.length === own.length &&
    own.every((p, i) => {
      const [rows, width] = theirs[i]!('to_k_ip').shape('weight'); // as many
      const [channels, contextWidth] = p('to_k').shape('weight');
      return rows === channels && width === contextWidth;
    })
  );
}
