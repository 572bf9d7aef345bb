/** Image to image: a picture of one's own, and one that was just drawn. On the CPU, which is quick here. */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, golden, test } from './app';

test('a picture from a file is drawn anew as diffusers draws it', async ({ app }) => {
  const { page } = app;
  const at = 'models/sd1/cases/img2img_euler';
  const file = new URL(`${at}/image.png`, golden);
  const wanted = JSON.parse(readFileSync(new URL(`${at}/case.json`, golden), 'utf8')) as PipelineCase;
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });

  await page.getByRole('tab', { name: 'Image' }).click();
  await expect(page.getByText('Choose a picture to start from')).toBeVisible();
  await page.getByLabel('Source image').setInputFiles({
    name: 'image.png',
    mimeType: 'image/png',
    buffer: readFileSync(file),
  });
  await expect(page.getByText('image.png')).toBeVisible();
  await page.getByRole('slider', { name: 'Denoising strength' }).fill(String(wanted.call.strength));
  await app.fill(jobOf(wanted));
  await expectPicture(await app.draw(), `${at}/expected.png`, 'sd1 image to image');
});

test('a result can be edited: little strength keeps it, full strength draws what is asked for', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  await app.fill({
    prompt: 'red apple',
    steps: 10,
    guidance: 5,
    seed: 1,
    sampler: 'DDIM',
    width: 96,
    height: 96,
  });
  const apple = await app.draw();
  await page.getByRole('button', { name: 'Edit this' }).click();
  await expect(page.getByRole('tab', { name: 'Image' })).toHaveAttribute('aria-selected', 'true');

  const difference = async (strength: string, prompt: string): Promise<number> => {
    await page.getByRole('slider', { name: 'Denoising strength' }).fill(strength);
    await app.fill({ prompt, seed: 2 });
    const drawn = await app.draw();
    expect([drawn.width, drawn.height]).toEqual([96, 96]);
    return drawn.data.reduce((sum, byte, i) => sum + Math.abs(byte - apple.data[i]!), 0) / (96 * 96 * 3);
  };
  const little = await difference('0.1', 'red apple');
  const full = await difference('1', 'penguin');
  console.log(`mean difference from the source: ${little.toFixed(1)} at 0.1, ${full.toFixed(1)} at 1`);
  expect(little).toBeLessThan(8);
  expect(full).toBeGreaterThan(5 * little);
});

test('an InstructPix2Pix checkpoint changes a picture as diffusers changes it', async ({ app }) => {
  const { page } = app;
  const at = 'models/sd1-pix2pix/cases/pix2pix_ddim';
  const wanted = JSON.parse(readFileSync(new URL(`${at}/case.json`, golden), 'utf8')) as PipelineCase;
  await app.open();
  await page.getByRole('tab', { name: 'Instruct' }).click();
  await expect(page.getByText('choose an InstructPix2Pix model')).toBeVisible();
  await app.importFiles(checkpointFile('sd1-pix2pix'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1-pix2pix/, { timeout: 60_000 });

  await expect(page.getByText('Choose a picture to start from')).toBeVisible();
  await page.getByLabel('Source image').setInputFiles({
    name: 'image.png',
    mimeType: 'image/png',
    buffer: readFileSync(new URL(`${at}/image.png`, golden)),
  });
  await expect(page.getByText('image.png')).toBeVisible();
  await page
    .getByRole('slider', { name: 'Image guidance scale' })
    .fill(String(wanted.call.image_guidance_scale));
  await app.fill(jobOf(wanted));
  await expectPicture(await app.draw(), `${at}/expected.png`, 'InstructPix2Pix');
});

/** A GIF of one pixel and two frames. */
const frame = '2c000000000100010000' + '0202440100';
const twoFrames = Buffer.from(`47494638396101000100800000000000ffffff${frame}${frame}3b`, 'hex');

test('what is no usable picture is refused in plain words, in every mode that takes one', async ({ app }) => {
  const { page } = app;
  await app.open();
  for (const [mode, name, mimeType, buffer, words] of [
    [
      'Image',
      'logo.svg',
      'image/svg+xml',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      /drawing \(SVG\)/,
    ],
    ['Image', 'cut.jpg', 'image/jpeg', Buffer.from('ÿØÿà but no picture', 'latin1'), /damaged/],
    ['Inpaint', 'dance.gif', 'image/gif', twoFrames, /animation/],
    [
      'Outpaint',
      'wall.png',
      'image/png',
      PNG.sync.write(new PNG({ width: 30_000, height: 2 })),
      /30000 × 2 pixels/,
    ],
  ] as const) {
    await page.getByRole('tab', { name: mode }).click();
    await page.getByLabel('Source image').setInputFiles({ name, mimeType, buffer });
    await expect(app.alert).toContainText(name);
    await expect(app.alert).toContainText(words);
    await expect(app.generate).toHaveAttribute('aria-disabled', 'true');
  }
});
