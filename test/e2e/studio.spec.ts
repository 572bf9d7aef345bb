/** What the page remembers, and what it does with numbers that cannot be. */
import { fileURLToPath } from 'node:url';
import { expect, test } from './app';
import { brought } from './brought';

const photo = fileURLToPath(new URL('../../models/samples.png', import.meta.url));

// One visit: neither half draws anything.
test('on a desktop what most people set is on the first screen, and is there again after a reload; a number that is typed is the number used, or the field says why not; shortcuts go by their place on keyboards of other scripts', async ({
  app,
}) => {
  const { page } = app;
  await page.setViewportSize({ width: 1440, height: 900 });
  await app.open();
  const bar = (await app.generate.boundingBox())!; // it can be seen
  for (const name of ['Width', 'Batch count', 'Steps', 'Guidance scale', 'Seed']) {
    const field = (await page.getByRole('spinbutton', { name, exact: true }).boundingBox())!; // as can these
    expect(field.y + field.height, name).toBeLessThanOrEqual(bar.y);
  }

  await test.step('numbers are rounded in sight', async () => {
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
  });

  await test.step('settings are there again; that there is no card is said at the first visit', async () => {
    const noCard = page.getByText(/Drawing is slow/);
    await expect(noCard).toBeVisible();
    const toBegin = page.getByRole('heading', { name: 'To begin with' });
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
    await expect(noCard).toBeHidden();
    await expect(toBegin).toBeVisible();
    await page.getByRole('button', { name: 'Got it' }).click();
    await page.reload();
    await app.ready();
    await expect(toBegin).toBeHidden();
  });

  // Nothing typed is to be looked up by the browser.
  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  for (const [name, value] of [
    ['spellcheck', 'false'],
    ['autocorrect', 'off'],
    ['autocapitalize', 'off'],
  ] as const) {
    await expect(prompt).toHaveAttribute(name, value);
  }

  // Of a long prompt it is said how long it is.
  const long = `${'a red apple on a blue background, '.repeat(20)}the end`;
  await app.fill({ prompt: long });
  await expect(page.getByLabel('Tokens').first()).toHaveText(/^1\d\d \/ 225$/);

  await test.step('a caption of two lines is all there is; a longer one can be read to its end', async () => {
    const pictures = ['a '.repeat(110), long].map((said, i) => ({
      name: `${i}.png`,
      mimeType: 'image/png',
      buffer: brought(i, `${said}\nSteps: 1, Sampler: Euler, CFG scale: 1, Seed: ${i}, Size: 48x32`),
    }));
    await page.getByRole('button', { name: 'Album', exact: true }).click();
    const album = page.getByRole('dialog', { name: 'Album' });
    await album.getByLabel('Add pictures…').first().setInputFiles(pictures);
    await expect(album.getByText('2 pictures were added.')).toBeVisible();
    await page.keyboard.press('Escape');
    const readOn = page.getByRole('button', { name: 'Read on' });
    const [short, whole] = ['Picture 1:', 'Picture 2:'].map((name) => page.getByRole('button', { name }));
    await short!.click();
    await expect(page.getByText(/^a a a/).last()).toBeVisible();
    await expect(readOn).toBeHidden();
    await whole!.click();
    await readOn.click();
    await expect(page.getByText(/the end$/).last()).toBeInViewport();
  });

  const key = (event: { key: string; code: string; isComposing?: boolean }) =>
    page.evaluate((init) => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }));
    }, event);
  await test.step('settings that are unfolded scroll in their column, and the page is no longer than the window', async () => {
    const unfold = (open: boolean) =>
      page
        .locator('details')
        .evaluateAll((all, open) => all.forEach((one) => one.toggleAttribute('open', open)), open);
    await unfold(true);
    expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
    await unfold(false);
  });

  await test.step('a graphics card that is only imitated is left alone until it is asked for', async () => {
    await expect(app.device).toHaveText('Runs on the CPU.');
    await page.getByText('Advanced').click();
    await page.getByRole('combobox', { name: 'Run on' }).selectOption('webgpu');
    await expect(app.device).toContainText('WebGPU');
    await expect(page.getByText(/only imitates a graphics card/)).toBeVisible();
    await page.getByRole('button', { name: 'Use the CPU' }).click();
    await expect(app.device).toHaveText('Runs on the CPU.');
    await expect(page.getByText(/only imitates a graphics card/)).toBeHidden();
  });

  await test.step('where the system has colours of its own, what is chosen is still told apart', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    const colour = (tab: string) =>
      page.getByRole('tab', { name: tab }).evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await colour('Text')).not.toBe(await colour('Image'));
    await page.emulateMedia({ forcedColors: 'none' });
  });

  await test.step('a number that is typed or pasted is the number used, or the field says why not', async () => {
    const field = (name: string) => page.getByRole('spinbutton', { name, exact: true });
    const typed = async (name: string, text: string) => {
      await field(name).fill('');
      await field(name).pressSequentially(text);
      await page.keyboard.press('Tab');
    };
    await typed('Guidance scale', ' 6,5');
    await expect(field('Guidance scale')).toHaveValue('6.5');
    await typed('Steps', '999');
    await expect(field('Steps')).toHaveValue('150');
    await expect(page.getByText('at most 150')).toBeVisible();
    await typed('Steps', 'few');
    await expect(page.getByText('“few” is no number: 150 is used')).toBeVisible();
    await typed('Steps', '2');
    await field('Steps').press('ArrowUp');
    await expect(field('Steps')).toHaveValue('3');
    await typed('Seed', '24');
    await typed('Seed', '1000');
    await expect(field('Seed'), 'emptied it is a random one, but leaves room for what is typed').toHaveValue(
      '1000',
    );
    await typed('Seed', '18446744073709551616');
    await expect(page.getByText(/is too large: the largest is 18446744073709551615/)).toBeVisible();
    await typed('Seed', '-1');
    await expect(page.getByText('Every picture gets a new seed.')).toBeVisible();

    await page.getByRole('tab', { name: 'Image' }).click();
  });

  await test.step('Space and Enter press what has the focus', async () => {
    await page.getByRole('tab', { name: 'Inpaint' }).click();
    await page.getByLabel('Source image').setInputFiles(photo);
    await expect(page.getByRole('application', { name: 'Mask canvas' })).toBeVisible();
    const tool = (name: string) => page.getByRole('button', { name, exact: true, pressed: true });
    await key({ key: 'у', code: 'KeyE' });
    await expect(tool('Eraser')).toBeVisible();
    await key({ key: 'β', code: 'KeyB', isComposing: true });
    await expect(tool('Eraser')).toBeVisible();
    await key({ key: 'נ', code: 'KeyB' });
    await expect(tool('Brush')).toBeVisible();
    await page.getByRole('button', { name: 'Lasso' }).focus();
    await page.keyboard.press('Space');
    await expect(tool('Lasso')).toBeVisible();
    await page.getByRole('button', { name: 'Rectangle' }).focus();
    await page.keyboard.press('Enter');
    await expect(tool('Rectangle')).toBeVisible();
  });

  await test.step('a file is pasted like one that is dropped', async () => {
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['xx'], 'pasted.safetensors'));
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    });
    await expect(
      app.alert.filter({ hasText: 'pasted.safetensors is not a .safetensors file' }),
    ).toBeVisible();
  });

  await test.step('where nothing had the focus before a window, nothing has it after that', async () => {
    await page.getByRole('tab', { name: 'Text' }).click();
    await page.reload();
    await app.ready();
    const focused = () => page.evaluate(() => document.activeElement?.tagName);
    expect(await focused()).toBe('BODY');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(help).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(help).toHaveCount(0);
    await page.evaluate(() => new Promise((soon) => setTimeout(soon, 100))); // it is looked for a moment later
    expect(await focused()).toBe('BODY');
  });
});
