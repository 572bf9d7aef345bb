/**
 * A finished picture made larger: by an upscaler from a file, and drawn anew tile by tile, which keeps what made it. A part of the visit
 * of `companions.spec.ts`.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as ort from 'onnxruntime-web';
import type { PNG } from 'pngjs';
import { enlargedPicture } from '../../src/pipeline/enlarging/enlarge';
import { OpenUpscaler } from '../../src/pipeline/enlarging/upscaler';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { pictureDifference } from '../golden/tensors';
import { expect, golden, test, type App } from './app';

const file = gunzipSync(
  readFileSync(new URL('upscale/srvgg_x4/realesr-general-x4v3.safetensors.gzip', golden)),
);

/** What the engine's core makes of it, whole. */
async function enlargedInNode({ width, height, data }: PNG): Promise<Uint8Array> {
  ort.env.wasm.numThreads = 1;
  const bytes = new Uint8Array(file);
  const header = await readHeader(new Blob([bytes]));
  const net = new OpenUpscaler('sharp', header, memorySource(bytes), wasmMachine(new Sessions(ort)));
  const pixels = { width, height, rgba: new Uint8ClampedArray(data) };
  const run = enlargedPicture(pixels, { width: 4 * width, height: 4 * height }, net, () => undefined);
  for (;;) {
    const { done, value } = await run.next();
    if (done) return Uint8Array.from(value.rgba);
  }
}

/** The text in the picture that is shown, as it is saved. */
const recipeIn = async (app: App): Promise<string> => (await app.downloadFile()).toString('latin1');

const pictures = ({ page }: App) => page.getByRole('button', { name: /^Picture \d+: red apple/ });

export async function isEnlarged(app: App): Promise<void> {
  const { page } = app;
  await app.fill({ prompt: 'red apple', steps: 2, guidance: 1, seed: 7, width: 64, height: 64 });
  const small = await app.draw();
  const enlarge = page.getByRole('button', { name: 'Enlarge' });
  await app.importFiles({ name: 'sharp.safetensors', buffer: file });
  const upscaler = page.getByRole('combobox', { name: 'Upscaler', exact: true });
  await upscaler.selectOption('sharp');
  await enlarge.click();
  await expect(page.getByText('Enlarged', { exact: true })).toBeVisible();
  const large = await app.download();
  expect([large.width, large.height]).toEqual([4 * small.width, 4 * small.height]);
  const { mean, worst } = pictureDifference(large.data, await enlargedInNode(small));
  console.log(`the page's and Node's: mean difference ${mean.toFixed(4)}, worst ${worst} of 255`);
  expect(worst).toBeLessThanOrEqual(1);

  await test.step('its recipe says so, as A1111 does', async () => {
    await expect(page.getByText(/4× by sharp/)).toBeVisible();
    const text = await recipeIn(app);
    expect(text).toMatch(/Seed: 7.*Postprocess upscale by: 4, Postprocess upscaler: sharp/s);
  });

  await test.step('between the passes of Hires fix it enlarges, too', async () => {
    await page.getByText('Hires fix', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Hires upscaler' }).selectOption('sharp');
    await page.getByRole('spinbutton', { name: 'Hires upscale' }).fill('1.5');
    const hires = await app.draw();
    expect([hires.width, hires.height]).toEqual([1.5 * small.width, 1.5 * small.height]);
    expect(await recipeIn(app)).toContain('Hires upscaler: sharp');
  });

  await test.step('drawn anew in tiles; cancelled in the middle of one, nothing of it is kept', async () => {
    await page.getByRole('button', { name: /^Picture 1: red apple/ }).click();
    await page.getByText('Redraw details', { exact: true }).click();
    await upscaler.selectOption('Lanczos');
    const numbers: readonly (readonly [string, string])[] = [
      ['Upscale by', '1.5'],
      ['Redraw strength', '0.5'],
      ['Tile width', '48'],
      ['Tile height', '48'],
      ['Tile padding', '16'],
      ['Tile blur', '4'],
    ];
    for (const [name, value] of numbers) {
      const field = page.getByRole('spinbutton', { name, exact: true });
      await field.fill(value);
      await field.blur();
    }
    await page.getByRole('combobox', { name: 'Tile order' }).selectOption('Chess');
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    // As soon as it is so: a tile may be done before it is looked for a second time.
    await page.waitForFunction(() => /Tile 2 of 4 · Step \d+ of \d+/.test(document.body.innerText));
    await page.keyboard.press('Escape');
    await expect(page.getByText('Cancelled.', { exact: true })).toBeVisible();

    await page.keyboard.press('u');
    await expect(page.getByText('Redrawn', { exact: true })).toBeVisible();
    const redrawn = await app.download();
    expect([redrawn.width, redrawn.height]).toEqual([1.5 * small.width, 1.5 * small.height]);
    await expect(pictures(app)).toHaveCount(4);
    // As A1111’s extension says it.
    expect(await recipeIn(app)).toMatch(
      /Seed: 7.*Ultimate SD upscale upscaler: Lanczos, Ultimate SD upscale tile_width: 48, Ultimate SD upscale tile_height: 48, Ultimate SD upscale mask_blur: 4, Ultimate SD upscale padding: 16, Ultimate SD upscale upscale_by: 1.5, Ultimate SD upscale denoise: 0.5, Ultimate SD upscale mode_type: Chess/s,
    );
  });
}

/** After a reload; from now on pictures are as large as they are drawn. */
export async function expectEnlargedKept(app: App): Promise<void> {
  const { page } = app;
  await test.step('all pictures are in the album, and what was chosen stays chosen', async () => {
    await expect(pictures(app)).toHaveCount(4);
    await pictures(app).first().click();
    await expect(page.getByRole('spinbutton', { name: 'Tile padding' })).toHaveValue('16');
    const hires = page.getByRole('combobox', { name: 'Hires upscaler', includeHidden: true });
    await expect(hires.locator('option:checked')).toHaveText('sharp');
    await page.getByText('Hires fix', { exact: true }).click();
  });
}
