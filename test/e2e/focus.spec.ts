/** By keyboard alone: what is pressed may go away, the focus never does. */
import { readFile } from 'node:fs/promises';
import { expect, test } from './app';

const photo = {
  name: 'photo.png',
  mimeType: 'image/png',
  buffer: await readFile(new URL('../golden/data/companions/before.png', import.meta.url)),
};

test('candidates are accepted and discarded, pictures deleted and windows closed, and the focus is somewhere', async ({
  app,
}) => {
  const { page } = app;
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const press = async (name: string | RegExp) => {
    await button(name).focus();
    await page.keyboard.press('Enter');
  };
  await app.open();
  await page.getByRole('tab', { name: 'Image' }).click();
  await page.getByLabel('Source image').setInputFiles(photo);
  await app.fill({ prompt: 'sun', steps: 2 });
  await page.getByRole('spinbutton', { name: 'Batch count' }).fill('3');
  await press('Generate');
  await expect(app.progress).toBeVisible();
  await expect(app.progress).toBeHidden({ timeout: 120_000 });
  await expect(app.generate).toBeFocused();

  // The next candidate, the one after, and then what they were made of.
  await press('Discard');
  await expect(page.getByText('2 of 2')).toBeVisible();
  await expect(button('Discard')).toBeFocused();
  await press('Accept');
  await expect(page.getByRole('group', { name: 'Canvas' })).toBeFocused();

  // A window opened by key gives the focus back.
  await press(/nothing sent elsewhere/);
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(button(/nothing sent elsewhere/)).toBeFocused();

  // The next of the earlier pictures takes the place of one that is deleted; without any, it goes on at Generate.
  await page.getByRole('tab', { name: 'Text' }).click();
  await press(/^Picture 2/);
  await press('Delete picture');
  await expect(button(/^Picture 2/)).toBeHidden();
  await expect(button(/^Picture 1/)).toBeFocused();
  await page.keyboard.press('Enter');
  await press('Delete picture');
  await expect(button(/^Picture/)).toBeHidden();
  expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
});
