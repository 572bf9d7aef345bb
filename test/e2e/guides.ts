/**
 * Pictures that guide, by nets of one model that are imported, as diffusers has them guide; and pictures that are part of the prompt: what
 * an IP-Adapter needs is said, and it draws as diffusers does. A part of the visit of `sd1.spec.ts`, whose checkpoint is chosen.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { GuidedCase } from '../golden/control-jobs';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { expect, expectPicture, golden, test, type App } from './app';
import { expectFilledIn, startMasked } from './filled-in';

const bytesOf = (path: string): Buffer => readFileSync(new URL(path, golden));
const caseAt = (path: string) => JSON.parse(bytesOf(`${path}/case.json`).toString()) as GuidedCase;
const picture = (path: string) => ({ name: 'image.png', mimeType: 'image/png', buffer: bytesOf(path) });

/** As a person would pick it from a folder. */
const net = (folder: string, name: string) => ({
  name: `${name}.safetensors`,
  buffer: gunzipSync(bytesOf(`control/${folder}/${name}.safetensors.gzip`)),
});
const canny = net('controlnet-sd1', 'control_v11p_sd15_canny');
const inpainting = net('controlnet-sd1-inpaint', 'control_v11p_sd15_inpaint');
const adapter = net('t2iadapter-sd1', 't2iadapter_sd15v2');

/** The nth control, added with its net and its picture, which is its hint as it is. */
async function addControl(
  { page }: App,
  n: number,
  { name }: { name: string },
  image: string,
  { width, height }: GuidedCase['call'],
) {
  const control = page.getByRole('region', { name: 'Control' });
  await control.getByRole('button', { name: 'Add control' }).click();
  const unit = control.getByRole('group', { name: `Control ${n}` });
  await unit.getByRole('combobox', { name: 'Control model' }).selectOption(name.replace(/\..*/, ''));
  await expect(page.getByText('Choose a picture for the control')).toBeVisible();
  await unit.getByLabel('Control image').setInputFiles(picture(image));
  await unit.getByRole('combobox', { name: 'Preprocessor' }).selectOption('none');
  await expect(unit.getByText(/^Hint, /)).toHaveText(`Hint, ${width} × ${height}`);
  return unit;
}

const ipAdapter = (name: string, path: string): { name: string; buffer: Buffer } => ({
  name,
  buffer: gunzipSync(bytesOf(`ip/ip-adapter-sd1/${path}.safetensors.gzip`)),
});
const likeAt = 'ip/ip-adapter-sd1/cases/txt2img';
const likeCase = JSON.parse(bytesOf(`${likeAt}/case.json`).toString()) as PipelineCase & {
  readonly ip_adapter_scale: number;
};
const like = fileURLToPath(new URL(`${likeAt}/ip_adapter_image.png`, golden));

/** A mask of the size that is drawn, white where it says so. */
function maskFile(name: string, isWhite: (x: number, y: number) => boolean) {
  const { width, height } = jobOf(likeCase);
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) {
    png.data.fill(isWhite(i % width, Math.floor(i / width)) ? 255 : 0, 4 * i, 4 * i + 3);
    png.data[4 * i + 3] = 255;
  }
  return { name, mimeType: 'image/png', buffer: PNG.sync.write(png) };
}

/** All that a case asks of the page. */
async function fillJob(app: App, job: ReturnType<typeof jobOf>): Promise<void> {
  await app.fill(job);
  await app.page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
}

/** ControlNets, one for inpainting among them, as diffusers has them guide. What a T2I-Adapter does: `golden/control-pictures`. */
export async function controlsGuide(app: App): Promise<void> {
  const { page } = app;
  const control = page.getByRole('region', { name: 'Control' });
  await page.getByRole('tab', { name: 'Text' }).click();
  await app.importFiles(canny, inpainting, adapter);

  await test.step('two ControlNets, each its part of the way; a T2I-Adapter could be one of them', async () => {
    const at = 'control/controlnet-sd1/cases/txt2img_two';
    const wanted = caseAt(at);
    const { call } = wanted;
    const of = (asked: number | readonly number[] = 0, i: number): string =>
      String(typeof asked === 'object' ? asked[i] : asked);
    await fillJob(app, jobOf(wanted));
    for (const [i, file] of [canny, inpainting].entries()) {
      const unit = await addControl(app, i + 1, file, `${at}/image_${i}.png`, call);
      const fill = (name: string, value: string) => unit.getByRole('slider', { name }).fill(value);
      await fill('Control weight', of(call.controlnet_conditioning_scale, i));
      await fill('Control start', of(call.control_guidance_start, i));
      await fill('Control end', of(call.control_guidance_end, i));
    }
    await expectPicture(await app.draw(), `${at}/expected.png`, 'sd1 with two ControlNets');
    const unit = control.getByRole('group', { name: 'Control 1' });
    await expect(unit.getByRole('option', { name: adapter.name.replace(/\..*/, '') })).toBeAttached();
    for (let left = 2; left > 0; left--)
      await control.getByRole('button', { name: 'Remove control', exact: true }).first().click();
  });

  await test.step('the ControlNet for inpainting is shown the picture without what is masked', async () => {
    const at = 'control/controlnet-sd1-inpaint/cases/inpaint4';
    const wanted = caseAt(at);
    await startMasked(app, at);
    await page.getByRole('slider', { name: 'Denoising strength' }).fill(String(wanted.call.strength));
    await fillJob(app, jobOf(wanted));

    await control.getByRole('button', { name: 'Add control' }).click();
    const [name] = inpainting.name.split('.');
    await control.getByRole('combobox', { name: 'Control model' }).selectOption(name!); // a name has a beginning
    // By the file's name; and the picture that is drawn over guides, where there is no other.
    await expect(control.getByRole('combobox', { name: 'Preprocessor' })).toHaveValue('inpaint_only');
    await control
      .getByRole('slider', { name: 'Control weight' })
      .fill(String(wanted.call.controlnet_conditioning_scale));
    expectFilledIn(await app.draw(), at, 'inpainting with its ControlNet');
    await control.getByRole('button', { name: 'Remove control', exact: true }).click();
  });
}

/** Pictures that are part of the prompt. How the weights of several add up: `golden/ip-pictures.test.ts`. */
export async function referencesAreFollowed(app: App): Promise<void> {
  const { page } = app;
  const region = page.getByRole('region', { name: 'Reference image' });
  const job = jobOf(likeCase);
  await page.getByRole('tab', { name: 'Text' }).click();
  await fillJob(app, job);
  const weight = region.getByRole('slider', { name: 'Reference weight' });

  await test.step('what is missing is said', async () => {
    await expect(weight).toHaveCount(0);
    await region.getByLabel('Reference image', { exact: true }).setInputFiles(like);
    await expect(region.getByText('No IP-Adapter here is for Stable Diffusion 1.x')).toBeVisible();
    await expect(app.generate).toHaveAccessibleDescription(/^Import an IP-Adapter for this model/);
    await app.importFiles(ipAdapter('ip-adapter_sd15.safetensors', 'ip-adapter_sd15'));
    await expect(region.getByRole('combobox', { name: 'Adapter' })).toHaveText(/ip-adapter_sd15/);
    await expect(region.getByText('This adapter looks at pictures by')).toBeVisible();
    await app.importFiles(ipAdapter('image-encoder.safetensors', 'image_encoder/model'));
    await expect(region.getByRole('combobox', { name: 'Image encoder' })).toHaveText(/image-encoder/);
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
  await test.step('two that make up all of it are one that counts everywhere, and drawn as diffusers draws it', async () => {
    const { width } = job;
    await weight.fill(String(likeCase.ip_adapter_scale));
    await region.getByLabel('Add reference image').setInputFiles(like);
    await expect(unit(2).getByRole('combobox', { name: 'Image encoder' })).toHaveText(/image-encoder/);
    await unit(2).getByRole('slider', { name: 'Reference weight' }).fill(String(likeCase.ip_adapter_scale));
    const left = maskFile('left.png', (x) => x < width / 2);
    await unit(1).getByLabel('Reference mask').setInputFiles(left);
    await unit(2)
      .getByLabel('Reference mask')
      .setInputFiles(maskFile('right.png', (x) => x >= width / 2));
    await expect(masks(2)).toBeVisible();
    await expectPicture(await app.draw(), `${likeAt}/expected.png`, 'with two masks');
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
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(page.getByText('The mask you painted was not taken.')).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect(dialog.getByRole('button', { name: 'Undo' })).toBeEnabled();
    await dialog.getByRole('button', { name: 'Use this mask' }).click();
    await expect.poll(() => whites(1)).toBeGreaterThan(painted);
  });

  await test.step('all of it is remembered, and can be removed and brought back', async () => {
    const painted = await whites(1);
    await page.reload();
    await app.ready();
    await expect(weight).toHaveValue(String(likeCase.ip_adapter_scale));
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
}
