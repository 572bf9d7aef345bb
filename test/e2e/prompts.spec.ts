/** Prompts from before, by keys and from their list; and styles, from a name to the picture's recipe. By real events. */
import { readFile } from 'node:fs/promises';
import { expect, test } from './app';

test('prompts that were drawn are gone through, and nothing written is lost; styles are made, chosen, drawn with, brought and taken away', async ({
  app,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  const negative = page.getByRole('textbox', { name: 'Negative prompt' });
  const dialog = page.getByRole('dialog', { name: 'Prompt history' });
  const entries = dialog.getByRole('listitem');
  const history = page.getByRole('button', { name: 'Prompt history' });
  const expectWords = async (words: string, unwanted = '') => {
    await expect(prompt).toHaveValue(words);
    await expect(negative).toHaveValue(unwanted);
  };
  await app.open();
  await history.click();
  await expect(dialog).toContainText('Prompts that you draw are remembered here');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  await expect(app.progress).toBeHidden();

  await app.fill({ prompt: 'sun', steps: 1, width: 64, height: 64 });
  await app.draw();
  await app.fill({ prompt: 'penguin', negative: 'red heart' });
  await app.draw();
  await prompt.fill('half a');
  await negative.fill('');
  await prompt.focus();
  await prompt.pressSequentially(' thought');

  await test.step('back, forth, and what was typed is still undone', async () => {
    await prompt.press('Alt+ArrowUp');
    await expectWords('penguin', 'red heart');
    await expect(page.getByText('Earlier prompt 1 of 2')).toBeAttached();
    await prompt.press('Alt+ArrowUp');
    await expectWords('sun');
    await prompt.press('Alt+ArrowUp');
    await expectWords('sun');
    await prompt.press('Alt+ArrowDown');
    await prompt.press('Alt+ArrowDown');
    await expectWords('half a thought');
    await negative.press('Alt+ArrowUp');
    await expectWords('penguin', 'red heart');
    await negative.press('Alt+ArrowDown');
    await prompt.press('Alt+ArrowUp');
    await prompt.press('Control+z');
    await expect(prompt).toHaveValue('half a thought');
  });

  await test.step('from the list, by keys', async () => {
    await prompt.fill('another thought');
    await negative.fill('');
    await history.focus();
    await page.keyboard.press('Enter');
    await expect(entries).toHaveText(['penguin Negative prompt: red heart', 'sun']);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expectWords('sun');
    await expect(history).toBeFocused();
  });

  const tokens = page.getByLabel('Tokens').first();
  const styles = page.getByRole('dialog', { name: 'Styles' });
  await page.getByText('Styles', { exact: true }).click();
  await app.fill({ prompt: 'red {prompt}, shiny', negative: 'heart', steps: 1, seed: 5 });
  await page.getByRole('button', { name: 'Save as style' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Shiny');
  await page.keyboard.press('Enter');
  await expect(app.progress).toBeHidden();
  await app.fill({ prompt: 'apple', negative: '' });
  await expect(tokens).toHaveText('1 / 75');

  await test.step('a styles.csv is dropped on its button', async () => {
    const buffer = Buffer.from(
      '\ufeffname,prompt,negative_prompt\r\nBlue,"on a blue background, ""really""",\r\n',
    );
    await page
      .getByLabel('Import styles.csv')
      .setInputFiles({ name: 'styles.csv', mimeType: 'text/csv', buffer });
    await expect(page.getByText('One style was imported.')).toBeVisible();
  });

  await page.getByRole('checkbox', { name: 'Shiny' }).check();
  await page.getByRole('checkbox', { name: 'Blue' }).check();
  await expect(page.getByText('In this order: Shiny, Blue')).toBeVisible();
  await expect(tokens).not.toHaveText('1 / 75');
  await app.draw();
  await expect(prompt).toHaveValue('apple');
  await page.getByRole('button', { name: 'Copy as A1111 text' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /^red apple, shiny, on a blue background, "really"\nNegative prompt: heart\nSteps: 1,/,
  );

  await test.step('the picture’s settings have their words, and untick them; undone, all is as before', async () => {
    await page.getByRole('button', { name: 'Use these settings' }).click();
    await expect(prompt).toHaveValue('red apple, shiny, on a blue background, "really"');
    for (const name of ['Shiny', 'Blue'])
      await expect(page.getByRole('checkbox', { name })).not.toBeChecked();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(prompt).toHaveValue('apple');
    for (const name of ['Shiny', 'Blue']) await expect(page.getByRole('checkbox', { name })).toBeChecked();
  });

  await test.step('renamed, deleted, brought back and exported', async () => {
    await page.getByRole('button', { name: 'Edit styles' }).click();
    await styles.getByText('Shiny', { exact: true }).click();
    const name = styles.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('Blue');
    await name.press('Tab');
    await expect(styles.getByText('Another style is called Blue.')).toBeVisible();
    await name.fill('Glossy');
    await name.press('Tab');
    await styles.getByRole('button', { name: 'Delete Glossy' }).click();
    await expect(styles.getByText('Glossy', { exact: true })).toBeHidden();
    await styles.getByRole('button', { name: 'Undo' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      styles.getByRole('button', { name: 'Export styles.csv' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('styles.csv');
    expect(await readFile(await download.path(), 'utf8')).toBe(
      '\ufeffname,prompt,negative_prompt\r\nGlossy,"red {prompt}, shiny",heart\r\nBlue,"on a blue background, ""really""",\r\n',
    );
    await styles.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('all of it is there after a reload; the history is cleared, and brought back', async () => {
    await page.reload();
    await app.ready();
    await page.getByText('Styles (2)').click();
    for (const name of ['Glossy', 'Blue']) await expect(page.getByRole('checkbox', { name })).toBeChecked();
    await history.click();
    await expect(entries).toHaveCount(3);
    await dialog.getByRole('button', { name: 'Clear history' }).click();
    await expect(entries).toHaveCount(0);
    await dialog.getByRole('button', { name: 'Undo' }).click();
    await expect(entries).toHaveCount(3);
  });
});
