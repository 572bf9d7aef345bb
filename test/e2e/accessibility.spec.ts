/**
 * What axe-core can tell of, in all views and windows: one visit walks through them, and draws nothing. Those of a run are looked at
 * where there is one: `queue.ts`, and `from-pictures.spec.ts`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from './app';
import { Axe } from './axe';
import { brought } from './brought';
import { MaskCanvas } from './canvas';

const picture = fileURLToPath(new URL('../golden/data/mini-sd/00.png', import.meta.url));
const recipe = `a red apple
Steps: 3, Sampler: Euler, CFG scale: 6, Seed: 7, Size: 64x64, Model: elsewhere, Colour: unheard of`;

test('axe finds nothing to mend in any view or window, in light or in dark', async ({ app }) => {
  const { page } = app;
  const { keyboard } = page;
  await app.open();
  const look = await Axe.on(page);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const tab = (name: string) => page.getByRole('tab', { name }).click();
  const dialog = page.getByRole('dialog');

  const unfold = (open: boolean) =>
    page.evaluate((is) => document.querySelectorAll('details').forEach((one) => (one.open = is)), open);
  const expectSoundWindow = async (where: string) => {
    await expect(dialog).toBeVisible();
    await look.expectSound(where);
  };
  const close = async () => {
    await keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  };

  await test.step('the wheel over a number with the focus leaves it as it is', async () => {
    const steps = page.getByRole('spinbutton', { name: 'Steps', exact: true });
    await steps.fill('12');
    await steps.hover();
    await page.mouse.wheel(0, 120);
    await page.mouse.wheel(0, -240);
    await expect(steps).toHaveValue('12');
  });

  await test.step('Text: to begin with', async () => {
    await unfold(true);
    await look.expectSound('Text, all unfolded');
    await unfold(false);
    await button('More ways to draw').click();
    await look.expectSound('the menu at Generate');
    await keyboard.press('Escape');
  });

  await test.step('Image, Inpaint, Outpaint and Instruct', async () => {
    await tab('Image');
    await page.getByLabel('Source image').setInputFiles(picture);
    await expect(page.getByRole('img', { name: 'To start from' }).first()).toBeVisible();
    await look.expectSound('Image');

    await tab('Inpaint');
    await new MaskCanvas(page).stroke([0.2, 0.2], [0.8, 0.8]);
    await page.getByText('More about the mask').click();
    await look.expectSound('Inpaint');
    await app.drop('mask.png', readFileSync(picture));
    await expectSoundWindow('What is this picture?');
    await close();
    await tab('Outpaint');
    await look.expectSound('Outpaint');
    await tab('Instruct');
    await look.expectSound('Instruct');
    await tab('Text');
  });

  await test.step('pictures that guide and that are drawn like', async () => {
    await button('Add control').click();
    await page.getByLabel('Control image').setInputFiles(picture);
    await page.getByRole('button', { name: 'Reference image' }).setInputFiles(picture);
    await expect(page.getByText(/^Hint, /)).toBeVisible();
    await expect(page.getByRole('img', { name: 'To draw like' })).toBeVisible();
    await look.expectSound('a control and a reference');
    await button('Draw…').click();
    await expect(dialog.getByRole('application')).toBeVisible();
    await expectSoundWindow('a hint that is drawn');
    await close();
    await button('Paint a mask…').click();
    await expect(dialog.getByRole('application')).toBeVisible();
    await expectSoundWindow('a mask that is painted');
    await close();
  });

  await test.step('the album: all, chosen, one, two, none found', async () => {
    const card = dialog.getByRole('listbox').getByRole('option');
    const reach = async (name: string) => {
      await dialog.getByRole('button', { name, exact: true }).click();
    };
    await page.getByRole('button', { name: 'Album', exact: true }).click();
    const pictures = [1, 2].map((n) => {
      const said = `a red apple\nSteps: 3, Sampler: Euler, CFG scale: 6, Seed: ${n}, Size: 48x32`;
      return { name: `${n}.png`, mimeType: 'image/png', buffer: brought(n, said) };
    });
    await dialog.getByLabel('Add pictures…').first().setInputFiles(pictures);
    await expect(card.nth(1)).toBeVisible();
    await card.first().focus();
    await expectSoundWindow('Album');
    await keyboard.press('Space');
    await keyboard.press('Shift+ArrowRight');
    await reach('Move to a folder…');
    await expectSoundWindow('Album, two selected');
    await reach('Compare');
    await expectSoundWindow('Album, two compared');
    await reach('Slider');
    await expectSoundWindow('Album, two compared by a line');
    await keyboard.press('Escape');
    await keyboard.press('Enter');
    await expect(dialog.getByRole('group', { name: 'Use' })).toBeVisible();
    await expectSoundWindow('Album, one picture');
    await keyboard.press('Escape');
    await dialog.getByRole('searchbox').fill('nothing like it');
    await expectSoundWindow('Album, nothing found');
    await reach('Clear the search');
    await card.first().focus();
    await keyboard.press('Enter');
    await reach('All');
    await expect(dialog).toBeHidden();
    await expect(app.result).toBeVisible();
    await page.getByText('Redraw details', { exact: true }).click();
    await look.expectSound('a result');
  });

  await test.step('windows', async () => {
    await button('More ways to draw').click();
    await page.getByRole('menuitem', { name: 'Grid…' }).click();
    await expectSoundWindow('Grid');
    await close();

    await button(/nothing sent elsewhere/).click();
    await expectSoundWindow('What was sent');
    await close();

    await button('Download a model').click();
    const address = dialog.getByRole('textbox', { name: 'Address' });
    await address.fill(`${new URL(page.url()).origin}/models/mini-sd.safetensors`);
    await address.press('Enter');
    await expect(dialog.getByRole('button', { name: /^Download mini-sd/ })).toBeVisible();
    await expectSoundWindow('Download');
    await close();

    await page.getByText(/^Models on this device/).click();
    await button('Storage…').click();
    await expectSoundWindow('Storage');
    await close();

    await button('Inspect mini-sd.safetensors').click();
    for (const name of ['Overview', 'Metadata', 'Tensors']) {
      await dialog.getByRole('tab', { name }).click();
      await expectSoundWindow(`Inspector: ${name}`);
    }
    await close();

    await page
      .getByLabel('Recipe', { exact: true })
      .setInputFiles({ name: 'apple.txt', mimeType: 'text/plain', buffer: Buffer.from(recipe) });
    await expectSoundWindow('Recipe');
    await close();

    await app.generate.focus();
    await keyboard.press('?');
    await expectSoundWindow('Keyboard shortcuts');
    await close();
  });
  console.log(`${look.views} views and windows, each in light and in dark`);
});
