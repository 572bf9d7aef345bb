/** A picture that is part of the prompt, by way of the page: what an IP-Adapter needs is said, and it draws as diffusers does. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, golden, test } from './app';

const at = 'ip/ip-adapter-sd1';
const file = (name: string, path: string): { name: string; buffer: Buffer } => ({
  name,
  buffer: gunzipSync(readFileSync(new URL(`${at}/${path}.safetensors.gzip`, golden))),
});

test('a picture is followed, by an adapter and an image encoder that are imported', async ({ app }) => {
  test.setTimeout(300_000);
  const { page } = app;
  const drawn = `${at}/cases/txt2img`;
  const wanted = JSON.parse(readFileSync(new URL(`${drawn}/case.json`, golden), 'utf8')) as PipelineCase & {
    readonly ip_adapter_scale: number;
  };
  const job = jobOf(wanted);
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });
  await app.fill(job);
  await page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
  const region = page.getByRole('region', { name: 'Reference image' });
  const weight = region.getByRole('slider', { name: 'Reference weight' });

  await test.step('what is missing is said', async () => {
    await expect(weight).toHaveCount(0);
    await region
      .getByLabel('Reference image', { exact: true })
      .setInputFiles(fileURLToPath(new URL(`${drawn}/ip_adapter_image.png`, golden)));
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

  await test.step('it is remembered, and can be removed and brought back', async () => {
    await page.reload();
    await app.ready();
    await expect(weight).toHaveValue(String(wanted.ip_adapter_scale));
    await region.getByRole('button', { name: 'Remove reference image' }).click();
    await expect(weight).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect(region.getByRole('img', { name: 'To draw like' })).toBeVisible();
  });
});
