/** What only models trained by flow matching take: chosen, undone, kept over a reload, and told in the picture's recipe. */
import { readFileSync } from 'node:fs';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, golden, test } from './app';

const path = 'models/sd35m/cases/txt2img_slg';

test('skip-layer guidance draws what diffusers draws, and the recipe says so', async ({
  app,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open();
  await expect(page.getByLabel('Skip-layer guidance')).toBeHidden();
  await app.importFiles(...['model_bare', 'clip_l', 'clip_g'].map((part) => checkpointFile('sd35m', part)));
  const skips = page.getByLabel('Skip-layer guidance');
  await expect(skips).toBeVisible({ timeout: 60_000 });
  await expect(page.getByLabel('Second text encoder from')).toHaveText(/clip_g/);
  await expect(page.getByRole('combobox', { name: 'Sampler' }).locator('option')).not.toContainText([
    'Restart',
  ]);

  const wanted = JSON.parse(readFileSync(new URL(`${path}/case.json`, golden)).toString()) as PipelineCase;
  const { skipLayers } = jobOf(wanted);
  await app.fill(jobOf(wanted));
  await skips.check();
  const fields = [
    ['Layers', skipLayers!.layers.join(', ')],
    ['Skip scale', String(skipLayers!.scale)],
    ['Skip start', String(skipLayers!.start)],
    ['Skip end', String(skipLayers!.end)],
  ] as const;
  for (const [label, value] of fields) {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByLabel(label, { exact: true }).press('Tab');
  }
  await expectPicture(await app.draw(), `${path}/expected.png`, path);
  await page.getByRole('button', { name: 'Copy as A1111 text' }).click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toContain('Skip layer guidance: "2.8, layers 1, 0.01 to 0.5"');

  await page.reload();
  await app.ready();
  await expect(page.getByLabel('Layers', { exact: true })).toHaveValue('1');
  await page.setViewportSize({ width: 390, height: 844 });
  await skips.scrollIntoViewIfNeeded();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await skips.uncheck();
  await expect(page.getByLabel('Layers', { exact: true })).toBeHidden();
});
