/**
 * The bundled model on WebGPU: what is typed into the page becomes diffusers' picture. One sampler of five: the others
 * differ in arithmetic that no GPU does, and are drawn on the CPU (test/golden/pictures.test.ts).
 */
import { readFile } from 'node:fs/promises';
import type { MiniCase } from '../golden/pipeline-case';
import { expect, expectPicture, golden, test } from './app';

const { cases } = JSON.parse(await readFile(new URL('mini-sd/cases.json', golden), 'utf8')) as {
  cases: MiniCase[];
};

// One visit for all of it, as a person would: a software GPU compiles shaders for many seconds.
test('a picture, after a run that was cancelled midway, and with the graphics process killed', async ({
  app,
  browser,
}) => {
  test.setTimeout(1_800_000);
  const { png, ...job } = cases.find(({ sampler }) => sampler === 'DPM++ 2M')!;
  const { page } = app;
  await app.openOnWebGPU();

  await test.step('a run shows its progress and a preview, and can be cancelled', async () => {
    await app.fill({ ...job, steps: 100 });
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/Step 2 of 100/)).toBeVisible({ timeout: 120_000 });
    await expect(page.getByRole('img', { name: 'Preview' })).toBeVisible();
    await expect(app.progress).toHaveAttribute('aria-valuenow', /\d/);
    await page.keyboard.press('Escape');
    await expect(app.progress).toBeHidden({ timeout: 60_000 });
    await expect(app.result).toBeHidden();
    await expect(app.alert).toBeHidden();
  });

  await test.step(`${job.sampler}, while the browser's graphics process is killed`, async () => {
    await app.fill(job);
    await app.generate.click();
    await expect(page.getByText(/Step 3 of/)).toBeVisible({ timeout: 300_000 });
    const cdp = await browser.newBrowserCDPSession();
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    process.kill(processInfo.find(({ type }) => type === 'GPU')!.id, 'SIGKILL');
    await expect(page.getByText(/graphics card was reset in the middle of the picture/)).toBeVisible();
    await expect(app.progress).toBeHidden({ timeout: 900_000 });
    await expect(app.alert).toBeHidden();
    await expectPicture(await app.download(), `mini-sd/${png}`, `WebGPU ${job.sampler}, gone on with`);
  });

  // Nothing escapes the list that is checked for foreign origins: the worker's own requests are in it.
  for (const file of ['mini-sd.safetensors', 'tokenizer.json', '.wasm']) {
    expect(app.requests.some((url) => url.includes(file))).toBe(true);
  }
});
