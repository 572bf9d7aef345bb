/** Pictures that guide: chosen, made into hints, followed, remembered. On the CPU, which is quick here. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { GuidedCase } from '../golden/control-jobs';
import { jobOf } from '../golden/pipeline-case';
import { pictureDifference } from '../golden/tensors';
import { checkpointFile, expect, expectPicture, golden, test, type App } from './app';

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

const region = ({ page }: App) => page.getByRole('region', { name: 'Control' });

async function openWith(
  app: App,
  model: 'sd1' | 'sdxl',
  ...nets: { name: string; buffer: Buffer }[]
): Promise<void> {
  await app.open();
  await app.importFiles(checkpointFile(model), ...nets);
  await expect(app.model.locator('option:checked')).toHaveText(new RegExp(model), { timeout: 60_000 });
  await expect(app.page.getByText(/^Importing/)).toBeHidden({ timeout: 60_000 });
}

test('two ControlNets guide as diffusers has them guide, each its part of the way', async ({ app }) => {
  const at = 'control/controlnet-sd1/cases/txt2img_two';
  const wanted = caseAt(at);
  const of = (asked: number | readonly number[] = 0, i: number): string =>
    String(typeof asked === 'object' ? asked[i] : asked);
  const { page } = app;
  await openWith(app, 'sd1', canny, inpainting);
  await app.fill(jobOf(wanted));

  const control = region(app);
  for (const [i, { name }] of [canny, inpainting].entries()) {
    await control.getByRole('button', { name: 'Add control' }).click();
    const unit = control.getByRole('group', { name: `Control ${i + 1}` });
    await unit.getByRole('combobox', { name: 'Control model' }).selectOption(name.replace(/\..*/, ''));
    await expect(page.getByText('Choose a picture for the control')).toBeVisible();
    await unit.getByLabel('Control image').setInputFiles(picture(`${at}/image_${i}.png`));
    await unit.getByRole('combobox', { name: 'Preprocessor' }).selectOption('none');
    const { call } = wanted;
    await unit
      .getByRole('slider', { name: 'Control weight' })
      .fill(of(call.controlnet_conditioning_scale, i));
    await unit.getByRole('slider', { name: 'Control start' }).fill(of(call.control_guidance_start, i));
    await unit.getByRole('slider', { name: 'Control end' }).fill(of(call.control_guidance_end, i));
    await expect(unit.getByText(/^Hint, /)).toHaveText(`Hint, ${call.width} × ${call.height}`);
  }
  await expectPicture(await app.draw(), `${at}/expected.png`, 'sd1 with two ControlNets');
});

const guides = [
  ['a T2I-Adapter', 't2iadapter-sd1', 't2iadapter_sd15v2', 'sd1'],
  ['a ControlNet of SDXL', 'controlnet-sdxl', 'diffusion_pytorch_model', 'sdxl'],
] as const;
for (const [what, folder, name, model] of guides) {
  test(`${what} guides as diffusers has it guide`, async ({ app }) => {
    const at = `control/${folder}/cases/txt2img`;
    const wanted = caseAt(at);
    await openWith(app, model, net(folder, name));
    const job = jobOf(wanted);
    await app.fill(job);
    await app.page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);

    const control = region(app);
    await control.getByRole('button', { name: 'Add control' }).click();
    await control.getByRole('combobox', { name: 'Control model' }).selectOption(name);
    await control.getByLabel('Control image').setInputFiles(picture(`${at}/image.png`));
    await control.getByRole('combobox', { name: 'Preprocessor' }).selectOption('none');
    const { controlnet_conditioning_scale, adapter_conditioning_scale, width, height } = wanted.call;
    await control
      .getByRole('slider', { name: 'Control weight' })
      .fill(String(controlnet_conditioning_scale ?? adapter_conditioning_scale));
    await expect(control.getByText(/^Hint, /)).toHaveText(`Hint, ${width} × ${height}`);
    await expectPicture(await app.draw(), `${at}/expected.png`, `${model} with ${what}`);
  });
}

test('what is drawn beyond the edges is guided too, and the picture inside them stays', async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.getByRole('tab', { name: 'Outpaint' }).click();
  await page.getByLabel('Source image').setInputFiles(picture('mini-sd/00.png'));
  await page.getByRole('spinbutton', { name: 'Right' }).fill('32');
  await page.getByRole('slider', { name: 'Feather' }).fill('8');
  await app.fill({ prompt: 'penguin', steps: 3, seed: 1 });
  const plain = await app.draw();

  const control = region(app);
  await control.getByRole('button', { name: 'Add control' }).click();
  await control.getByLabel('Control image').setInputFiles(picture('mini-sd/01.png'));
  await control.getByRole('combobox', { name: 'Preprocessor' }).selectOption('canny');
  await expect(control.getByText('Hint, 128 × 96')).toBeVisible();
  const guided = await app.draw();
  expect([guided.width, guided.height]).toEqual([128, 96]);

  const columns = (png: PNG, from: number, to: number): Buffer => {
    const part = new PNG({ width: to - from, height: png.height });
    PNG.bitblt(png, part, from, 0, part.width, part.height, 0, 0);
    return part.data;
  };
  const kept = 96 - 8;
  const source = PNG.sync.read(bytesOf('mini-sd/00.png'));
  expect(columns(guided, 0, kept).equals(columns(source, 0, kept))).toBe(true);
  const { mean } = pictureDifference(columns(guided, 96, 128), columns(plain, 96, 128));
  console.log(`what a control changes beyond the edge: mean difference ${mean.toFixed(2)} of 255`);
  expect(mean).toBeGreaterThan(1);
});

test('the ControlNet for inpainting is shown the picture without what is masked', async ({ app }) => {
  const at = 'control/controlnet-sd1-inpaint/cases/inpaint4';
  const wanted = caseAt(at);
  const { page } = app;
  await openWith(app, 'sd1', inpainting);
  await page.getByRole('tab', { name: 'Inpaint' }).click();
  await page.getByLabel('Source image').setInputFiles(picture(`${at}/image.png`));
  await page.getByLabel('Mask image').setInputFiles(picture(`${at}/mask_image.png`));
  await expect(page.getByRole('button', { name: 'Clear mask' })).toBeEnabled();
  await page.getByRole('slider', { name: 'Mask blur' }).fill('0');
  await page.getByText('More about the mask').click();
  await page.getByRole('checkbox', { name: 'Soft inpainting' }).uncheck();
  await page.getByRole('slider', { name: 'Denoising strength' }).fill(String(wanted.call.strength));
  await app.fill(jobOf(wanted));

  const control = region(app);
  await control.getByRole('button', { name: 'Add control' }).click();
  const [name] = inpainting.name.split('.');
  await control.getByRole('combobox', { name: 'Control model' }).selectOption(name!); // a name has a beginning
  // By the file's name; and the picture that is drawn over guides, where there is no other.
  await expect(control.getByRole('combobox', { name: 'Preprocessor' })).toHaveValue('inpaint_only');
  await control
    .getByRole('slider', { name: 'Control weight' })
    .fill(String(wanted.call.controlnet_conditioning_scale));
  const drawn = await app.draw();

  // Diffusers gives what the decoder gave; the page lays it over the picture as far as the mask shows it.
  const read = (name: string) => PNG.sync.read(bytesOf(`${at}/${name}.png`));
  const source = read('image');
  const mask = read('mask_image');
  const expected = read('expected');
  for (const [i, byte] of expected.data.entries()) {
    const share = mask.data[i - (i % 4)]! / 255;
    expected.data[i] = Math.round(source.data[i]! * (1 - share) + byte * share);
  }
  const { mean, worst } = pictureDifference(drawn.data, expected.data);
  console.log(`inpainting with its ControlNet: mean difference ${mean.toFixed(4)}, worst ${worst} of 255`);
  expect(mean).toBeLessThan(0.1);
  expect(worst).toBeLessThan(3);
});

test('edges are found in a picture and shown as they will be followed; after a reload all of it is there again', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  const control = region(app);
  await control.getByRole('button', { name: 'Add control' }).click();
  const square = new PNG({ width: 64, height: 64 });
  square.data.forEach((_, i) => (square.data[i] = i % 4 === 3 || i >= 4 * 64 * 32 ? 255 : 0));
  await control
    .getByLabel('Control image')
    .setInputFiles({ name: 'halves.png', mimeType: 'image/png', buffer: PNG.sync.write(square) });
  await control.getByRole('combobox', { name: 'Preprocessor' }).selectOption('canny');
  await control.getByRole('radio', { name: 'My prompt is more important' }).check();
  await control.getByRole('slider', { name: 'Control weight' }).fill('0.7');
  const hint = control.getByRole('img', { name: 'Hint' });
  /** Rows of the hint in which something is white. */
  const rows = () =>
    hint.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data, width, height } = canvas
        .getContext('2d')!
        .getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: height }, (_, y) => y / height).filter((_, y) => data[4 * (y * width + 5)]);
    });
  await expect(hint).toBeVisible();
  await expect.poll(rows).toHaveLength(1);
  expect(Math.abs((await rows())[0]! - 0.5)).toBeLessThan(0.03);

  await page.waitForTimeout(1000); // the desk is remembered a moment after it has changed
  await page.reload();
  await app.device.waitFor({ timeout: 120_000 });
  await expect(control.getByText('halves.png')).toBeVisible();
  await expect(control.getByRole('radio', { name: 'My prompt is more important' })).toBeChecked();
  await expect(control.getByRole('slider', { name: 'Control weight' })).toHaveValue('0.7');
  await expect.poll(rows).toHaveLength(1);

  await control.getByRole('button', { name: 'Remove control', exact: true }).click();
  await expect(control.getByRole('group', { name: 'Control 1' })).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(control.getByText('halves.png')).toBeVisible();
});

test('a hint is drawn by hand, by the pointer or by keys', async ({ app }) => {
  const { page } = app;
  await app.open();
  const control = region(app);
  await control.getByRole('button', { name: 'Add control' }).click();
  await control.getByRole('button', { name: 'Draw' }).click();
  const canvas = page.getByRole('application', { name: 'Hint canvas' });
  const { x, y, width, height } = (await canvas.boundingBox())!;
  await page.mouse.move(x + width * 0.4, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 5 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Use this drawing' }).click();
  const whites = () =>
    control
      .getByRole('img', { name: 'Hint' })
      .locator('canvas')
      .evaluate((hint: HTMLCanvasElement) => {
        const { data } = hint.getContext('2d')!.getImageData(0, 0, hint.width, hint.height);
        return data.filter((byte, i) => i % 4 === 0 && byte > 127).length;
      });
  await expect(control.getByText('Drawing')).toBeVisible();
  await expect.poll(whites).toBeGreaterThan(5);
  const stroke = await whites();

  await control.getByRole('button', { name: 'Draw' }).click(); // what is there is gone over
  await canvas.focus();
  await page.keyboard.press('ArrowUp');
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Use this drawing' }).click();
  await expect.poll(whites).toBeGreaterThan(stroke);
});
