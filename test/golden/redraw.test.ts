/** Pictures drawn anew tile by tile: what a picture is drawn anew as a whole is, and no tile shows. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { sidesOf } from '../../src/canvas/crop';
import { scaled } from '../../src/canvas/hints/planes';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Control, Job, Pixels, Progress, Redraw } from '../../src/pipeline/job';
import { fromPixels, toPixels } from '../../src/pipeline/pixels';
import { boxOf, partsOf } from '../../src/pipeline/redraw/parts';
import { Sheet } from '../../src/pipeline/redraw/sheet';
import { meanLatents } from '../../src/pipeline/start';
import type { Tokenizer } from '../../src/text/windows';
import { jobWith } from '../job';
import { goldenControl } from './control-jobs';
import { bundled, draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { listGolden, present, skipped } from './root';
import { pictureDifference } from './tensors';

const redraw: Redraw = { tile: { width: 32, height: 32 }, padding: 16, blur: 4, order: 'linear' };
const SIDE = 96;
let tokenizer: Tokenizer;
let checkpoint: Checkpoint;
/** Drawn by the bundled model, and enlarged: it takes four tiles. */
let large: Pixels;

beforeAll(async () => {
  tokenizer = await servedTokenizer();
  checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'));
  const asked = jobWith({ prompt: 'red apple', width: 64, height: 64, steps: 8, guidance: 5, seed: 4 });
  const { picture } = await draw(checkpoint, tokenizer, asked);
  large = scaled(picture, { width: SIDE, height: SIDE }, 'lanczos');
});

const anew = (pixels: Pixels, strength: number, rest: Partial<Job> = {}): Job => ({
  ...jobWith({ prompt: 'red apple', steps: 10, guidance: 5, like: 'A1111', seed: 7 }),
  ...{ width: pixels.width, height: pixels.height, redraw },
  source: { kind: 'image', pixels, strength },
  ...rest,
});

/** Where it does not matter what is drawn. */
const quick: Partial<Job> = { steps: 2, guidance: 1 };

const silent = (): void => undefined;

const stepsIn = (told: readonly Progress[]) => told.flatMap((one) => (one.kind === 'step' ? [one] : []));

/** Of a picture, how much its columns or rows differ from those before them, on average. */
function jumps({ width, height, rgba }: Pixels, along: 'x' | 'y'): number[] {
  const [count, across] = along === 'x' ? [width, height] : [height, width];
  const at = (i: number, j: number, c: number): number =>
    rgba[4 * (along === 'x' ? j * width + i : i * width + j) + c]!;
  return Array.from({ length: count - 1 }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < across; j++)
      for (let c = 0; c < 3; c++) sum += Math.abs(at(i + 1, j, c) - at(i, j, c));
    return sum / (3 * across);
  });
}
const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

describe('a tile that covers the whole picture', () => {
  const models = ['sd1', 'sd2-v', 'sdxl'].filter((name) => present(`models/${name}`));
  it.each(['bundled', ...models])('gives what image to image gives, to the bit (%s)', async (name) => {
    const opened = name === 'bundled' ? checkpoint : await openCheckpoint(modelBytes(name));
    const pixels = scaled(large, { width: 64, height: 48 }, 'area');
    for (const like of name === 'bundled' ? (['A1111', 'diffusers'] as const) : (['diffusers'] as const)) {
      const job = anew(pixels, 0.6, { like, steps: 3, sampler: 'Euler a' });
      const { redraw: _, ...whole } = job;
      const expected = await draw(opened, tokenizer, whole);
      const { picture, told } = await draw(opened, tokenizer, job);
      expect(picture.rgba).toEqual(expected.picture.rgba);
      expect(stepsIn(told).map(({ tile }) => tile)).toEqual(
        stepsIn(expected.told).map(() => ({ number: 1, of: 1 })),
      );
    }
  });
});

const CONTROL = 'control/controlnet-sd1';
const missing = [CONTROL, 'models/sd1'].filter((path) => listGolden(path).length === 0);
for (const path of missing) skipped(path);

describe.skipIf(missing.length > 0)('a ControlNet that guides by what is drawn anew', () => {
  let guided: Checkpoint;
  beforeAll(async () => {
    guided = await openCheckpoint(modelBytes('sd1'));
    await guided.controls.use([CONTROL], goldenControl);
  });
  const guidedBy = (pixels: Pixels, weight: number): readonly Control[] => [
    { model: CONTROL, hint: pixels, weight, start: 0, end: 1, mode: 'balanced' },
  ];

  it('guides the one tile there is as it guides image to image, to the bit', async () => {
    const pixels = scaled(large, { width: 64, height: 48 }, 'area');
    const job = anew(pixels, 0.6, { like: 'diffusers', steps: 3, controls: guidedBy(pixels, 1) });
    const { redraw: _, ...whole } = job;
    const { picture } = await draw(guided, tokenizer, job);
    expect(picture.rgba).toEqual((await draw(guided, tokenizer, whole)).picture.rgba);
  });

  it('guides every one of several tiles, by its own part of the hint', async () => {
    const pixels = scaled(large, { width: 112, height: 64 }, 'area');
    const drawnBy = (weight: number): ReturnType<typeof draw> =>
      draw(guided, tokenizer, anew(pixels, 0.6, { ...quick, controls: guidedBy(pixels, weight) }));
    const [guide, none] = [await drawnBy(1), await drawnBy(0)];
    const parts = stepsIn(guide.told).map(({ tile }) => tile?.number);
    expect(new Set(parts).size).toBeGreaterThan(1);
    const differ = (from: number, to: number): boolean =>
      Array.from({ length: to - from }, (_, x) => 4 * (32 * 112 + from + x)).some(
        (at) => guide.picture.rgba[at] !== none.picture.rgba[at],
      );
    expect([differ(0, 20), differ(92, 112)]).toEqual([true, true]);
  });
});

it('at next to no strength is the enlarged picture, tile by tile through the VAE', async () => {
  const sheet = new Sheet(large);
  for (const part of partsOf(large, redraw, sidesOf(8))) {
    const { width, height } = boxOf(part);
    const size = { h: height / 8, w: width / 8 };
    const seen = fromPixels(sheet.part(part));
    const latents = meanLatents(await checkpoint.moments(seen, size, silent), checkpoint.model.vae);
    sheet.put(part, toPixels(await checkpoint.decode(latents, size, silent), width, height));
  }
  const job = anew(large, 0.001, { steps: 50, guidance: 1 });
  const { picture } = await draw(checkpoint, tokenizer, job);
  const { mean: difference, worst } = pictureDifference(picture.rgba, Uint8Array.from(sheet.whole.rgba));
  console.info(`next to no strength: mean difference ${difference.toFixed(3)}, worst ${worst} of 255`);
  // What noise the lowest of levels has is left to the model.
  expect(difference).toBeLessThan(1.5);
});

it('no border of a tile stands out', async () => {
  // Without words: the model is so small that "red apple" would put one into each tile.
  const wordless = { prompt: '', guidance: 1, steps: 10 };
  const drawnIn = async (side: number, blur = redraw.blur): Promise<Pixels> => {
    const tile = { width: side, height: side };
    const job = anew(large, 0.25, { ...wordless, redraw: { ...redraw, tile, blur, order: 'chess' } });
    const { picture, told } = await draw(checkpoint, tokenizer, job);
    expect(stepsIn(told).at(-1)?.tile?.of).toBe(side < SIDE ? 4 : 1);
    return picture;
  };
  const [four, hard, whole] = [await drawnIn(32), await drawnIn(32, 0), await drawnIn(SIDE)];
  const across = ['x', 'y'] as const;
  /** How much more neighbours differ than in the picture drawn whole, as far from the border as this says. */
  const ratio = (picture: Pixels, isMeant: (distance: number) => boolean): number => {
    const [own, plain] = [picture, whole].map((one) =>
      mean(
        across.flatMap((along) => jumps(one, along).filter((_, i) => isMeant(Math.abs(i + 1 - SIDE / 2)))),
      ),
    ) as [number, number];
    return own / plain;
  };
  const [fading, elsewhere] = [
    ratio(four, (distance) => distance <= 10),
    ratio(four, (distance) => distance > 10),
  ];
  const unfaded = ratio(hard, (distance) => distance === 0);
  console.info(
    `neighbours differ ${fading.toFixed(2)} times as much at borders as in the picture drawn whole, ${elsewhere.toFixed(2)} times elsewhere; at borders that do not fade ${unfaded.toFixed(2)} times`,
  );
  // Of each tile the miniature's VAE makes a tone of its own, to which neighbours lead over.
  expect(fading).toBeLessThan(1.5 * elsewhere);
  expect(fading).toBeLessThan(unfaded / 2);
});

it('a run that broke off goes on in the tile that it was in, to the very same picture', async () => {
  const job = anew(large, 0.4, { sampler: 'Euler a', steps: 5 });
  const whole = await draw(checkpoint, tokenizer, job);
  const answers = stepsIn(whole.told).flatMap((step) => [...step.answers]);
  const predict = vi.spyOn(checkpoint, 'predict');
  const rest = await draw(checkpoint, tokenizer, { ...job, known: answers.slice(0, 7) });
  expect(predict).toHaveBeenCalledTimes(answers.length - 7);
  predict.mockRestore();
  expect(rest.picture.rgba).toEqual(whole.picture.rgba);
  expect(rest.picture.job).not.toHaveProperty('known');
});

it('each tile has noise of its own, and a picture is shown whole while it is drawn', async () => {
  const white = { width: 128, height: 48, rgba: new Uint8ClampedArray(4 * 128 * 48).fill(255) };
  const shown = await openCheckpoint(await bundled('mini-sd.safetensors'), { previews: true });
  const { picture, told } = await draw(shown, tokenizer, anew(white, 0.9, { prompt: '', steps: 2 }));
  await shown.release();
  const strip = (x: number): number[] =>
    Array.from(
      { length: 40 * 24 },
      (_, i) => picture.rgba[4 * ((12 + Math.floor(i / 40)) * 128 + x + (i % 40))]!,
    );
  expect(strip(10)).not.toEqual(strip(74));
  const previewed = stepsIn(told).filter(({ preview }) => preview);
  expect(previewed.map(({ step }) => step).slice(0, 2)).toEqual([1, 5]); // a step takes the CPU less than a preview
  for (const { preview } of previewed) expect([preview?.width, preview?.height]).toEqual([128, 48]);
});

it('what shows through stays as it was, and a picture of another size is made to fit', async () => {
  const rgba = large.rgba.map((value, i) => (i % 4 === 3 && i / 4 < SIDE * 20 ? 90 : value));
  const size = { width: 100, height: 69 };
  const job = anew({ ...large, rgba }, 0.4, quick);
  const { picture } = await draw(checkpoint, tokenizer, job);
  expect(picture.rgba.subarray(0, 4 * SIDE * 20)).toEqual(rgba.subarray(0, 4 * SIDE * 20));
  const other = await draw(checkpoint, tokenizer, { ...anew(large, 0.4, quick), ...size });
  expect([other.picture.width, other.picture.height]).toEqual([100, 69]);
});

it('only a picture can be drawn anew so', async () => {
  const nothing = { ...anew(large, 0.5), source: null };
  await expect(draw(checkpoint, tokenizer, nothing)).rejects.toMatchObject({ code: 'bad-request' });
});
