/**
 * The album (`album.ts`). Prompts from before, by keys and from their list; styles, from a name to the picture's recipe; recipes: pasted, chosen, followed and
 * handed on; and the keys that weigh a part of a prompt. By real events.
 */
import { readFile } from 'node:fs/promises';
import { pngTexts } from '../../src/recipe/picture/png';
import { albumIsUsed, saveByDownload } from './album';
import { expect, test } from './app';

const INFO = `(masterpiece:1.2), a red apple
Negative prompt: blurry
Steps: 3, Sampler: DDIM, CFG scale: 6, Seed: 12345678901234567890, Size: 96x96, Model: elsewhere, Clip skip: 2`;

/** A system that takes files, and keeps what it was given. */
function takeShared() {
  const share = async ({ files: [file] }: { files: File[] }) => {
    Object.assign(window, {
      shared: [file!.name, file!.type, [...new Uint8Array(await file!.arrayBuffer())]],
    });
  };
  Object.assign(navigator, { canShare: ({ files }: ShareData) => files?.length === 1, share });
}

const paste = (text: string) => {
  const [field] = document.getElementsByTagName('textarea');
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  field!.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
};

// One visit: what a page costs is its first picture.
test('pictures are brought, found and taken out of the album; prompts that were drawn are gone through, and nothing written is lost; styles are made, chosen, drawn with, brought and taken away; recipes are taken over when that is wished, and one goes into a link', async ({
  app,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  const negative = page.getByRole('textbox', { name: 'Negative prompt' });
  const dialog = page.getByRole('dialog', { name: 'Prompt history' });
  const recipe = page.getByRole('dialog', { name: 'Recipe' });
  const seed = page.getByRole('spinbutton', { name: 'Seed', exact: true });
  const entries = dialog.getByRole('listitem');
  const history = page.getByRole('button', { name: 'Prompt history' });
  const expectWords = async (words: string, unwanted = '') => {
    await expect(prompt).toHaveValue(words);
    await expect(negative).toHaveValue(unwanted);
  };
  await page.addInitScript(takeShared);
  await saveByDownload(page);
  await app.open();
  await albumIsUsed(app);

  await history.click();
  await expect(dialog).toContainText('Prompts that you draw are remembered here');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  await expect(app.progress).toBeHidden();

  await test.step('Ctrl+↑ and Ctrl+↓ weigh what is selected, tokens are counted, and undo takes weights back', async () => {
    await prompt.fill('a red apple on a table');
    await expect(page.getByLabel('Tokens').first()).toHaveText('6 / 75');
    await prompt.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(2, 11));
    await page.keyboard.press('Control+ArrowUp');
    await page.keyboard.press('Control+ArrowUp');
    await expect(prompt).toHaveValue('a (red apple:1.2) on a table');
    await page.keyboard.press('Control+Z');
    await expect(prompt).toHaveValue('a (red apple:1.1) on a table');
    await page.keyboard.press('Control+Z');
    await expect(prompt).toHaveValue('a red apple on a table');
    await page.keyboard.press('Control+ArrowDown');
    await expect(prompt).toHaveValue('a (red apple:0.9) on a table');
  });

  await app.fill({
    prompt: 'sun',
    negative: '',
    steps: 1,
    guidance: 1,
    width: 64,
    height: 64,
    sampler: 'Euler',
    seed: 18446744073709551615n,
  });
  await app.draw();
  const link = await test.step('a recipe is copied in each of its ways', async () => {
    const copied = async (name: string) => {
      await page.getByRole('button', { name }).click();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    expect(await copied('Copy as A1111 text')).toContain('Seed: 18446744073709551615');
    expect(JSON.parse(await copied('Copy as ComfyUI workflow'))).toHaveProperty('nodes');
    expect(await copied('Copy as diffusers script')).toContain('18446744073709551615');
    return copied('Copy link');
  });
  await test.step('a result is shared as its PNG, with the recipe in it, where the system can', async () => {
    await page.getByRole('button', { name: 'Share' }).click();
    await page.waitForFunction(() => 'shared' in window);
    const [name, type, bytes] = await page.evaluate(
      () => (window as unknown as { shared: [string, string, number[]] }).shared,
    );
    expect([name, type]).toEqual(['drobe-18446744073709551615-sun.png', 'image/png']);
    expect(pngTexts(Uint8Array.from(bytes)).get('parameters')).toMatch(/^sun\n/);
  });
  await app.fill({ prompt: 'penguin', negative: 'red heart' });
  await app.draw();
  await test.step('what was drawn is in the album', async () => {
    await page.getByRole('button', { name: 'Album', exact: true }).click();
    const cards = page.getByRole('listbox', { name: 'Album' }).getByRole('option');
    await expect(cards).toHaveCount(2);
    await expect(cards.first()).toHaveAccessibleName(/^penguin, 64 × 64, /);
    await expect(cards.last()).toHaveAccessibleName(/^sun, 64 × 64, /);
    await page.keyboard.press('Escape');
    await expect(cards).toHaveCount(0);
  });
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
    // As on a tablet that is turned: the field moves to another place.
    const { width, height } = page.viewportSize()!; // a test's page has one
    await page.setViewportSize({ width: 600, height });
    await prompt.press('Control+z');
    await expect(prompt).toHaveValue('half a thought');
    await page.setViewportSize({ width, height });
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
    await dialog.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('of a file only the seed is taken; and nothing after Cancel', async () => {
    await app.fill({ prompt: 'a red apple', seed: -1 });
    const file = { name: 'apple.txt', mimeType: 'text/plain', buffer: Buffer.from(INFO) };
    await page.getByLabel('Recipe', { exact: true }).setInputFiles(file);
    await recipe.getByRole('button', { name: 'Cancel' }).click();
    await expect(seed).toHaveValue('-1');
    await page.getByLabel('Recipe', { exact: true }).setInputFiles(file);
    await recipe.getByRole('button', { name: 'Use only the seed' }).click();
    await expect(seed).toHaveValue('12345678901234567890');
    await expect(prompt).toHaveValue('a red apple');
  });

  await test.step('put in by a phone’s keyboard', async () => {
    await prompt.focus();
    await page.keyboard.insertText(INFO);
    await recipe.getByRole('button', { name: 'Cancel' }).click();
    await expect(prompt).toHaveValue(/Seed: 12345678901234567890/);
  });

  await test.step('pasted', async () => {
    await app.fill({ prompt: 'penguin', seed: 1 });
    await prompt.focus();
    await page.evaluate(paste, INFO);
    await expect(recipe).toContainText('Model “elsewhere”');
    await expect(recipe).toContainText('12345678901234567890');
    await expect(prompt).toHaveValue('penguin');

    await recipe.getByRole('button', { name: 'Use', exact: true }).click();
    await expect(recipe).toBeHidden();
    await expect(prompt).toHaveValue('(masterpiece:1.2), a red apple');
    await expect(seed).toHaveValue('12345678901234567890');
  });

  await test.step('what was taken over is there in the next visit, to which a link leads, and its recipe is offered', async () => {
    await page.goto('about:blank');
    await page.goto(link);
    await app.ready();
    await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('12345678901234567890');
    await recipe.getByRole('button', { name: 'Use', exact: true }).click();
    await expect(prompt).toHaveValue('sun');
    await expect(seed).toHaveValue('18446744073709551615');
    expect(new URL(page.url()).hash).toBe('');
  });
});
