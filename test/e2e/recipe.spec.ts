/** Recipes: pasted, chosen, followed and handed on; and the keys that weigh a part of a prompt. */
import { expect, test } from './app';

const INFO = `(masterpiece:1.2), a red apple
Negative prompt: blurry
Steps: 3, Sampler: DDIM, CFG scale: 6, Seed: 12345678901234567890, Size: 96x96, Model: elsewhere, Clip skip: 2`;

const paste = (text: string) => {
  const [field] = document.getElementsByTagName('textarea');
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  field!.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
};

test('recipes are offered, and taken over when that is wished; one goes into a link; keys weigh a part of a prompt', async ({
  app,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open();
  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  const seed = page.getByRole('spinbutton', { name: 'Seed', exact: true });
  const dialog = page.getByRole('dialog', { name: 'Recipe' });

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

  await test.step('of a file only the seed is taken; and nothing after Cancel', async () => {
    const file = { name: 'apple.txt', mimeType: 'text/plain', buffer: Buffer.from(INFO) };
    await page.getByLabel('Recipe', { exact: true }).setInputFiles(file);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(seed).toHaveValue('-1');
    await page.getByLabel('Recipe', { exact: true }).setInputFiles(file);
    await dialog.getByRole('button', { name: 'Use only the seed' }).click();
    await expect(seed).toHaveValue('12345678901234567890');
    await expect(prompt).toHaveValue('a (red apple:0.9) on a table');
  });

  await test.step('pasted', async () => {
    await app.fill({ prompt: 'penguin', seed: 1 });
    await prompt.focus();
    await page.evaluate(paste, INFO);
    await expect(dialog).toContainText('Model “elsewhere”');
    await expect(dialog).toContainText('12345678901234567890');
    await expect(prompt).toHaveValue('penguin');

    await dialog.getByRole('button', { name: 'Use', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(prompt).toHaveValue('(masterpiece:1.2), a red apple');
    await expect(seed).toHaveValue('12345678901234567890');
    await page.reload();
    await app.ready();
    await expect(seed).toHaveValue('12345678901234567890');
  });

  await test.step('of a picture it goes into a link, which leads back to it', async () => {
    await app.fill({
      prompt: 'sun',
      steps: 1,
      guidance: 5,
      width: 64,
      height: 64,
      sampler: 'Euler',
      seed: 18446744073709551615n,
    });
    await app.draw();
    const copied = async (name: string) => {
      await page.getByRole('button', { name }).click();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    expect(await copied('Copy as A1111 text')).toContain('Seed: 18446744073709551615');
    expect(JSON.parse(await copied('Copy as ComfyUI workflow'))).toHaveProperty('nodes');
    expect(await copied('Copy as diffusers script')).toContain('18446744073709551615');
    const link = await copied('Copy link');

    await app.fill({ prompt: 'house', seed: 1 });
    await page.goto('about:blank');
    await page.goto(link);
    await app.ready();
    await dialog.getByRole('button', { name: 'Use', exact: true }).click();
    await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('sun');
    await expect(page.getByRole('spinbutton', { name: 'Seed', exact: true })).toHaveValue(
      '18446744073709551615',
    );
    expect(new URL(page.url()).hash).toBe('');
  });
});
