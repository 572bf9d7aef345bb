import { describe, expect, it } from 'vitest';
import { denoisedFromEps, denoisedFromV, mix, scaled, toVp } from '../../../src/sampling/latent';

const x = Float32Array.of(1, -2, 3);
const y = Float32Array.of(10, 20, -30);

describe('latents', () => {
  it('mix gives a·x + b·y and leaves both as they were', () => {
    expect([...mix(2, x, 0.5, y)]).toEqual([7, 6, -9]);
    expect([...x, ...y]).toEqual([1, -2, 3, 10, 20, -30]);
  });

  it('scaled gives a·x', () => expect([...scaled(-2, x)]).toEqual([-2, 4, -6]));

  it('toVp keeps the variance of unit data with sigma · unit noise at one', () => {
    const sigma = 3;
    expect(toVp(Float32Array.of(Math.hypot(1, sigma)), sigma)[0]).toBeCloseTo(1, 6);
  });

  it('the right eps and the right v both lead back to x0', () => {
    const [x0, eps, sigma] = [x, y, 4];
    const noisy = mix(1, x0, sigma, eps);
    const alpha = 1 / Math.hypot(1, sigma);
    const v = mix(alpha, eps, -sigma * alpha, x0);
    for (const [i, want] of x0.entries()) {
      expect(denoisedFromEps(noisy, eps, sigma)[i]).toBeCloseTo(want, 4);
      expect(denoisedFromV(noisy, v, sigma)[i]).toBeCloseTo(want, 4);
    }
  });
});
