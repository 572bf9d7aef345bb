/** Pictures that guide, by nets of one model that are imported: as diffusers has them guide. On the CPU, which is quick here. */
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

// One visit: what a page costs is its first picture.
test('ControlNets, a T2I-Adapter and the ControlNet for inpainting guide as diffusers has them guide', async ({
  app,
}) => {
  const { page } = app;
  const control = page.getByRole('region', { name: 'Control' });
  await app.open();
  await app.importFiles(checkpointFile('sd1'), canny, inpainting, adapter);
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });
  await expect(page.getByText(/^Importing/)).toBeHidden({ timeout: 60_000 });

  await test.step('two ControlNets, each its part of the way', async () => {
    const at = 'control/controlnet-sd1/cases/txt2img_two';
    const wanted = caseAt(at);
    const { call } = wanted;
    const of = (asked: number | readonly number[] = 0, i: number): string =>
      String(typeof asked === 'object' ? asked[i] : asked);
    await app.fill(jobOf(wanted));
    for (const [i, file] of [canny, inpainting].entries()) {
      const unit = await addControl(app, i + 1, file, `${at}/image_${i}.png`, call);
      const fill = (name: string, value: string) => unit.getByRole('slider', { name }).fill(value);
      await fill('Control weight', of(call.controlnet_conditioning_scale, i));
      await fill('Control start', of(call.control_guidance_start, i));
      await fill('Control end', of(call.control_guidance_end, i));
    }
    await expectPicture(await app.draw(), `${at}/expected.png`, 'sd1 with two ControlNets');
    for (let left = 2; left > 0; left--)
      await control.getByRole('button', { name: 'Remove control', exact: true }).first().click();
  });

  await test.step('a T2I-Adapter', async () => {
    const at = 'control/t2iadapter-sd1/cases/txt2img';
    const wanted = caseAt(at);
    const job = jobOf(wanted);
    await app.fill(job);
    await page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
    const unit = await addControl(app, 1, adapter, `${at}/image.png`, wanted.call);
    await unit
      .getByRole('slider', { name: 'Control weight' })
      .fill(String(wanted.call.adapter_conditioning_scale));
    await expectPicture(await app.draw(), `${at}/expected.png`, 'sd1 with a T2I-Adapter');
    await control.getByRole('button', { name: 'Remove control', exact: true }).click();
  });

  await test.step('the ControlNet for inpainting is shown the picture without what is masked', async () => {
    const at = 'control/controlnet-sd1-inpaint/cases/inpaint4';
    const wanted = caseAt(at);
    await page.getByRole('tab', { name: 'Inpaint' }).click();
    await page.getByLabel('Source image').setInputFiles(picture(`${at}/image.png`));
    await page.getByLabel('Mask image').setInputFiles(picture(`${at}/mask_image.png`));
    await expect(page.getByRole('button', { name: 'Clear mask' })).toBeEnabled();
    await page.getByRole('slider', { name: 'Mask blur' }).fill('0');
    await page.getByText('More about the mask').click();
    await page.getByRole('checkbox', { name: 'Soft inpainting' }).uncheck();
    await page.getByRole('slider', { name: 'Denoising strength' }).fill(String(wanted.call.strength));
    const job = jobOf(wanted);
    await app.fill(job);
    await page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);

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
    const read = (part: string) => PNG.sync.read(bytesOf(`${at}/${part}.png`));
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
});
