/** What a model predicts: told by what lies beside its file, named in the list, and overruled by a person. */
import { writeFileSync } from 'node:fs';
import { caseOf } from '../golden/picture-cases';
import { jobOf } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, test, type App } from './app';

const config =
  'model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n    parameterization: "v"\n';
const yaml = (name: string) => ({ name, mimeType: 'application/yaml', buffer: Buffer.from(config) });
const predicted = (app: App) => app.page.getByRole('combobox', { name: 'Prediction type' });

test('a checkpoint and its .yaml, dropped together: it predicts v, and so it stays until a person knows better', async ({
  app,
}, info) => {
  const { page } = app;
  const files = [{ ...checkpointFile('sd2-v'), name: 'moon.safetensors' }, yaml('moon.yaml')];
  const paths = files.map(({ name, buffer }) => {
    const path = info.outputPath(name);
    writeFileSync(path, buffer);
    return path;
  });
  const at = 'models/sd2-v/cases/txt2img_euler';
  const { spacing: _, ...job } = jobOf(caseOf(at));
  await app.open();
  await app.dropFiles(...paths);
  await expect(app.model.locator('option:checked')).toHaveText(/moon/, { timeout: 60_000 });
  await expect(app.alert).toHaveCount(0);

  await page.reload();
  await app.ready();
  await page.getByText(/Models on this device/).click();
  await expect(page.getByText(/predicts v \(as the \.yaml beside it says\)/)).toBeVisible();
  await page.getByText('Advanced').click();
  await expect(predicted(app).locator('option:checked')).toHaveText('As the model says (v)');
  await app.fill(job);
  const v = await app.draw();
  await expectPicture(v, `${at}/expected.png`, 'v, by a .yaml');

  // A person may know better, and another model is not touched by that.
  await predicted(app).selectOption('epsilon');
  expect(v.data.equals((await app.draw()).data)).toBe(false);
  await app.importFiles({ ...checkpointFile('sd1'), name: 'late.safetensors' });
  await expect(app.model.locator('option:checked')).toHaveText(/late/, { timeout: 60_000 });
  await expect(predicted(app)).toHaveValue('auto');
  await expect(predicted(app).locator('option:checked')).toHaveText('As the model says (noise)');
  await app.model.selectOption(await app.model.locator('option', { hasText: 'moon' }).getAttribute('value'));
  await expect(predicted(app)).toHaveValue('epsilon');
  await app.model.selectOption(await app.model.locator('option', { hasText: 'late' }).getAttribute('value'));

  await test.step('a .yaml that comes later is told to the checkpoint of its name; one without a checkpoint is told of', async () => {
    await app.importFiles(yaml('late.yaml'));
    await expect(predicted(app).locator('option:checked')).toHaveText('As the model says (v)');
    await expect(app.alert).toHaveCount(0);
    await app.importFiles(yaml('nobody.yaml'));
    await expect(app.alert).toContainText('nobody.yaml holds settings and is no model.');
  });
});
