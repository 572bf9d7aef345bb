/**
 * The bundled model: what is typed into the page becomes diffusers' picture on the CPU, and on WebGPU the same as there: a
 * small one of few steps, as a GPU that is imitated takes seconds for each. One sampler of five: the others differ in
 * arithmetic that no GPU does (test/golden/pictures.test.ts).
 */
import { readFile } from 'node:fs/promises';
import { pictureDifference } from '../golden/tensors';
import type { MiniCase } from '../golden/pipeline-case';
import { expect, expectPicture, golden, test } from './app';

const { cases } = JSON.parse(await readFile(new URL('mini-sd/cases.json', golden), 'utf8')) as {
  cases: MiniCase[];
};

test.use({ threads: true });

// One visit for all of it, as a person would: a software GPU compiles shaders for many seconds.
test('a picture, after a run that was cancelled midway, and with the graphics process killed', async ({
  app,
  browser,
}) => {
  test.setTimeout(1_800_000);
  const { png, ...job } = cases.find(({ sampler }) => sampler === 'DPM++ 2M')!;
  const { page } = app;
  const small = { ...job, width: 48, height: 48, steps: 4 };
  await app.openOnWebGPU();

  await test.step('a run shows its progress and a preview, and can be cancelled', async () => {
    await app.fill({ ...small, steps: 100 });
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/Step \d+ of 100/)).toBeVisible({ timeout: 900_000 });
    await expect(page.getByRole('img', { name: 'Preview' })).toBeVisible({ timeout: 300_000 });
    await expect(app.progress).toHaveAttribute('aria-valuenow', /\d/);
    await page.keyboard.press('Escape');
    await expect(app.progress).toBeHidden({ timeout: 300_000 });
    await expect(app.result).toBeHidden();
    await expect(app.alert).toBeHidden();
  });

  await test.step(`${job.sampler}, while the browser's graphics process is killed`, async () => {
    await app.fill(small);
    await app.generate.click();
    await expect(page.getByText(/Step [23] of 4/)).toBeVisible({ timeout: 900_000 });
    const cdp = await browser.newBrowserCDPSession();
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    process.kill(processInfo.find(({ type }) => type === 'GPU')!.id, 'SIGKILL');
    await expect(page.getByText(/graphics card was reset in the middle of the picture/)).toBeVisible({
      timeout: 300_000,
    });
    await expect(app.progress).toBeHidden({ timeout: 900_000 });
    await expect(app.alert).toBeHidden();
  });

  await test.step('the CPU draws the same, and what diffusers draws', async () => {
    const onGpu = await app.download();
    await page.getByRole('combobox', { name: 'Run on' }).selectOption('wasm');
    const { mean, worst } = pictureDifference(onGpu.data, (await app.draw()).data);
    console.log(
      `WebGPU, gone on with: mean difference from the CPU ${mean.toFixed(4)}, worst ${worst} of 255`,
    );
    expect(mean).toBeLessThan(0.1);
    expect(worst).toBeLessThanOrEqual(2);
    await app.fill(job);
    await expectPicture(await app.draw(), `mini-sd/${png}`, `CPU ${job.sampler}`);
  });

  // Nothing escapes the list that is checked for foreign origins: the worker's own requests are in it.
  for (const file of ['mini-sd.safetensors', 'tokenizer.json', '.wasm']) {
    expect(app.requests.some((url) => url.includes(file))).toBe(true);
  }
});
