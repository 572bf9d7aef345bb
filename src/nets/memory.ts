/** How much room nets take on the device. */
import { bytesPer, sizeOf, type Bits, type Graph, type Shape } from '../graph/graph';
import { BLOCK, canBePacked } from '../graph/packed';
import { bitsOf, roundings, type Rounding } from './bits';
import { places } from './names/places';
import type { Blocks } from './t5';
import { T5_TOKENIZER } from './t5-tokenizer';
import { isTokenTable } from './text-encoder';

/** More weights than this do not stay on the device together: each net is released before the next is opened. */
const RESIDENT_BYTES = 3 * 2 ** 30;

/** So much of T5's weights is there at a time, or one of its blocks if that is more. */
export const T5_PART_BYTES = 0.9e9;

export interface Room {
  /** Bytes of weights on the device at any one time. */
  readonly bytes: number;
  /** All nets stay there together, but for T5, of which a part is there at a time; else one after the other is there alone. */
  readonly together: boolean;
  /** How far nets are rounded for it. */
  readonly rounding: Rounding;
}

type Tensors = ReadonlyMap<string, { readonly shape: Shape }>;

/**
 * @param tensors the checkpoint's, in normal form.
 * @param bits of a number in the weights of the denoiser's linear layers; null: no net is rounded. See `roundings`.
 * @param beside bytes of what would be there too, if all stayed.
 */
export function roomFor(tensors: Tensors, dtype: 'f32' | 'f16', bits: Bits | null = null, beside = 0): Room {
  const rooms = roundings(dtype, bits).map((rounding) => roomWith(tensors, dtype, rounding, beside));
  return rooms.find(({ together }) => together) ?? rooms[0]!; // there is one at least
}

function roomWith(tensors: Tensors, dtype: 'f32' | 'f16', rounding: Rounding, beside: number): Room {
  const nets = places.map((net) => ({ net, own: bitsOf(net, rounding), bytes: 0, ofTexts: 0 }));
  const byName = new Map<string, (typeof nets)[number]>(nets.map((one) => [one.net, one]));
  for (const [name, { shape }] of tensors) {
    const net = byName.get(name.slice(0, Math.max(0, name.indexOf('.'))));
    if (!net || net.net === 't5' || staysBehind(name)) continue;
    const bytes = bytesIn(shape, dtype, net.own);
    net.bytes += bytes;
    if (net.net === 'unet' && readsTexts(name)) net.ofTexts += bytes;
  }
  const shares = t5Shares(tensors, dtype, rounding.t5).map(({ bytes }) => bytes);
  byName.get('t5')!.bytes = Math.max(0, ...shares); // it is one of the places
  const all = nets.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all + beside <= RESIDENT_BYTES) return { bytes: all, together: true, rounding };
  const alone = nets.map(({ bytes, ofTexts }) => Math.max(bytes - ofTexts, ofTexts));
  return { bytes: Math.max(...alone), together: false, rounding };
}

/** What a weight takes on the device. @param bits of a number in it, if it is a linear layer's; null: it is of `dtype`. */
function bytesIn(shape: Shape, dtype: 'f32' | 'f16', bits: Bits | null): number {
  const each = bits && isLinear(shape) ? bits / 8 + bytesPer[dtype] / BLOCK : bytesPer[dtype];
  return sizeOf(shape) * each;
}

/** What a net's weights take. @param place what their names begin with. */
export function bytesOfNet(
  tensors: Tensors,
  place: string,
  { dtype, bits = null }: { readonly dtype: 'f32' | 'f16'; readonly bits?: Bits | null },
): number {
  let bytes = 0;
  for (const [name, { shape }] of tensors)
    if (name.startsWith(`${place}.`)) bytes += bytesIn(shape, dtype, bits);
  return bytes;
}

/** Of a UNet's weights: what its attentions make of texts is made before the steps, by a net of these weights alone. */
const readsTexts = (name: string): boolean => /\.attn2\.to_[kv]\.weight$/.test(name);

/** Tables of which a picture needs a few rows, and what is no weight. */
const staysBehind = (name: string): boolean =>
  isTokenTable(name) || name === 'mmdit.pos_embed' || name === T5_TOKENIZER;

/** Blocks of T5 that are there at a time, and what their weights take. */
interface Share {
  readonly blocks: Blocks;
  readonly bytes: number;
}

/** T5's blocks in parts that run one after the other: each with as many as `T5_PART_BYTES` allows, and one at least. */
export const t5Parts = (tensors: Tensors, dtype: 'f32' | 'f16', bits: Bits | null = null): Blocks[] =>
  t5Shares(tensors, dtype, bits).map(({ blocks }) => blocks);

function t5Shares(tensors: Tensors, dtype: 'f32' | 'f16', bits: Bits | null): Share[] {
  const blocks: number[] = [];
  for (const [name, { shape }] of tensors) {
    const block = /^t5\.encoder\.block\.(\d+)\./.exec(name)?.[1];
    if (block !== undefined) blocks[+block] = (blocks[+block] ?? 0) + bytesIn(shape, dtype, bits);
  }
  const shares: Share[] = [];
  for (let from = 0; from < blocks.length;) {
    let [to, bytes] = [from + 1, blocks[from] ?? 0];
    while (to < blocks.length && bytes + blocks[to]! <= T5_PART_BYTES) bytes += blocks[to++]!;
    shares.push({ blocks: [from, to], bytes });
    from = to;
  }
  return shares;
}

/** What the weights of a net take that is whole in its tensors. */
export function weightBytes(tensors: Tensors, dtype: 'f32' | 'f16'): number {
  let numbers = 0;
  for (const { shape } of tensors.values()) numbers += sizeOf(shape);
  return numbers * bytesPer[dtype];
}

/** Whether it is the weight of a linear layer, or of a 1×1 convolution, that can be packed. */
const isLinear = ([, inner = 0, ...kernel]: Shape): boolean =>
  inner > 0 && sizeOf(kernel) === 1 && canBePacked(inner);

/** The bytes that a net takes while it runs: its weights, and the most that it works in at one time. */
export function bytesOf({ placements, footprint }: Graph): number {
  return placements.reduce((sum, { length }) => sum + length, footprint.peak);
}

/** What a machine can hold, in bytes. */
export interface Limits {
  /** One tensor. */
  readonly tensor: number;
  /** One net, with all that it works in. */
  readonly net: number;
}

/** False where a net cannot run for sure; where it is true, memory may still run out. */
export function fits(graph: Graph, limits: Limits): boolean {
  return graph.footprint.largest <= limits.tensor && bytesOf(graph) <= limits.net;
}

/** The same of nets that run in turn. @param apart whether only one of them is there at a time. */
export function fitTogether(graphs: readonly Graph[], limits: Limits, apart: boolean): boolean {
  const isRoomy = apart || graphs.reduce((sum, graph) => sum + bytesOf(graph), 0) <= limits.net;
  return isRoomy && graphs.every((graph) => fits(graph, limits));
}
