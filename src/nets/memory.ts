/** How much room nets take on the device. */
import { bytesPer, sizeOf, type Bits, type Graph, type Shape } from '../graph/graph';
import { BLOCK, canBePacked } from '../graph/packed';
import { places } from './names/places';
import type { Blocks } from './t5';
import { T5_TOKENIZER } from './t5-tokenizer';
import { isTokenTable } from './text-encoder';

/** More weights than this do not stay on the device together: each net is released before the next is opened. */
const RESIDENT_BYTES = 3 * 2 ** 30;

/** Where T5 finds no room whole, so much of its weights is there at a time, or one of its layers if that is more. */
export const T5_PART_BYTES = 2 ** 30;

export interface Room {
  /** Bytes of weights on the device at any one time. */
  readonly bytes: number;
  /** All nets stay there together; else one after the other is there alone. */
  readonly together: boolean;
}

/**
 * @param tensors the checkpoint's, in normal form.
 * @param bits of a number in the weights of the denoiser's linear layers; null: they are of `dtype`, as others are.
 * @param beside bytes of what would be there too, if all stayed.
 */
export function roomFor(
  tensors: ReadonlyMap<string, { readonly shape: Shape }>,
  dtype: 'f32' | 'f16',
  bits: Bits | null = null,
  beside = 0,
): Room {
  const nets = places.map((net) => {
    let sum = 0;
    let ofTexts = 0;
    for (const [name, { shape }] of tensors) {
      if (!name.startsWith(`${net}.`) || staysBehind(name)) continue;
      const packed = (net === 'unet' || net === 'mmdit') && bits !== null && isLinear(shape);
      const each = packed ? bits / 8 + bytesPer[dtype] / BLOCK : bytesPer[dtype];
      sum += sizeOf(shape) * each;
      if (readsTexts(name)) ofTexts += sizeOf(shape) * each;
    }
    return { net, bytes: sum, ofTexts };
  });
  const all = nets.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all + beside <= RESIDENT_BYTES) return { bytes: all, together: true };
  const alone = nets.map(({ net, bytes, ofTexts }) =>
    net === 't5' ? Math.min(bytes, T5_PART_BYTES) : Math.max(bytes - ofTexts, ofTexts),
  );
  return { bytes: Math.max(...alone), together: false };
}

/** What a UNet's attentions make of texts is made before the steps, by a net of these weights alone. */
const readsTexts = (name: string): boolean => /^unet\..*\.attn2\.to_[kv]\.weight$/.test(name);

/** Tables of which a picture needs a few rows, and what is no weight. */
const staysBehind = (name: string): boolean =>
  isTokenTable(name) || name === 'mmdit.pos_embed' || name === T5_TOKENIZER;

/**
 * T5's blocks in parts that run one after the other: each with as many as `T5_PART_BYTES` allows, and one at least.
 * @param together where all nets stay on the device: all blocks are one part.
 */
export function t5Parts(
  tensors: ReadonlyMap<string, { readonly shape: Shape }>,
  dtype: 'f32' | 'f16',
  together = false,
): Blocks[] {
  const blocks: number[] = [];
  for (const [name, { shape }] of tensors) {
    const block = /^t5\.encoder\.block\.(\d+)\./.exec(name)?.[1];
    if (block !== undefined) blocks[+block] = (blocks[+block] ?? 0) + sizeOf(shape) * bytesPer[dtype];
  }
  if (together) return [[0, blocks.length]];
  const parts: Blocks[] = [];
  for (let from = 0; from < blocks.length;) {
    let [to, bytes] = [from + 1, blocks[from] ?? 0];
    while (to < blocks.length && bytes + blocks[to]! <= T5_PART_BYTES) bytes += blocks[to++]!;
    parts.push([from, to]);
    from = to;
  }
  return parts;
}

/** What the weights of a net take that is whole in its tensors. */
export function weightBytes(
  tensors: ReadonlyMap<string, { readonly shape: Shape }>,
  dtype: 'f32' | 'f16',
): number {
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
