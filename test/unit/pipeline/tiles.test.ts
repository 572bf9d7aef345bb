import { describe, expect, it } from 'vitest';
import { inTiles, stripsOf, tileOf } from '../../../src/pipeline/enlarging/tiles';

describe('a side', () => {
  it('shorter than a tile is one strip', () => {
    expect(tileOf(8, { h: 5, w: 20 })).toEqual({ h: 5, w: 8 });
    expect(stripsOf(5, 5, 1)).toEqual([{ start: 0, shares: Float32Array.of(1, 1, 1, 1, 1) }]);
  });

  it('is covered by as few strips as overlap by a quarter, spread evenly', () => {
    const starts = (side: number, tile: number) => stripsOf(side, tile, 1).map(({ start }) => start);
    expect(starts(112, 64)).toEqual([0, 48]);
    expect(starts(113, 64)).toEqual([0, 25, 49]);
    expect(starts(128, 64)).toEqual([0, 32, 64]);
    expect(starts(160, 64)).toEqual([0, 48, 96]);
  });

  it('fades as in diffusers where the overlap is just as large: row y of four has y quarters of the next tile', () => {
    const [first, second] = stripsOf(28, 16, 1);
    expect([...first!.shares.slice(10)]).toEqual([1, 1, 1, 0.75, 0.5, 0.25]);
    expect([...second!.shares.slice(0, 6)]).toEqual([0, 0.25, 0.5, 0.75, 1, 1]);
  });

  it.each([
    [18, 12, 4],
    [113, 64, 8],
    [33, 32, 1],
    [130, 48, 2],
    [31, 6, 1],
  ])('of %i in tiles of %i, %i numbers each, counts every number once in all', (side, tile, after) => {
    const sums = new Float32Array(side * after);
    for (const { start, shares } of stripsOf(side, tile, after)) {
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      for (const [n, share] of shares.entries()) sums[start * after + n]! += share;
    }
    expect(Math.max(...sums.map((sum) => Math.abs(sum - 1)))).toBeLessThan(1e-6);
  });
});

describe('a net that runs in tiles', () => {
  const size = { h: 11, w: 18 };
  const tile = { h: 8, w: 8 };
  const whole = Float32Array.from({ length: 2 * size.h * size.w }, (_, i) => Math.sin(i));

  it('gives what it gives for the whole, where each number depends on itself alone', async () => {
    const seen: number[] = [];
    const doubled = await inTiles(whole, { size, tile, before: 1, after: 1 }, async (part) => {
      seen.push(part.length);
      return part.map((v) => 2 * v);
    });
    expect(new Set(seen)).toEqual(new Set([2 * 8 * 8]));
    expect(Math.max(...doubled.map((v, i) => Math.abs(v - 2 * whole[i]!)))).toBeLessThan(1e-6);
  });

  it('may give more numbers than it takes, and fewer', async () => {
    /** Each latent of the first channel as a square of two by two. */
    const enlarge = (part: Float32Array, { h, w }: { h: number; w: number }) =>
      Float32Array.from({ length: 4 * h * w }, (_, i) => part[((i >> 1) % w) + w * Math.floor(i / (4 * w))]!);
    const large = await inTiles(whole, { size, tile, before: 1, after: 2 }, async (part) =>
      enlarge(part, tile),
    );
    const expected = enlarge(whole, size);
    expect(large).toHaveLength(expected.length);
    expect(Math.max(...large.map((v, i) => Math.abs(v - expected[i]!)))).toBeLessThan(1e-6);

    const reduce = (part: Float32Array, { h, w }: { h: number; w: number }) =>
      Float32Array.from({ length: h * w }, (_, i) => part[2 * (i % w) + 4 * w * Math.floor(i / w)]!);
    const small = await inTiles(large, { size, tile, before: 2, after: 1 }, async (part) =>
      reduce(part, tile),
    );
    expect(Math.max(...small.map((v, i) => Math.abs(v - whole[i]!)))).toBeLessThan(1e-6);
  });

  it('fades from one tile into the next', async () => {
    let n = 0;
    const row = await inTiles(
      new Float32Array(14),
      { size: { h: 1, w: 14 }, tile: { h: 1, w: 8 }, before: 1, after: 1 },
      async (part) => part.fill(n++),
    );
    expect([...row]).toEqual([0, 0, 0, 0, 0, 0, 0, 0.5, 1, 1, 1, 1, 1, 1]);
  });
});
