/**
 * Golden checkpoints of Stable Diffusion 1.x, by the page's names: samplers, schedules and spacings, a picture to start from, a
 * mask, an instruction; and what diffusers draws with them. On the CPU, which is quick here, in one visit: what a page costs is its
 * first picture. One case for each setting of the page that has its say; all others are drawn in Node, with the same runtime.
 */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { caseOf } from '../golden/picture-cases';
import { jobOf } from '../golden/pipeline-case';
import { pictureDifference } from '../golden/tensors';
import { checkpointFile, expect, expectPicture, golden, test, type App } from './app';
import { MaskCanvas } from './canvas';

const bytesOf = (path: string): Buffer => readFileSync(new URL(path, golden));
const pngFile = (name: string, path: string): { name: string; mimeType: string; buffer: Buffer } => ({
  name,
  mimeType: 'image/png',
  buffer: bytesOf(path),
});

/** Imports a golden checkpoint, which is chosen by that. */
async function bring(app: App, name: string): Promise<void> {
  await app.importFiles(checkpointFile(name));
  await expect(app.model.locator('option:checked')).toHaveText(new RegExp(name), { timeout: 60_000 });
}

/** Sets all that a case asks of the page. */
async function fillCase(app: App, at: string): Promise<void> {
  const job = jobOf(caseOf(at));
  await app.fill({ clipSkip: 1, ...job });
  await app.page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
}

async function startFrom({ page }: App, at: string): Promise<void> {
  const name = at.replace(/.*\//, '');
  await page.getByLabel('Source image').setInputFiles(pngFile(`${name}.png`, `${at}/image.png`));
  await expect(page.getByText(`${name}.png`, { exact: true })).toBeVisible();
}

/** Fills in a mask from a file. */
async function expectFilledIn(app: App, at: string, what: string): Promise<void> {
  const { page } = app;
  await startFrom(app, at);
  const canvas = new MaskCanvas(page);
  await page.getByLabel('Mask image').setInputFiles(pngFile('mask.png', `${at}/mask_image.png`));
  await expect(page.getByRole('button', { name: 'Clear mask' })).toBeEnabled();
  const { alpha } = await canvas.mask();
  const maskFile = PNG.sync.read(bytesOf(`${at}/mask_image.png`));
  expect(alpha.every((a, i) => a === maskFile.data[4 * i])).toBe(true);
  await page.getByRole('slider', { name: 'Denoising strength' }).fill(String(caseOf(at).call.strength));
  await fillCase(app, at);
  const drawn = await app.draw();

  // Diffusers gives what the decoder gave; the page lays it over the picture as far as the mask shows it.
  const source = PNG.sync.read(bytesOf(`${at}/image.png`));
  const expected = PNG.sync.read(bytesOf(`${at}/expected.png`));
  for (const [i, byte] of expected.data.entries()) {
    const share = alpha[i >> 2]! / 255;
    expected.data[i] = Math.round(source.data[i]! * (1 - share) + byte * share);
  }
  const { mean, worst } = pictureDifference(drawn.data, expected.data);
  console.log(`${what}: mean difference ${mean.toFixed(4)}, worst ${worst} of 255`);
  expect(mean).toBeLessThan(0.1);
  expect(worst).toBeLessThan(3);
}

test('what is set on the page draws what diffusers draws so, and clip skip what A1111 means by it', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  await bring(app, 'sd1');

  for (const [name, what] of [
    ['txt2img_pndm', 'a sampler that asks more often than it has steps'],
    ['txt2img_dpmpp_2m_karras', 'a schedule'],
    ['txt2img_nocfg', 'a spacing, and no guidance'],
    ['txt2img_clipskip2', 'clip skip'],
  ] as const) {
    await test.step(what, async () => {
      const at = `models/sd1/cases/${name}`;
      await fillCase(app, at);
      await expectPicture(await app.draw(), `${at}/expected.png`, name);
    });
  }

  await test.step('a picture from a file is drawn anew', async () => {
    const at = 'models/sd1/cases/img2img_euler';
    await page.getByRole('tab', { name: 'Image' }).click();
    await expect(page.getByText('Choose a picture to start from')).toBeVisible();
    await startFrom(app, at);
    await page.getByRole('slider', { name: 'Denoising strength' }).fill(String(caseOf(at).call.strength));
    await fillCase(app, at);
    await expectPicture(await app.draw(), `${at}/expected.png`, 'image to image');
  });

  await test.step('a mask from a file is filled in', async () => {
    await page.getByRole('tab', { name: 'Inpaint' }).click();
    await page.getByRole('slider', { name: 'Mask blur' }).fill('0');
    await page.getByText('More about the mask').click();
    await page.getByRole('checkbox', { name: 'Soft inpainting' }).uncheck();
    await expectFilledIn(app, 'models/sd1/cases/inpaint4_euler_s075', 'a plain checkpoint');
  });

  await test.step('and by an inpainting checkpoint (9 channels)', async () => {
    await bring(app, 'sd1-inpaint');
    await expectFilledIn(app, 'models/sd1-inpaint/cases/inpaint9_euler_s08', 'an inpainting checkpoint');
  });

  await test.step('an InstructPix2Pix checkpoint changes a picture', async () => {
    const at = 'models/sd1-pix2pix/cases/pix2pix_ddim';
    await page.getByRole('tab', { name: 'Instruct' }).click();
    await expect(page.getByText('choose an InstructPix2Pix model')).toBeVisible();
    await bring(app, 'sd1-pix2pix');
    await startFrom(app, at);
    const { image_guidance_scale: scale } = caseOf(at).call;
    await page.getByRole('slider', { name: 'Image guidance scale' }).fill(String(scale));
    await fillCase(app, at);
    await expectPicture(await app.draw(), `${at}/expected.png`, 'InstructPix2Pix');
  });
});
