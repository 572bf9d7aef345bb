import { describe, expect, it } from 'vitest';
import { toPixels } from '../../../src/pipeline/pixels';
import { project, projections } from '../../../src/pipeline/preview';

describe('project', () => {
  it('makes one opaque pixel a latent, grey where the latents are zero', () => {
    const preview = project(new Float32Array(4 * 6), { h: 2, w: 3 }, projections.sd);
    expect(preview).toMatchObject({ width: 3, height: 2 });
    expect([...preview.rgba.slice(0, 4)]).toEqual([128, 128, 128, 255]);
  });

  it('weighs each channel and adds the offset', () => {
    const latents = Float32Array.of(1, 0.5); // two channels of one pixel
    const { rgba } = project(latents, { h: 1, w: 1 }, [
      [0.5, 0, 0],
      [0, 1, -1],
      [9, 9, 9],
    ]);
    expect([...rgba]).toEqual([191, 64, 255, 255]);
  });
});

describe('toPixels', () => {
  it('clamps and rounds as diffusers does', () => {
    const { rgba } = toPixels(Float32Array.of(-1, 0, 1, -7, 7, 0.5), 2, 1);
    expect([...rgba]).toEqual([0, 255, 255, 255, 128, 0, 191, 255]);
  });
});
