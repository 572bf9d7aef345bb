import { describe, expect, test } from 'vitest';
import { hintMakers, hintNames, makerNamed, moduleOf, usualMaker } from '../../../../src/canvas/hints';
import type { Pixels } from '../../../../src/canvas/pixels';

function noise(width: number, height: number): Pixels {
  let state = 7;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 24;
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : next()));
  return { width, height, rgba };
}

const initial = (name: (typeof hintNames)[number]): { a: number; b: number } => {
  const of = (which: 'a' | 'b'): number =>
    hintMakers[name].numbers.find((number) => number.name === which)?.initial ?? 0;
  return { a: of('a'), b: of('b') };
};

describe.each(hintNames)('%s', (name) => {
  test.each([
    [1, 1],
    [1, 13],
    [70, 2],
    [35, 66],
  ])('makes a hint of a picture of %i × %i and leaves the picture as it is', (width, height) => {
    const picture = noise(width, height);
    const before = picture.rgba.slice();
    const hint = hintMakers[name].make(picture, initial(name), new Uint8Array(width * height));
    expect([hint.width, hint.height, hint.rgba.length]).toEqual([width, height, 4 * width * height]);
    expect(picture.rgba).toEqual(before);
  });

  test('is found again by what infotext calls it', () => {
    expect(makerNamed(moduleOf(name))).toBe(name);
    expect(makerNamed(name)).toBe(name);
  });
});

test.each(
  hintNames.flatMap((name) => hintMakers[name].numbers.map((number) => ({ maker: name, ...number }))),
)('the slider "$label" of $maker reaches the number that it begins with', ({ min, max, step, initial }) => {
  expect(initial).toBeGreaterThanOrEqual(min);
  expect(initial).toBeLessThanOrEqual(max);
  expect((initial - min) / step).toBeCloseTo(Math.round((initial - min) / step), 6);
});

test('what a mask covers is clear, for inpainting', () => {
  const hint = hintMakers.inpaint_only.make(noise(2, 1), { a: 0, b: 0 }, Uint8Array.of(255, 0));
  expect([hint.rgba[3], hint.rgba[7]]).toEqual([0, 255]);
});

test('the same seed shuffles the same way, another one another', () => {
  const shuffled = (a: number): Uint8ClampedArray => hintMakers.shuffle.make(noise(40, 30), { a, b: 0 }).rgba;
  expect(shuffled(3)).toEqual(shuffled(3));
  expect(shuffled(3)).not.toEqual(shuffled(4));
});

test('soft edges lie where colours meet, and a plain picture has none', () => {
  const meeting = noise(40, 20);
  meeting.rgba.forEach((_, i, rgba) => (rgba[i] = i % 4 === 3 || (i >> 2) % 40 < 20 ? 255 : 0));
  const { rgba } = hintMakers.softedge_filter.make(meeting, { a: 1.5, b: 0 });
  const row = Array.from({ length: 40 }, (_, x) => rgba[4 * (10 * 40 + x)]!);
  expect(row[19]).toBeGreaterThan(200);
  expect(row[0]).toBeLessThan(10);
  meeting.rgba.fill(255);
  expect(
    Math.max(...hintMakers.softedge_filter.make(meeting, { a: 1.5, b: 0 }).rgba.filter((_, i) => i % 4 < 3)),
  ).toBe(0);
});

test.each([
  ['control_v11p_sd15_canny.pth', 'canny'],
  ['control_v11p_sd15_softedge.safetensors', 'softedge_filter'],
  ['mini-sd-edges.safetensors', 'canny'],
  ['control_sd15_hed.pth', 'softedge_filter'],
  ['control_v11p_sd15_lineart.safetensors', 'lineart_standard'],
  ['control_v11p_sd15s2_lineart_anime.safetensors', 'lineart_standard'],
  ['control_v11f1e_sd15_tile.safetensors', 'tile_resample'],
  ['control_v11e_sd15_shuffle.safetensors', 'shuffle'],
  ['control_v11p_sd15_inpaint.safetensors', 'inpaint_only'],
  ['control_v11p_sd15_scribble.safetensors', 'scribble_xdog'],
  ['t2iadapter_color_sd14v1.safetensors', 't2ia_color_grid'],
  ['ioclab_sd15_recolor.safetensors', 'recolor_luminance'],
  ['control_v11p_sd15_openpose.safetensors', 'none'],
  ['control_v11f1p_sd15_depth.safetensors', 'none'],
])('%s is usually shown %s', (file, maker) => {
  expect(usualMaker(file)).toBe(maker);
});
