import { describe, expect, it } from 'vitest';
import { brownianNoise, BrownianTree, rounded } from '../../../src/sampling/brownian';
import { TorchGenerator, type Normals } from '../../../src/sampling/random';

const torch = (seed: number): Normals => new TorchGenerator(seed);
const treeOf = (count: number, generator = torch) => new BrownianTree(9n, [0.1, 10], count, generator);

describe('a Brownian tree', () => {
  it('goes as far in pieces as in one', () => {
    const tree = treeOf(32);
    const levels = [0.1, 0.3, 0.7123456, 4, 4.000001, 9.5, 10];
    const whole = tree.step(0.1, 10);
    const sum = new Float64Array(32);
    for (const [i, to] of levels.slice(1).entries())
      tree.step(levels[i]!, to).forEach((v, k) => (sum[k]! += v));
    whole.forEach((v, k) => expect(sum[k]).toBeCloseTo(v, 5));
  });

  it('answers alike whatever was asked before', () => {
    const fresh = (from: number, to: number) => treeOf(16).step(from, to);
    const used = treeOf(16);
    for (let i = 1; i < 40; i++) {
      const [from, to] = [10 - i * 0.24, 10 - i * 0.17];
      expect(used.step(from, to)).toEqual(fresh(from, to));
    }
    expect(used.step(3, 5)).toEqual(fresh(3, 5));
  });

  it('does not move between equal levels, nor outside', () => {
    const tree = treeOf(16);
    const nothing = new Float32Array(16);
    expect(tree.step(2, 2)).toEqual(nothing);
    expect(tree.step(2, 2.0000001)).toEqual(nothing); // the same to six decimals
    expect(tree.step(11, 12)).toEqual(nothing);
    expect(tree.step(0.01, 12)).toEqual(tree.step(0.1, 10));
  });

  it('gives no noise for a step from a level to the same one', () => {
    const noise = brownianNoise(9n, [0.1, 10], 16, torch);
    expect(noise(2, 2)).toEqual(new Float32Array(16));
  });

  it('draws few numbers anew for the next of many steps', () => {
    let drawn = 0;
    const tree = treeOf(16, (seed) => (drawn++, torch(seed)));
    for (let i = 0; i < 30; i++) tree.step(10 - (i + 1) * 0.33, 10 - i * 0.33);
    expect(drawn).toBeLessThan(30 * 25);
  });
});

describe('noise between two levels', () => {
  it('is of unit variance for steps of every length, and points the other way back', () => {
    const noise = brownianNoise(3n, [0.1, 10], 4096, torch);
    for (const [from, to] of [
      [10, 0.1],
      [10, 9.99],
      [0.5, 0.4],
    ] as const) {
      const down = noise(from, to);
      const variance = down.reduce((sum, v) => sum + v * v, 0) / down.length;
      expect(Math.abs(variance - 1)).toBeLessThan(0.1);
      expect(noise(to, from)).toEqual(down.map((v) => -v));
    }
  });
});

describe('rounding to six decimals', () => {
  it.each([
    [1 / 128, 0.007812],
    [3 / 128, 0.023438],
    [127 / 128, 0.992188],
    [1 + 1 / 128, 1.007812],
    [0.0291671585, 0.029167],
    [14, 14],
  ])('of %d', (value, expected) => expect(rounded(value)).toBe(expected));
});
