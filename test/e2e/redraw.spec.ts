/** A finished picture drawn anew in tiles, on the page. On the CPU, which is quick here. */
import { readFileSync } from 'node:fs';
import { expect, test } from './app';

test('a picture is enlarged and drawn anew tile by tile, and keeps what made it', async ({ app }) => {
  const { page } = app;
  await app.open();
  await app.fill({ prompt: 'red apple', width: 64, height: 64, steps: 4, seed: 7 });
  const small = await app.draw();
  await page.getByText('Redraw details', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Upscaler', exact: true }).selectOption('Lanczos');
  const numbers: readonly (readonly [string, string])[] = [
    ['Upscale by', '1.5'],
    ['Redraw strength', '0.5'],
    ['Tile width', '48'],
    ['Tile height', '48'],
    ['Tile padding', '16'],
    ['Tile blur', '4'],
  ];
  for (const [name, value] of numbers) {
    const field = page.getByRole('spinbutton', { name, exact: true });
    await field.fill(value);
    await field.blur();
  }
  await page.getByRole('combobox', { name: 'Tile order' }).selectOption('Chess');

  await test.step('cancelled in the middle of a tile, nothing of it is kept', async () => {
    await page.getByRole('button', { name: 'Enlarge', exact: true }).click();
    await expect(page.getByText(/^Tile 2 of 4 · Step \d+ of \d+$/).first()).toBeVisible({ timeout: 60_000 });
    await page.keyboard.press('Escape');
    await expect(page.getByText('Cancelled.', { exact: true })).toBeVisible({ timeout: 30_000 });
  });

  await page.keyboard.press('u');
  await expect(page.getByText('Redrawn', { exact: true })).toBeVisible({ timeout: 120_000 });
  const large = await app.download();
  expect([large.width, large.height]).toEqual([1.5 * small.width, 1.5 * small.height]);

  await expect(page.getByRole('button', { name: /^Picture \d+: red apple/ })).toHaveCount(2);

  await test.step('its recipe says so, as A1111’s extension does', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download PNG' }).click(),
    ]);
    expect(readFileSync(await download.path(), 'latin1')).toMatch(
      /Seed: 7.*Ultimate SD upscale upscaler: Lanczos, Ultimate SD upscale tile_width: 48, Ultimate SD upscale tile_height: 48, Ultimate SD upscale mask_blur: 4, Ultimate SD upscale padding: 16, Ultimate SD upscale upscale_by: 1.5, Ultimate SD upscale denoise: 0.5, Ultimate SD upscale mode_type: Chess/s,
    );
  });

  await test.step('after a reload picture and settings are as they were', async () => {
    await page.reload();
    await app.ready();
    await expect(page.getByRole('button', { name: /^Picture \d+: red apple/ })).toHaveCount(2);
    await page
      .getByRole('button', { name: /^Picture \d+: red apple/ })
      .first()
      .click();
    await expect(page.getByRole('spinbutton', { name: 'Tile padding' })).toHaveValue('16');
  });
});
