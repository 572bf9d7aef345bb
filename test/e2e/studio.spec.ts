/** What the page remembers, and what it does with numbers that cannot be. */
import { expect, test } from './app';

test('settings and prompt are there again after a reload; a size that cannot be is rounded in sight', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  await app.fill({
    prompt: 'penguin',
    negative: 'red heart',
    steps: 7,
    guidance: 3,
    seed: 99,
    sampler: 'Euler a',
    width: 100,
  });
  await page.getByRole('spinbutton', { name: 'Height' }).focus();
  await expect(page.getByRole('spinbutton', { name: 'Width' })).toHaveValue('104');
  await expect(page.getByText(/rounded to a multiple of 8/i)).toBeVisible();
  await page.reload();
  await app.ready();
  await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('penguin');
  await expect(page.getByRole('textbox', { name: 'Negative prompt' })).toHaveValue('red heart');
  for (const [name, value] of [
    ['Steps', '7'],
    ['Guidance scale', '3'],
    ['Seed', '99'],
    ['Width', '104'],
  ] as const) {
    await expect(page.getByRole('spinbutton', { name, exact: true })).toHaveValue(value);
  }
  await expect(page.getByRole('combobox', { name: 'Sampler' })).toHaveValue('Euler a');
});

test('a graphics card that is only imitated is left alone until it is asked for', async ({ app }) => {
  await app.open();
  await expect(app.device).toHaveText('Runs on the CPU.');
  await app.openOnWebGPU();
  await expect(app.page.getByText(/only imitates a graphics card/)).toBeVisible();
  await app.page.getByRole('button', { name: 'Use the CPU' }).click();
  await expect(app.device).toHaveText('Runs on the CPU.');
  await expect(app.page.getByText(/only imitates a graphics card/)).toBeHidden();
  await app.fill({ prompt: 'penguin', steps: 2 });
  expect(await app.draw()).toMatchObject({ width: 96, height: 96 });
});
