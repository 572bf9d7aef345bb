/**
 * Checkpoints that are drawn with while they are imported: from their own files, until their copies are there, and to the end
 * where none comes.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chromium, type TestInfo } from 'playwright/test';
import { launch } from '../chromium.mjs';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { App, checkpointFile, expect, expectPicture, golden, test } from './app';

const at = 'models/sd1/cases/txt2img_euler';
const euler = JSON.parse(readFileSync(new URL(`${at}/case.json`, golden), 'utf8')) as PipelineCase;
const { spacing: _, ...job } = jobOf(euler);

/** Drops a golden checkpoint, of which nothing is written yet. @returns its path, and what lets the import go on, or fail. */
async function bring(app: App, info: TestInfo) {
  const importing = await app.holdImport();
  const { name, buffer } = checkpointFile('sd1');
  const path = info.outputPath(name);
  writeFileSync(path, buffer);
  await app.dropFiles(path);
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/);
  await expect(app.page.getByText('You can draw with it already')).toBeVisible();
  return { path, ...importing };
}

test('what is drawn while a checkpoint is imported is what is drawn afterwards, by nets that stay open, and then from its copy', async ({
  baseURL,
}, info) => {
  // On a disk: what a private profile stores refers to the file.
  const context = await chromium.launchPersistentContext(info.outputPath('profile'), {
    ...launch,
    baseURL: baseURL!,
    serviceWorkers: 'block',
  });
  const app = new App(context.pages()[0]!); // it opens with one
  const { page } = app;
  await app.open();
  const { path, goOn } = await bring(app, info);
  await app.fill(job);
  const early = await app.draw();
  await expectPicture(early, `${at}/expected.png`, 'while it is imported');
  await expect(app.importing).toBeVisible();
  await page.getByText(/^Models on this device/).click();
  const row = page.getByRole('listitem').filter({ hasText: 'being imported' });
  await expect(row).toContainText('sd1.safetensors');
  await expect(row.getByRole('button', { name: 'Remove sd1.safetensors' })).toHaveCount(0);
  const asksToStay = () =>
    page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
  expect(await asksToStay()).toBe(true);

  await goOn();
  await expect(app.importing).toBeHidden();
  expect(await asksToStay()).toBe(false);
  await expect(page.getByRole('button', { name: 'Remove sd1.safetensors' })).toBeVisible();
  await expect(app.alert).toHaveCount(0);
  rmSync(path);
  expect((await app.draw()).data.equals(early.data)).toBe(true);
  // At another size nets are opened anew, and there is no such file any more.
  await app.fill({ width: 64, height: 64 });
  await app.draw();
  await expect(app.alert).toHaveCount(0);

  await page.reload();
  await app.ready();
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/);
  await context.close();
});

test('where the import is stopped or fails a picture in work is finished, and what was chosen before is chosen again, as it was left; a file that is changed meanwhile is told', async ({
  app,
}, info) => {
  const { page } = app;
  await app.open();
  await app.fill({ guidance: 6 });
  const miniature = await app.model.inputValue();
  const guidance = page.getByRole('spinbutton', { name: 'Guidance scale' });
  const expectBack = async (): Promise<void> => {
    await expect(app.importing).toBeHidden();
    await expect(app.model).toHaveValue(miniature);
    await expect(app.model.locator('option', { hasText: 'sd1' })).toHaveCount(0);
    await expect(guidance).toHaveValue('6');
  };
  const { goOn } = await bring(app, info);
  await expect(guidance).not.toHaveValue('6');
  await page.getByRole('button', { name: 'Stop import' }).click();
  await expectBack();
  await expect(app.alert).toHaveCount(0);
  await expect(page.getByText('The import of sd1.safetensors was stopped.')).toBeVisible();
  await goOn();

  const { fail } = await bring(app, info);
  await test.step('an engine that dies takes nothing along: the next one knows of the model', async () => {
    const [engine] = page.workers();
    await engine!.evaluate(() => {
      setTimeout(() => {
        throw new Error('for a test');
      });
    });
    await expect.poll(() => page.workers().includes(engine!)).toBe(false);
  });
  await app.fill({ ...job, steps: 12 });
  const titled = app.titled(/^[2-9]\/12 · Drobė/);
  await app.generate.click();
  await titled;
  await fail();
  await expect(app.alert).toContainText('The engine stopped');
  await expectBack();
  await expect(app.result).toBeVisible({ timeout: 200_000 });
  await expect(app.alert).toHaveCount(1);

  await test.step('a file that is changed meanwhile is told, by the picture and by the import', async () => {
    const { path, goOn: readOn } = await bring(app, info);
    writeFileSync(path, 'something else');
    await app.fill(job);
    await app.generate.click();
    const unreadable = app.alert.filter({ hasText: /^sd1\.safetensors cannot be read any more/ });
    await expect(unreadable).toHaveCount(1);
    await readOn();
    await expect(unreadable).toHaveCount(2);
    await expect(app.model.locator('option', { hasText: 'sd1' })).toHaveCount(0);
    await page.reload();
    await app.ready();
    await expect(app.model.locator('option', { hasText: 'sd1' })).toHaveCount(0);
  });
});
