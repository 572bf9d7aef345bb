/** A picture that is part of the prompt, by way of the page: what an IP-Adapter needs is said, and it draws as diffusers does. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, golden, test } from './app';

const at = 'ip/ip-adapter-sd1';
const file = (name: string, path: string): { name: string; buffer: Buffer } => ({
  name,
  buffer: gunzipSync(readFileSync(new URL(`${at}/${path}.safetensors.gzip`, golden))),
});

const drawn = `${at}/cases/txt2img`;
const wanted = JSON.parse(readFileSync(new URL(`${drawn}/case.json`, golden), 'utf8')) as PipelineCase & {
  readonly ip_adapter_scale: number;
};
const like = fileURLToPath(new URL(`${drawn}/ip_adapter_image.png`, golden));

/** A mask of the size that is drawn, white where it says so. */
function maskFile(name: string, isWhite: (x: number, y: number) => boolean) {
  const { width, height } = jobOf(wanted);
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) {
    png.data.fill(isWhite(i % width, Math.floor(i / width)) ? 255 : 0, 4 * i, 4 * i + 3);
    png.data[4 * i + 3] = 255;
  }
  return { name, mimeType: 'image/png', buffer: PNG.sync.write(png) };
}

// How the weights of several add up is shown in `golden/ip-pictures.test.ts`.
test('pictures are followed, by an adapter and an image encoder that are imported, where their masks say', async ({
  app,
}) => {
  test.setTimeout(300_000);
  const { page } = app;
  const region = page.getByRole('region', { name: 'Reference image' });
  const job = jobOf(wanted);
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });
  await app.fill(job);
  await page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
  const weight = region.getByRole('slider', { name: 'Reference weight' });

  await test.step('what is missing is said', async () => {
    await expect(weight).toHaveCount(0);
    await region.getByLabel('Reference image', { exact: true }).setInputFiles(like);
    await expect(region.getByText('No IP-Adapter here is for Stable Diffusion 1.x')).toBeVisible();
    await expect(app.generate).toHaveAccessibleDescription(/^Import an IP-Adapter for this model/);
    await app.importFiles(file('ip-adapter_sd15.safetensors', 'ip-adapter_sd15'));
    await expect(region.getByRole('combobox', { name: 'Adapter' })).toHaveText(/ip-adapter_sd15/);
    await expect(region.getByText('This adapter looks at pictures by')).toBeVisible();
    await app.importFiles(file('image-encoder.safetensors', 'image_encoder/model'));
    await expect(region.getByRole('combobox', { name: 'Image encoder' })).toHaveText(/image-encoder/);
  });

  await test.step('it is drawn as diffusers draws it', async () => {
    await weight.fill(String(wanted.ip_adapter_scale));
    await expectPicture(await app.draw(), `${drawn}/expected.png`, 'with a reference');
  });

  const unit = (number: number) => region.getByRole('group', { name: `Reference ${number}` });
  const masks = (number: number) => unit(number).getByRole('img', { name: 'The mask' });
  const whites = (number: number) =>
    masks(number)
      .locator('canvas')
      .evaluate((mask: HTMLCanvasElement) => {
        const { data } = mask.getContext('2d')!.getImageData(0, 0, mask.width, mask.height);
        return data.filter((byte, i) => i % 4 === 0 && byte > 127).length / (mask.width * mask.height);
      });
  await test.step('two that make up all of it are one that counts everywhere', async () => {
    const { width } = job;
    await region.getByLabel('Add reference image').setInputFiles(like);
    await expect(unit(2).getByRole('combobox', { name: 'Image encoder' })).toHaveText(/image-encoder/);
    await unit(2).getByRole('slider', { name: 'Reference weight' }).fill(String(wanted.ip_adapter_scale));
    const left = maskFile('left.png', (x) => x < width / 2);
    await unit(1).getByLabel('Reference mask').setInputFiles(left);
    await unit(2)
      .getByLabel('Reference mask')
      .setInputFiles(maskFile('right.png', (x) => x >= width / 2));
    await expect(masks(2)).toBeVisible();
    await expectPicture(await app.draw(), `${drawn}/expected.png`, 'with two masks');
  });

  await test.step('a mask is painted, by the pointer or by keys', async () => {
    await unit(2).getByRole('button', { name: 'Remove reference image' }).click();
    await expect(unit(2)).toHaveCount(0);
    await unit(1).getByRole('button', { name: 'Paint a mask' }).click();
    const dialog = page.getByRole('dialog', { name: 'Where it counts' });
    const canvas = dialog.getByRole('application', { name: 'Reference mask canvas' });
    await dialog.getByRole('button', { name: 'Clear mask' }).click(); // what was there is gone over
    await dialog.getByRole('button', { name: 'Rectangle' }).click();
    const { x, y, width, height } = (await canvas.boundingBox())!;
    await page.mouse.move(x + width / 2, y + 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 2, y + height - 2, { steps: 5 });
    await page.mouse.up();
    await dialog.getByRole('button', { name: 'Use this mask' }).click();
    await expect.poll(() => whites(1)).toBeCloseTo(0.5, 1);
    const painted = await whites(1);
    await unit(1).getByRole('button', { name: 'Paint a mask' }).click();
    await dialog.getByRole('button', { name: 'Brush', exact: true }).click();
    await canvas.focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Use this mask' }).click();
    await expect.poll(() => whites(1)).toBeGreaterThan(painted);
  });

  await test.step('all of it is remembered, and can be removed and brought back', async () => {
    const painted = await whites(1);
    await page.reload();
    await app.ready();
    await expect(weight).toHaveValue(String(wanted.ip_adapter_scale));
    await expect.poll(() => whites(1)).toBe(painted);
    await unit(1).getByRole('button', { name: 'Remove reference mask' }).click();
    await expect(unit(1).getByText('Everywhere')).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect.poll(() => whites(1)).toBe(painted);
    await region.getByRole('button', { name: 'Remove reference image' }).click();
    await expect(weight).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect(region.getByRole('img', { name: 'To draw like' })).toBeVisible();
  });
});
