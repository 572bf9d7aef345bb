/** What makes pictures faster and other ones: chosen, kept over a reload, and told in the picture's recipe. */
import { expect, test } from './app';

test('guidance rests and deep features are used again, as was chosen, and the recipe says so', async ({
  app,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open();
  await app.fill({ prompt: 'sun', steps: 4, seed: 7, sampler: 'Euler', width: 32, height: 32, guidance: 5 });
  await page.getByText('Faster, at a price').click();
  const early = page.getByRole('spinbutton', { name: 'Steps before guidance' });
  await early.focus();
  for (const key of ['Delete', '0', '.', '2', '5', 'Tab']) await page.keyboard.press(key);
  const reuse = page.getByRole('combobox', { name: 'Reuse deep features' });
  await reuse.focus();
  await page.keyboard.press('ArrowDown');
  await expect(reuse.locator('option:checked')).toHaveText('Whole run every 2nd step');
  const faster = await app.draw();
  await page.getByRole('button', { name: 'Copy as A1111 text' }).click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toContain('Skip Early CFG: 0.25');
  expect(text).toContain('DeepCache interval: 2');

  await page.reload();
  await app.ready();
  await page.getByText('Faster, at a price').click();
  await expect(early).toHaveValue('0.25');
  await expect(reuse).toHaveValue('2');
  await early.fill('');
  await early.press('Tab');
  await reuse.selectOption({ label: 'Off' });
  const plain = await app.draw();
  expect(plain.data.equals(faster.data)).toBe(false);
  await page.getByRole('button', { name: 'Copy as A1111 text' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).not.toMatch(/Skip Early|DeepCache/);
});
