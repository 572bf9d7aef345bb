/**
 * Runs a net on a picture part by part: in tiles that overlap and fade into each other, as diffusers' VAE has them
 * (https://github.com/huggingface/diffusers, AutoencoderKL.enable_tiling). Unlike there, all tiles have one size and are
 * spread evenly: no extra graph is needed for the rest at an edge, and no tile is a narrow strip that sees little around
 * it.
 */
import type { LatentSize } from '../size';

/** By default, neighbours fade into each other over this part of a tile's side. */
const OVERLAP = 1 / 4;

/** How neighbours overlap, in latents. */
export interface Overlap {
  readonly width: number;
  /** How much of it, at the edges of tiles, is discarded: there the net sees too little around a pixel. */
  readonly blind: number;
}

/** How a whole is cut into tiles. */
export interface Tiling {
  /** The whole, and a tile of at most the same size: in latents. */
  readonly size: LatentSize;
  readonly tile: LatentSize;
  /** Pixels or latents on each side for one latent: `before` going in, `after` coming out. */
  readonly before: number;
  readonly after: number;
  readonly overlap?: Overlap;
}

/** A part of the whole, to be run through a net. */
export interface Tile {
  readonly part: () => Float32Array;
  /** Takes the net's output. */
  readonly put: (result: Float32Array) => void;
}

/** @param side of a tile, in latents; on a side that is shorter, a tile goes all along it. */
export function tileOf(side: number, { h, w }: LatentSize): LatentSize {
  return { h: Math.min(side, h), w: Math.min(side, w) };
}

/**
 * Runs a net on each tile of [channels, height, width], and gives the whole.
 * @param run on [channels, ..] of one tile; gives [other channels, ..].
 */
export async function inTiles(
  whole: Float32Array,
  tiling: Tiling,
  run: (part: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const { tiles, result } = mosaic(whole, tiling);
  for (const { part, put } of tiles) put(await run(part()));
  return result();
}

/** The tiles of [channels, height, width], and the whole that their outputs make up. */
export function mosaic(
  whole: Float32Array,
  { size, tile, before, after, overlap }: Tiling,
): { readonly tiles: readonly Tile[]; readonly result: () => Float32Array } {
  const from = { h: size.h * before, w: size.w * before };
  const to = { h: size.h * after, w: size.w * after };
  let out = new Float32Array();
  const columns = stripsOf(size.w, tile.w, after, overlap);
  const tiles = stripsOf(size.h, tile.h, after, overlap).flatMap((row) =>
    columns.map((column): Tile => {
      const at = { y: row.start * before, x: column.start * before };
      return {
        part: () => cut(whole, from, at, { h: tile.h * before, w: tile.w * before }),
        put: (part) => {
          const channels = part.length / (row.shares.length * column.shares.length);
          if (out.length === 0) out = new Float32Array(channels * to.h * to.w);
          fadeIn(
            out,
            to,
            part,
            { ...row, start: row.start * after },
            { ...column, start: column.start * after },
          );
        },
      };
    }),
  );
  return { tiles, result: () => out };
}

/** A stretch of a side. */
export interface Strip {
  readonly start: number;
  /** How much each of its numbers counts, 0 to 1; where strips overlap, the sum is 1. */
  readonly shares: Float32Array;
}

/**
 * As few strips as cover a side and overlap enough.
 * @param after numbers for each latent; `start` is in latents.
 */
export function stripsOf(
  side: number,
  length: number,
  after: number,
  { width: overlap, blind }: Overlap = { width: Math.floor(length * OVERLAP), blind: 0 },
): Strip[] {
  const count = length >= side ? 1 : Math.ceil((side - overlap) / (length - overlap));
  const starts = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (side - length)) / (count - 1)),
  );
  /** How much of a number belongs to the strip that begins at `start`, rather than to the previous one. */
  const arrived = (number: number, start: number, previous: number): number => {
    // Where more than needed overlaps, the middle of it fades: farthest from both edges.
    const begin = ((start + previous + length - overlap) / 2 + blind) * after;
    return Math.min(1, Math.max(0, (number - begin) / ((overlap - 2 * blind) * after)));
  };
  return starts.map((start, i) => {
    const [previous, next] = [starts[i - 1], starts[i + 1]];
    const shares = Float32Array.from({ length: length * after }, (_, n) => {
      const number = start * after + n;
      const here = previous === undefined ? 1 : arrived(number, start, previous);
      return here - (next === undefined ? 0 : arrived(number, next, start));
    });
    return { start, shares };
  });
}

interface Size {
  readonly h: number;
  readonly w: number;
}

function cut(whole: Float32Array, from: Size, at: { y: number; x: number }, size: Size): Float32Array {
  const channels = whole.length / (from.h * from.w);
  const part = new Float32Array(channels * size.h * size.w);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < size.h; y++) {
      const start = (c * from.h + at.y + y) * from.w + at.x;
      part.set(whole.subarray(start, start + size.w), (c * size.h + y) * size.w);
    }
  }
  return part;
}

function fadeIn(out: Float32Array, to: Size, part: Float32Array, row: Strip, column: Strip): void {
  const [h, w] = [row.shares.length, column.shares.length];
  const channels = part.length / (h * w);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < h; y++) {
      const first = (c * to.h + row.start + y) * to.w + column.start;
      const share = row.shares[y]!; // one for each of its rows
      for (let x = 0; x < w; x++) {
        // `first + x` lies in the whole, as the strips do.
        out[first + x]! += share * column.shares[x]! * part[(c * h + y) * w + x]!;
      }
    }
  }
}
