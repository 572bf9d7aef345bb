/** A walk through every view, with the models that come along and seeds that are kept. */
import { expect, test, type App } from '../e2e/app';
import { MaskCanvas } from '../e2e/canvas';
import { Camera, devices, type Orders } from './camera';

const orders = JSON.parse(
  process.env.DROBE_SCREENS ?? '{"language":"en","only":"","readme":false}',
) as Orders;
const recipe = `a red apple
Steps: 3, Sampler: Euler, CFG scale: 6, Seed: 7, Size: 64x64, Model: elsewhere, Colour: unheard of`;
const model = 'mini-sd.safetensors';

test.use({ ownProfile: true, locale: 'en-GB' });

test.describe(() => {
  test.use({ viewport: devices.desktop });
  test('every view on a desktop', async ({ app }) => walk(app, new Camera(app.page, 'desktop', orders)));
});

test.describe(() => {
  test.use({ viewport: devices.phone, hasTouch: true, isMobile: true });
  test('every view on a phone', async ({ app }) => walk(app, new Camera(app.page, 'phone', orders)));
});

async function walk(app: App, camera: Camera): Promise<void> {
  const { page } = app;
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const tab = (name: string) => page.getByRole('tab', { name }).click();
  const dialog = page.getByRole('dialog');
  const draw = async (prompt: string, seed: number) => {
    await app.fill({ prompt, seed });
    await app.generate.click();
    await expect(app.progress).toBeVisible();
    await expect(app.progress).toBeHidden({ timeout: 300_000 });
  };
  const window = async (view: string) => {
    await expect(dialog).toBeVisible();
    await camera.take(view);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(dialog).toBeHidden();
  };

  const choose = async (model: RegExp) => {
    const labels = await app.model.locator('option').allInnerTexts();
    await app.model.selectOption({ label: labels.find((label) => model.test(label))! }); // it comes along
  };
  /** What was said is read: nothing lies over what is photographed next. */
  const tidy = async () => {
    for (const said of await button('Dismiss').all()) await said.click();
  };

  await app.open();
  await camera.take('first-visit');
  for (const name of ['Image', 'Inpaint', 'Outpaint', 'Instruct']) {
    await tab(name);
    await camera.take(`first-visit-${name.toLowerCase()}`);
  }
  await tab('Text');

  await app.fill({ width: 96, height: 96, steps: 20, guidance: 5, sampler: 'DDIM' });
  await tidy();
  await draw('red apple', 2);
  await camera.take('text', { as: 'screenshot', large: true, manifest: true });

  await draw('sunflower', 1);
  await button('Edit this').click();
  await page.getByRole('slider', { name: 'Denoising strength' }).fill('0.7');
  await draw('red heart', 5);
  await button('Slider').click();
  await camera.take('image', { as: 'image' });
  await button('Discard').click();

  await tab('Text');
  await draw('house', 2);
  await button('Edit this').click();
  await tab('Inpaint');
  await page.getByRole('slider', { name: 'Size' }).fill('40');
  await new MaskCanvas(page).stroke([0.15, 0.85], [0.85, 0.85]);
  await app.fill({ prompt: 'red heart' });
  await tidy();
  await camera.take('inpaint', { as: 'inpaint' });

  await tab('Instruct');
  await choose(/instruct/);
  await app.fill({ width: 96, height: 96 });
  await draw('make it winter', 1);
  await button('Slider').click();
  await camera.take('instruct', { as: 'instruct' });
  await button('Discard').click();
  await choose(/^mini-sd emoji \(/);

  await tab('Outpaint');
  await page.getByRole('spinbutton', { name: 'Right' }).fill('64');
  await draw('penguin', 1);
  await camera.take('outpaint', { as: 'outpaint' });
  await button('Discard').click();
  await tab('Text');
  await app.fill({ width: 96, height: 96 });
  await tidy();

  await page.getByRole('button', { name: /^Picture \d+: house/ }).click();
  await button('Add control').click();
  await button('Use this result').click();
  await expect(page.getByText(/^Hint, /)).toBeVisible();
  await draw('blue house', 13);
  await button('Remove control').evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await camera.take('control', { as: 'control-page', about: button('Remove control') });
  await button('Draw…').click();
  await window('control-drawn');
  await button('Remove control').click();
  await tidy();

  await app.fill({ prompt: 'penguin', steps: 150 });
  await app.generate.click();
  await expect(page.getByRole('img', { name: 'Preview' })).toBeVisible();
  await camera.take('drawing');
  await app.cancel.click();
  await expect(app.progress).toBeHidden({ timeout: 300_000 });
  await camera.take('cancelled');
  await app.fill({ steps: 20 });

  for (const name of ['Sampling', 'Faster, at a price', 'Advanced']) {
    const summary = page.getByText(name, { exact: true });
    const folded = await summary.evaluate((element) => !(element.parentElement as HTMLDetailsElement).open);
    if (folded) await summary.click();
    await summary.evaluate((element) => element.scrollIntoView());
    await camera.take(`settings-${name.toLowerCase().replace(/\W.*/, '')}`);
    if (folded) await summary.click();
  }

  await button(/nothing sent elsewhere/).click();
  await window('what-was-sent');
  await button('Prompt history').click();
  await window('prompt-history');
  await button('Download a model').click();
  await window('download');
  await page.getByText(/^Models on this device/).click();
  await camera.take('models');
  await button('Storage…').click();
  await window('storage');
  await button(`Inspect ${model}`).click();
  for (const name of ['Overview', 'Metadata', 'Tensors']) {
    await dialog.getByRole('tab', { name }).click();
    await camera.take(`inspector-${name.toLowerCase()}`);
  }
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page
    .getByLabel('Recipe', { exact: true })
    .setInputFiles({ name: 'apple.txt', mimeType: 'text/plain', buffer: Buffer.from(recipe) });
  await window('recipe');
  await app.generate.focus();
  await page.keyboard.press('?');
  await window('keys');
  console.log(camera.report);
}
