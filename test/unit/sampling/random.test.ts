import { describe, expect, it } from 'vitest';
import { TorchGenerator } from '../../../src/sampling/random';

describe('TorchGenerator', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const of = (seed: number) => new TorchGenerator(seed).randn(64);
    expect(of(7)).toEqual(of(7));
    expect(of(7)).not.toEqual(of(8));
  });

  it('gives as many numbers as asked for, none included', () => {
    for (const count of [0, 1, 15, 16, 17, 1000]) {
      const drawn = new TorchGenerator(1).randn(count);
      expect(drawn).toHaveLength(count);
      expect(drawn.every(Number.isFinite)).toBe(true);
    }
  });

  it('draws with mean 0 and variance 1', () => {
    const drawn = new TorchGenerator(123).randn(100_000);
    const mean = drawn.reduce((sum, v) => sum + v, 0) / drawn.length;
    const variance = drawn.reduce((sum, v) => sum + (v - mean) ** 2, 0) / drawn.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  });

  it('keeps the spare number of a small draw over a large one', () => {
    const interrupted = new TorchGenerator(5);
    const [first] = interrupted.randn(1);
    interrupted.randn(16);
    expect([first, ...interrupted.randn(1)]).toEqual([...new TorchGenerator(5).randn(2)]);
  });
});
