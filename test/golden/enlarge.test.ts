/** Pictures through upscalers: as PyTorch makes them, whole and in tiles, of any size, with what shows through. */
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../src/canvas/pixels';
import { enlargedPicture } from '../../src/pipeline/enlarging/enlarge';
import type { Progress } from '../../src/pipeline/job';
import { OpenUpscaler } from '../../src/pipeline/enlarging/upscaler';
import { wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { goldenBytes, hasGolden, listCases } from './root';
import { untuned } from './runtime';
import { pictureDifference } from './tensors';
import { upscaleCase } from './upscale-case';

const silent = (): undefined => undefined;
const machine = wasmMachine(new Sessions(untuned));

/** The first of a case's files, opened. */
async function open(name: string, where: Machine = machine): Promise<OpenUpscaler> {
  const [path] = Object.values(upscaleCase(name).files) as [string];
  const file = goldenBytes(path);
  return new OpenUpscaler(path, await headerOf(file), memorySource(file), where);
}

async function through(
  pixels: Pixels,
  upscaler: OpenUpscaler,
  { factor = upscaler.facts.scale, most }: { factor?: number; most?: number } = {},
): Promise<{ picture: Pixels; told: Progress[] }> {
  const told: Progress[] = [];
  const size = { width: Math.round(pixels.width * factor), height: Math.round(pixels.height * factor) };
  const run = enlargedPicture(pixels, size, upscaler, silent, most);
  for (;;) {
    const { done, value } = await run.next();
    if (done) return { picture: value, told };
    told.push(value);
  }
}

function readPng(path: string): Pixels {
  const { width, height, data } = PNG.sync.read(Buffer.from(goldenBytes(path)));
  return { width, height, rgba: new Uint8ClampedArray(data) };
}

/** A soft picture with some edges in it. */
function painted(width: number, height: number): Pixels {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const lit = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (width / 4) ** 2 ? 60 : 0;
    for (let c = 0; c < 3; c++)
      rgba[4 * i + c] = 100 + 90 * Math.sin(x / (7 + c)) * Math.cos(y / (9 - c)) + lit;
    rgba[4 * i + 3] = 255;
  }
  return { width, height, rgba };
}

const cases = listCases('upscale');
const pictured = cases.filter((name) => hasGolden(`upscale/${name}/expected.png`));

it.each(pictured)('a picture is enlarged to the one that PyTorch makes (%s)', async (name) => {
  const upscaler = await open(name);
  const { picture } = await through(readPng(`upscale/${name}/image.png`), upscaler);
  const expected = readPng(`upscale/${name}/expected.png`);
  expect([picture.width, picture.height]).toEqual([expected.width, expected.height]);
  const { mean, worst } = pictureDifference(picture.rgba, Uint8Array.from(expected.rgba));
  console.info(`${name}: mean difference ${mean.toFixed(4)}, worst ${worst} of 255`);
  expect(mean).toBeLessThan(0.1);
  expect(worst).toBeLessThanOrEqual(1);
});

describe.each(cases)('%s', (name) => {
  it('in tiles a picture is what it is whole, to 1 of 255, and it is told how many are done', async () => {
    const upscaler = await open(name);
    const { scale } = upscaler.facts;
    const pixels = painted(96, 66);
    const { picture: whole } = await through(pixels, upscaler);
    const { picture: tiled, told } = await through(pixels, upscaler, { most: 64 });
    const { mean, worst } = pictureDifference(tiled.rgba, Uint8Array.from(whole.rgba));
    console.info(`${name} in tiles: mean difference ${mean.toFixed(4)}, worst ${worst} of 255`);
    expect(worst).toBeLessThanOrEqual(1);
    const done = told.flatMap((progress) => (progress.kind === 'enlarging' ? progress.done : []));
    expect(done).toEqual([0, 1, 2, 3, 4]);
    expect(whole.width).toBe(96 * scale);
  });
});

it.each(cases.filter((name) => upscaleCase(name).scale === 2))(
  'pictures of any size are enlarged, one of a single pixel, too (%s)',
  async (name) => {
    const upscaler = await open(name);
    for (const [width, height] of [
      [1, 1],
      [1, 5],
      [7, 3],
    ] as const) {
      const { picture } = await through(painted(width, height), upscaler);
      expect([picture.width, picture.height]).toEqual([2 * width, 2 * height]);
    }
    // Past what the upscaler does, it works on what it gave; then Lanczos goes back to the size that was asked for.
    const { picture, told } = await through(painted(6, 4), upscaler, { factor: 3 });
    expect([picture.width, picture.height]).toEqual([18, 12]);
    expect(told).toHaveLength(4);
  },
);

it.each(cases.slice(0, 1))('what shows through a picture is enlarged with it (%s)', async (name) => {
  const upscaler = await open(name);
  const { scale } = upscaler.facts;
  const pixels = painted(16, 8);
  for (let i = 0; i < 16 * 8; i++) pixels.rgba[4 * i + 3] = i % 16 < 8 ? 0 : 255;
  const { picture } = await through(pixels, upscaler);
  const { picture: opaque } = await through(painted(16, 8), upscaler);
  const alpha = (x: number, y: number): number => picture.rgba[4 * (y * picture.width + x) + 3]!;
  expect([alpha(0, 0), alpha(picture.width - 1, picture.height - 1)]).toEqual([0, 255]);
  expect(alpha(8 * scale - 1, scale)).toBeLessThan(alpha(8 * scale, scale));
  const colours = (rgba: Uint8ClampedArray): Uint8ClampedArray => rgba.filter((_, i) => i % 4 < 3);
  expect(colours(picture.rgba)).toEqual(colours(opaque.rgba));
});

/** The smallest net of those that enlarge four times. */
const quick = cases
  .filter((name) => upscaleCase(name).scale === 4)
  .map((name) => ({ name, bytes: goldenBytes(Object.values(upscaleCase(name).files)[0]!).length }))
  .sort((a, b) => a.bytes - b.bytes)
  .map(({ name }) => name)
  .slice(0, 1);

it.each(quick)('where a buffer has at most 16 MB, tiles are smaller, and more of them (%s)', async (name) => {
  const most = (await open(name)).tileSide();
  const upscaler = await open(name, { ...machine, limits: { tensor: 2 ** 24, net: 2 ** 26 } });
  expect(upscaler.tileSide()).toBeLessThan(most);
  const { picture, told } = await through(painted(most, 96), upscaler);
  expect([picture.width, picture.height]).toEqual([4 * most, 384]);
  expect(told.length).toBeGreaterThan(2);
});
