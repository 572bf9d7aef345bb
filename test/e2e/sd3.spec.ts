/**
 * Stable Diffusion 3.x: files dropped together or one by one, told what they are, and drawn with as diffusers draws; and what only
 * models trained by flow matching take: chosen, told in the picture's recipe, kept over a reload.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, golden, test, type App } from './app';

const caseAt = (path: string): PipelineCase =>
  JSON.parse(readFileSync(new URL(`models/${path}/case.json`, golden)).toString()) as PipelineCase;

const tokenizer = {
  name: 'tokenizer.json',
  buffer: gunzipSync(readFileSync(new URL('t5_tokenizer/tokenizer.json.gzip', golden))),
};

/** Under the names by which they are published. */
const named = (file: { buffer: Buffer }, name: string) => ({
  name: `${name}.safetensors`,
  buffer: file.buffer,
});
const bare = named(checkpointFile('sd35m', 'model_bare'), 'sd3.5_medium');
const clipL = named(checkpointFile('sd35m', 'clip_l'), 'clip_l');
const clipG = named(checkpointFile('sd35m', 'clip_g'), 'clip_g');

/** Imports files, and waits until all of them are listed. */
async function drop(app: App, ...files: { name: string; buffer: Buffer }[]): Promise<void> {
  const count = async (): Promise<number> =>
    Number(/\d+/.exec(await app.page.getByText(/^Models on this device/).innerText())?.[0]);
  const before = await count();
  await app.importFiles(...files);
  await expect.poll(count).toBe(before + files.length);
  await expect(app.page.getByText(/^Importing/)).toBeHidden();
}

async function drawCase(app: App, path: string): Promise<void> {
  await app.fill(jobOf(caseAt(path)));
  await expectPicture(await app.draw(), `models/${path}/expected.png`, path);
}

// How its nets compute on WebGPU is shown in `browser/nets.test.ts`, how the page draws there in `pictures.spec.ts`.
test('a file is told what it is and what it lacks, borrows what is dropped with it, and draws what diffusers draws, by skip-layer guidance, too', async ({
  app,
  context,
}) => {
  const { page } = app;
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open();
  await page.getByText('Advanced').click();
  const skips = page.getByLabel('Skip-layer guidance');
  const layers = page.getByLabel('Layers', { exact: true });
  await expect(skips).toBeHidden();

  await test.step('Stable Diffusion 3.5 Medium, with the CLIPs that were dropped with it', async () => {
    await drop(app, bare, clipL, clipG);
    await expect(app.model.locator('option:checked')).toHaveText(/sd3.5_medium/);
    const borrowed = page.getByRole('group', { name: 'Borrowed parts' });
    await expect(borrowed.getByLabel('Text encoder from', { exact: true })).toHaveText(/clip_l/);
    await expect(borrowed.getByLabel('Second text encoder from')).toHaveText(/clip_g/);
    await expect(borrowed.getByText('T5 is not here.')).toBeVisible();
    await page.getByText(/^Models on this device/).click();
    const listed = page.getByText(/^Stable Diffusion 3\.5 Medium, F16, /);
    await expect(listed).toContainText('without text encoder and second text encoder, without T5');
    await expect(page.getByRole('combobox', { name: 'Sampler' }).locator('option')).not.toContainText([
      'Restart',
    ]);
    await drawCase(app, 'sd35m/cases/txt2img_euler');
  });

  await test.step('skip-layer guidance is chosen, and the recipe says so', async () => {
    const path = 'sd35m/cases/txt2img_slg';
    const { layers: skipped, scale, start, end } = jobOf(caseAt(path)).skipLayers!; // that case has them
    await skips.check();
    const fields = [
      ['Layers', skipped.join(', ')],
      ['Skip scale', String(scale)],
      ['Skip start', String(start)],
      ['Skip end', String(end)],
    ] as const;
    for (const [label, value] of fields) {
      await page.getByLabel(label, { exact: true }).fill(value);
      await page.getByLabel(label, { exact: true }).press('Tab');
    }
    await drawCase(app, path);
    await page.getByRole('button', { name: 'Copy as A1111 text' }).click();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toContain('Skip layer guidance: "2.8, layers 1, 0.01 to 0.5"');
  });

  await test.step('a checkpoint with T5, and a tokenizer dropped beside it', async () => {
    await skips.uncheck();
    await drop(app, checkpointFile('sd3', 'model_t5'));
    await expect(app.model.locator('option:checked')).toHaveText(/model_t5/);
    await expect(page.getByText('T5 cannot read without its tokenizer')).toBeVisible();
    await drop(app, tokenizer);
    await expect(page.getByRole('combobox', { name: 'Tokenizer of T5 from' })).toHaveText(/T5 tokenizer/);
    const { max_sequence_length: tokens } = caseAt('sd3/cases/txt2img_t5').call;
    await page.getByRole('spinbutton', { name: 'T5 tokens' }).fill(String(tokens));
    await drawCase(app, 'sd3/cases/txt2img_t5');
  });

  await test.step('skip-layer guidance is there after a reload, on a narrow page, too', async () => {
    await skips.check();
    await layers.fill('1');
    await layers.press('Tab');
    await page.reload();
    await app.ready();
    await expect(layers).toHaveValue('1');
    await page.setViewportSize({ width: 390, height: 844 });
    await skips.scrollIntoViewIfNeeded();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await skips.uncheck();
    await expect(layers).toBeHidden();
  });
});
