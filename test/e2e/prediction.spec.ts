/** What a model predicts: told by what lies beside its file, named in the list, and overruled by a person. */
import { writeFileSync } from 'node:fs';
import { checkpointFile, expect, test, type App } from './app';

const config =
  'model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n    parameterization: "v"\n';
const yaml = (name: string) => ({ name, mimeType: 'application/yaml', buffer: Buffer.from(config) });
const named = (name: string) => ({ ...checkpointFile('sd1'), name });

const job = { prompt: 'a red apple', negative: '', width: 64, height: 64, steps: 2, guidance: 5, seed: 7 };
const drawn = async (app: App): Promise<Buffer> => (await app.draw()).data;
const predicted = (app: App) => app.page.getByRole('combobox', { name: 'Prediction type' });

/** As the system itself would: these files, onto the page. */
async function drop(app: App, files: readonly string[]): Promise<void> {
  const chrome = await app.page.context().newCDPSession(app.page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await chrome.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
}

test('a checkpoint and its .yaml, dropped together: it predicts v, and so it stays', async ({
  app,
}, info) => {
  const { page } = app;
  const files = [named('sd1-v.safetensors'), yaml('sd1-v.yaml')].map(({ name, buffer }) => {
    const path = info.outputPath(name);
    writeFileSync(path, buffer);
    return path;
  });
  await app.open();
  await drop(app, files);
  await expect(app.model.locator('option:checked')).toHaveText(/sd1-v/, { timeout: 60_000 });
  await expect(app.alert).toHaveCount(0);
  await page.getByText('Advanced').click();
  await expect(predicted(app).locator('option:checked')).toHaveText('As the model says (v)');
  await app.fill(job);
  const v = await drawn(app);

  await page.reload();
  await app.ready();
  await page.getByText(/Models on this device/).click();
  await expect(page.getByText(/predicts v \(as the \.yaml beside it says\)/)).toBeVisible();
  await page.getByText('Advanced').click();
  await app.fill(job);
  expect(v.equals(await drawn(app))).toBe(true);

  // A person may know better, and another model is not touched by that.
  await predicted(app).selectOption('epsilon');
  const noise = await drawn(app);
  expect(v.equals(noise)).toBe(false);
  await app.importFiles(named('plain.safetensors'));
  await expect(app.model.locator('option:checked')).toHaveText(/plain/, { timeout: 60_000 });
  await expect(predicted(app)).toHaveValue('auto');
  await app.fill(job);
  expect(noise.equals(await drawn(app))).toBe(true);
  await app.model.selectOption({
    label: (await app.model.locator('option', { hasText: 'sd1-v' }).textContent()) ?? '',
  });
  await expect(predicted(app)).toHaveValue('epsilon');
});

test('a .yaml that comes later is told to the checkpoint of its name; one without a checkpoint is told of', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  await app.importFiles(named('late.safetensors'));
  await expect(app.model.locator('option:checked')).toHaveText(/late/, { timeout: 60_000 });
  await page.getByText('Advanced').click();
  await expect(predicted(app).locator('option:checked')).toHaveText('As the model says (noise)');
  await app.importFiles(yaml('late.yaml'));
  await expect(predicted(app).locator('option:checked')).toHaveText('As the model says (v)');
  await expect(app.alert).toHaveCount(0);
  await app.importFiles(yaml('nobody.yaml'));
  await expect(app.alert).toContainText('nobody.yaml holds settings and is no model.');
});
