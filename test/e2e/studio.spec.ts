/** Drawing as a person does it: progress, cancelling, keys, what is remembered. */
import { expect, expectPicture, test } from './app';

const apple = {
  prompt: 'red apple',
  negative: '',
  seed: 1,
  steps: 20,
  guidance: 5,
  sampler: 'DDIM',
  width: 48,
  height: 48,
} as const;

test('a run cancelled midway leaves the app usable, and the next picture right', async ({ app }) => {
  const { page } = app;
  await app.open();
  await app.fill({ ...apple, steps: 100 });
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText(/Step 2 of 100/)).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('img', { name: 'Preview' })).toBeVisible();
  await expect(app.progress).toHaveAttribute('aria-valuenow', /\d/);
  await page.keyboard.press('Escape');
  await expect(app.progress).toBeHidden({ timeout: 60_000 });
  await expect(app.result).toBeHidden();
  await expect(app.alert).toBeHidden();

  await app.fill(apple);
  await expectPicture(await app.draw(), 'mini-sd/00.png', 'after a cancelled run');
});

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
    width: 50,
  });
  await page.getByRole('spinbutton', { name: 'Height' }).focus();
  await expect(page.getByRole('spinbutton', { name: 'Width' })).toHaveValue('52');
  await expect(page.getByText(/rounded to a multiple of 4/i)).toBeVisible();
  await page.reload();
  await app.ready();
  await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('penguin');
  await expect(page.getByRole('textbox', { name: 'Negative prompt' })).toHaveValue('red heart');
  for (const [name, value] of [
    ['Steps', '7'],
    ['Guidance scale', '3'],
    ['Seed', '99'],
    ['Width', '52'],
  ] as const) {
    await expect(page.getByRole('spinbutton', { name, exact: true })).toHaveValue(value);
  }
  await expect(page.getByRole('combobox', { name: 'Sampler' })).toHaveValue('Euler a');
});
