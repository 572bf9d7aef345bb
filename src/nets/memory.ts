/** How much memory nets take on the device. */
import { mustGet } from '../checked';
import { bytesPer, sizeOf, type Bits, type Graph, type Shape } from '../graph/graph';
import { BLOCK, canBePacked } from '../graph/packed';
import { bitsOf, roundings, type Rounding } from './bits';
import { places } from './names/places';
import type { Blocks } from './t5';
import { T5_TOKENIZER } from './t5-tokenizer';
import { isTokenTable } from './text-encoder';

/** If the weights of all nets are more than this, each net is released before the next is opened. */
const RESIDENT_BYTES = 3 * 2 ** 30;

/** The most of T5's weights that are on the device at a time, unless a single block has more. */
export const T5_PART_BYTES = 0.9e9;

export interface Room {
  /** Bytes of weights on the device at any one time. */
  readonly bytes: number;
  /** Whether all nets stay there together, T5 in parts, one at a time; otherwise only one net is there at a time. */
  readonly together: boolean;
  /** How nets are rounded to take so little. */
  readonly rounding: Rounding;
}

type Tensors = ReadonlyMap<string, { readonly shape: Shape }>;

/**
 * @param tensors the checkpoint's, in normal form.
 * @param bits to which the weights of the denoiser's linear layers are rounded; null: no net is rounded. See `roundings`.
 * @param beside bytes of everything else that would be on the device, if all nets stayed.
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
  mustGet(byName, 't5').bytes = Math.max(0, ...shares);
  const all = nets.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all + beside <= RESIDENT_BYTES) return { bytes: all, together: true, rounding };
  const alone = nets.map(({ bytes, ofTexts }) => Math.max(bytes - ofTexts, ofTexts));
  return { bytes: Math.max(...alone), together: false, rounding };
}

/** The bytes of a weight on the device. @param bits to which linear layers are rounded; null: they keep `dtype`. */
function bytesIn(shape: Shape, dtype: 'f32' | 'f16', bits: Bits | null): number {
  const each = bits && isLinear(shape) ? bits / 8 + bytesPer[dtype] / BLOCK : bytesPer[dtype];
  return sizeOf(shape) * each;
}

/** The bytes of a net's weights. @param place the beginning of their names. */
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

/** Whether a UNet's weight makes keys or values of texts: a net of only these weights does so before the steps. */
const readsTexts = (name: string): boolean => /\.attn2\.to_[kv]\.weight$/.test(name);

/** Tables, of which only a few rows are fed, and tensors that are no weights. */
const staysBehind = (name: string): boolean =>
  isTokenTable(name) || name === 'mmdit.pos_embed' || name === T5_TOKENIZER;

/** Blocks of T5 that are on the device together, and the bytes of their weights. */
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

/** The bytes of all these weights, none of them rounded. */
export function weightBytes(tensors: Tensors, dtype: 'f32' | 'f16'): number {
  let numbers = 0;
  for (const { shape } of tensors.values()) numbers += sizeOf(shape);
  return numbers * bytesPer[dtype];
}

/** Whether a weight is a linear layer's, or a 1×1 convolution's, and can be packed. */
const isLinear = ([, inner = 0, ...kernel]: Shape): boolean =>
  inner > 0 && sizeOf(kernel) === 1 && canBePacked(inner);

/** The bytes of a net while it runs: its weights, and the most that its intermediate values take at any time. */
export function bytesOf({ placements, footprint }: Graph): number {
  return placements.reduce((sum, { length }) => sum + length, footprint.peak);
}

/** What a machine can hold, in bytes. */
export interface Limits {
  /** One tensor. */
  readonly tensor: number;
  /** One net, with its intermediate values. */
  readonly net: number;
}

/** False if a net certainly cannot run; if true, memory may still run out. */
export function fits(graph: Graph, limits: Limits): boolean {
  return graph.footprint.largest <= limits.tensor && bytesOf(graph) <= limits.net;
}

/** The same of nets that run in turn. @param apart whether only one of them is on the device at a time. */
export function fitTogether(graphs: readonly Graph[], limits: Limits, apart: boolean): boolean {
  const isRoomy = apart || graphs.reduce((sum, graph) => sum + bytesOf(graph), 0) <= limits.net;
  return isRoomy && graphs.every((graph) => fits(graph, limits));
}
