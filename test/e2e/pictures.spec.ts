/**
 * A model on WebGPU: what is typed into the page becomes the same picture as on the CPU: a small one of few steps, by nets of few
 * blocks, as a GPU that is imitated takes seconds to compile the shaders of each. That the CPU draws what diffusers draws is shown by
 * `offline.spec.ts`, and of all samplers by `golden/pictures.test.ts`: they differ in arithmetic that no GPU does. That whole nets on
 * WebGPU have threads beside it, and compute the same, is shown in `browser/nets`.
 */
import { withFewBlocks, withThinVae } from '../fewer-blocks';
import { pictureDifference } from '../golden/tensors';
import { headerOf, writtenBytes } from '../safetensors';
import { checkpointFile, expect, test } from './app';

/** A golden checkpoint of Stable Diffusion 1.x with as few blocks as a model can have. */
async function thinModel(): Promise<{ name: string; buffer: Buffer }> {
  const file = Uint8Array.from(checkpointFile('sd1').buffer);
  const { tensors } = withThinVae(withFewBlocks(await headerOf(file)), 1);
  const taken = [...tensors].map(
    ([name, { dtype, shape, begin, end }]) =>
      [name, { dtype, shape, bytes: file.subarray(begin, end) }] as const,
  );
  return { name: 'thin.safetensors', buffer: Buffer.from(writtenBytes(new Map(taken))) };
}

test('a picture on WebGPU is the one of the CPU, although the graphics process was killed in the middle of it', async ({
  app,
  browser,
}) => {
  test.setTimeout(1_800_000);
  const { page } = app;
  await app.openOnWebGPU();
  await app.importFiles(await thinModel());
  await expect(app.model.locator('option:checked')).toHaveText(/thin/);
  await app.fill({
    prompt: 'sunflower',
    negative: '',
    seed: 3,
    steps: 2,
    guidance: 4,
    sampler: 'DPM++ 2M',
    width: 32,
    height: 32,
  });
  await page.keyboard.press('Control+Enter');

  await test.step('progress and a preview are shown', async () => {
    await expect(page.getByText(/Step 1 of 2/)).toBeVisible({ timeout: 900_000 });
    await expect(page.getByRole('img', { name: 'Preview' })).toBeVisible({ timeout: 300_000 });
    await expect(app.progress).toHaveAttribute('aria-valuenow', /\d/);
  });

  await test.step("the browser's graphics process is killed, and the picture goes on", async () => {
    const cdp = await browser.newBrowserCDPSession();
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    process.kill(processInfo.find(({ type }) => type === 'GPU')!.id, 'SIGKILL');
    await expect(page.getByText(/graphics card stopped in the middle of the picture/)).toBeVisible({
      timeout: 300_000,
    });
    await expect(app.progress).toBeHidden({ timeout: 900_000 });
    await expect(app.alert).toBeHidden();
  });

  await test.step('the CPU draws the same', async () => {
    const onGpu = await app.download();
    await page.getByRole('combobox', { name: 'Run on' }).selectOption('wasm');
    const { mean, worst } = pictureDifference(onGpu.data, (await app.draw()).data);
    console.log(
      `WebGPU, gone on with: mean difference from the CPU ${mean.toFixed(4)}, worst ${worst} of 255`,
    );
    expect(mean).toBeLessThan(0.1);
    expect(worst).toBeLessThanOrEqual(2);
  });

  // Nothing escapes the list that is checked for foreign origins: the worker's own requests are in it.
  for (const file of ['tokenizer.json', '.wasm']) {
    expect(app.requests.some((url) => url.includes(file))).toBe(true);
  }
});
