import { describe, expect, it } from 'vitest';
import { roundedSize } from '../../../src/pipeline/generate';
import { toPixels } from '../../../src/pipeline/pixels';
import { fitProjection, project } from '../../../src/pipeline/preview';
import { TorchGenerator } from '../../../src/sampling/random';

describe('fitProjection', () => {
  it('finds the linear map by which a picture was made', () => {
    const truth = [
      [0.3, 0.2, -0.1, -0.2, 0.05],
      [0.2, 0.3, 0.2, -0.3, -0.1],
      [0.1, 0.2, 0.3, -0.5, 0],
    ];
    const size = { h: 12, w: 9 };
    const factor = 4;
    const latents = new TorchGenerator(7).randn(4 * 12 * 9);
    const image = new Float32Array(3 * 48 * 36);
    for (const [c, row] of truth.entries()) {
      for (let y = 0; y < 48; y++) {
        for (let x = 0; x < 36; x++) {
          const i = Math.floor(y / 4) * 9 + Math.floor(x / 4);
          image[(c * 48 + y) * 36 + x] = [0, 1, 2, 3].reduce(
            (v, k) => v + row[k]! * latents[k * 108 + i]!,
            row[4]!,
          );
        }
      }
    }
    const found = fitProjection(latents, image, size, factor);
    for (const [c, row] of truth.entries()) {
      for (const [k, weight] of row.entries()) expect(found[c]![k]).toBeCloseTo(weight, 2);
    }
    expect(project(latents, size, found)).toMatchObject({ width: 9, height: 12 });
  });
});

describe('toPixels', () => {
  it('clamps and rounds as diffusers does', () => {
    const { rgba } = toPixels(Float32Array.of(-1, 0, 1, -7, 7, 0.5), 2, 1);
    expect([...rgba]).toEqual([0, 255, 255, 255, 128, 0, 191, 255]);
  });
});

describe('roundedSize', () => {
  it.each([
    [50, 4, 52],
    [512, 8, 512],
    [515, 8, 512],
    [3, 4, 48],
    [20, 64, 64],
    [9999, 8, 2048],
  ])('%i px at a multiple of %i is %i', (length, multiple, rounded) => {
    expect(roundedSize(length, multiple)).toBe(rounded);
  });
});
