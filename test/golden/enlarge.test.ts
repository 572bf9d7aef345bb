/** Pictures through upscalers: as PyTorch makes them, whole and in tiles, of any size, with what shows through. */
import * as ort from 'onnxruntime-web';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../src/canvas/pixels';
import { enlargedPicture } from '../../src/pipeline/enlarge';
import type { Progress } from '../../src/pipeline/job';
import { OpenUpscaler } from '../../src/pipeline/upscaler';
import { wasmMachine, type Machine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { goldenBytes, hasGolden, listCases } from './root';
import { pictureDifference } from './tensors';
import { upscaleCase } from './upscale-case';

ort.env.wasm.numThreads = 1;

const silent = (): undefined => undefined;
const plain = wasmMachine(new Sessions(ort));

/** The first of a case's files, opened. */
async function open(name: string, machine: Machine = plain): Promise<OpenUpscaler> {
  const [path] = Object.values(upscaleCase(name).files) as [string];
  const file = goldenBytes(path);
  return new OpenUpscaler(path, await readHeader(new Blob([file])), memorySource(file), machine);
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
