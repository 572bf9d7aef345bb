/** What diffusers fills in of a golden case, as the page fills it in: a picture and a mask from files. */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { pictureDifference } from '../golden/tensors';
import { expect, golden, type App } from './app';
import { MaskCanvas } from './canvas';

const bytesOf = (path: string): Buffer => readFileSync(new URL(path, golden));

/** A golden case's picture to start from, named as the case is. */
export async function startFrom({ page }: App, at: string): Promise<void> {
  const name = `${at.replace(/.*\//, '')}.png`;
  const buffer = bytesOf(`${at}/image.png`);
  await page.getByLabel('Source image').setInputFiles({ name, mimeType: 'image/png', buffer });
  await expect(page.getByText(name, { exact: true })).toBeVisible();
}

/** Its picture with its mask over it, as it is: neither blurred nor softened. */
export async function startMasked(app: App, at: string): Promise<void> {
  const { page } = app;
  await page.getByRole('tab', { name: 'Inpaint' }).click();
  await startFrom(app, at);
  await page.getByRole('slider', { name: 'Mask blur' }).fill('0');
  const soft = page.getByRole('checkbox', { name: 'Soft inpainting' });
  if (!(await soft.isVisible())) await page.getByText('More about the mask').click();
  await soft.uncheck();
  const buffer = bytesOf(`${at}/mask_image.png`);
  await page.getByLabel('Mask image').setInputFiles({ name: 'mask.png', mimeType: 'image/png', buffer });
  const wanted = PNG.sync.read(buffer).data.filter((_, i) => i % 4 === 0);
  const canvas = new MaskCanvas(page);
  await expect.poll(async () => Buffer.from((await canvas.mask()).alpha).equals(wanted)).toBe(true);
}

/** Diffusers gives what the decoder gave; the page lays it over the picture as far as the mask shows it. */
export function expectFilledIn(drawn: PNG, at: string, what: string): void {
  const read = (part: string) => PNG.sync.read(bytesOf(`${at}/${part}.png`));
  const [source, mask, expected] = [read('image'), read('mask_image'), read('expected')];
  for (const [i, byte] of expected.data.entries()) {
    const share = mask.data[i - (i % 4)]! / 255;
    expected.data[i] = Math.round(source.data[i]! * (1 - share) + byte * share);
  }
  const { mean, worst } = pictureDifference(drawn.data, expected.data);
  console.log(`${what}: mean difference ${mean.toFixed(4)}, worst ${worst} of 255`);
  expect(mean).toBeLessThan(0.1);
  expect(worst).toBeLessThan(3);
}
