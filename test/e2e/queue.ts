/**
 * Runs that wait while a picture is drawn: added, put in order, taken out and brought back, over a reload, and by keys. A part of the
 * visit of `runs.spec.ts`.
 */
import { expect, test, type App } from './app';
import { Axe } from './axe';

const parts = ({ page }: App) => ({
  add: page.getByRole('button', { name: /^Add to queue/ }),
  summary: page.getByRole('button', { name: /^Queue/ }),
  waiting: page
    .getByRole('list', { name: 'Queue' })
    .getByRole('listitem')
    .filter({ has: page.getByRole('button') }),
  status: (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }),
});

/** Their prompts, the next one first. */
const prompts = async (app: App): Promise<string[]> =>
  (await parts(app).waiting.getByText(/^“/).allTextContents()).map((name) => name.replace(/[“”]/g, ''));

/** What is asked for while a picture is drawn waits, is put in order, and is drawn after a reload. The engine is new. */
export async function runsWait(app: App): Promise<void> {
  const { page } = app;
  const { keyboard } = page;
  const { add, summary, waiting, status } = parts(app);
  const letGo = await app.holdModel();
  await app.fill({ prompt: 'sun', width: 48, height: 48, steps: 4, guidance: 1 });
  await app.generate.click();
  await expect(page).toHaveTitle('Working · Drobė');

  await test.step('three wait, with a name and what they are', async () => {
    await app.fill({ prompt: 'apple', steps: 2 });
    await add.click();
    await expect(status('Added to the queue.')).toBeVisible();
    await app.fill({ prompt: 'penguin' });
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).press('Control+Enter');
    await app.fill({ prompt: 'house', steps: 150 });
    await add.click();
    await expect(add).toHaveText(/^\s*Add to queue \(3\)/);
    await expect(page).toHaveTitle('(1 of 4) Working · Drobė');
    await summary.click();
    await expect(waiting).toHaveCount(3);
    await expect(waiting.first()).toContainText('48 × 48 · 2 steps');
  });

  await test.step('by keys and buttons they change places, and the focus goes with them', async () => {
    const later = page.getByRole('button', { name: 'Draw “apple” later' });
    await later.focus();
    await keyboard.press('Alt+ArrowDown');
    expect(await prompts(app)).toEqual(['penguin', 'apple', 'house']);
    await expect(later).toBeFocused();
    await page.getByRole('button', { name: 'Draw “house” earlier' }).click();
    expect(await prompts(app)).toEqual(['penguin', 'house', 'apple']);
    await expect(page.getByRole('button', { name: 'Draw “house” earlier' })).toBeFocused();
  });

  await test.step('by hand', async () => {
    const grip = await waiting.nth(1).locator('.grip').boundingBox();
    const first = await waiting.first().boundingBox();
    await page.mouse.move(grip!.x + 5, grip!.y + 10);
    await page.mouse.down();
    await page.mouse.move(first!.x + 20, first!.y + 2, { steps: 4 });
    await page.mouse.up();
    expect(await prompts(app)).toEqual(['house', 'penguin', 'apple']);
  });

  await test.step('one is taken out and comes back where it was', async () => {
    await page.getByRole('button', { name: 'Remove “penguin”' }).press('Enter');
    await expect(status('“penguin” was removed from the queue.')).toBeVisible();
    expect(await prompts(app)).toEqual(['house', 'apple']);
    await expect(waiting.getByRole('button', { name: 'Remove “apple”' }), 'the focus stays').toBeFocused();
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await prompts(app)).toEqual(['house', 'penguin', 'apple']);
    await page.getByRole('button', { name: 'Draw “house” later' }).press('Alt+ArrowDown');
    expect(await prompts(app)).toEqual(['penguin', 'house', 'apple']);
  });

  await test.step('its settings are looked at, and given back', async () => {
    await page.getByRole('button', { name: 'Use the settings of “penguin”' }).click();
    const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
    await expect(prompt).toHaveValue('penguin');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(prompt).toHaveValue('house');
    await page.getByRole('button', { name: 'Remove “house”' }).click();
  });

  await test.step('a reload: all of it goes on, the run in work first', async () => {
    await page.reload();
    await letGo();
    await app.ready();
    await expect(page.getByText(/was in work when the page was closed/)).toBeVisible();
    await expect(app.progress, 'nothing begins by itself').toBeHidden();
    await expect(summary).toContainText('paused · 2 wait');
    await summary.click();
    expect(await prompts(app)).toEqual(['penguin', 'apple']);
    const titled = app.titled(/^\(1 of 3\) \d\/4 · Drobė/);
    await page.getByRole('region', { name: 'Queue' }).getByRole('button', { name: 'Go on' }).click();
    await titled;
    await expect(app.progress).toBeHidden({ timeout: 300_000 });
    await expect(status(/^\s*Done: 3 pictures took/)).toBeVisible();
    const drawn = page.getByRole('list', { name: 'Pictures' }).getByRole('button');
    await expect(drawn.nth(0)).toHaveAccessibleName(/apple$/);
    await expect(drawn.nth(1)).toHaveAccessibleName(/penguin$/);
    await expect(summary).toBeHidden();
  });
}

/** With three pictures drawn. */
export async function doneIsEdited(app: App): Promise<void> {
  const { page } = app;
  const { add } = parts(app);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  await test.step('while the next picture is drawn, one that is done is edited', async () => {
    await button('Edit this').click();
    await app.fill({ steps: 4 });
    const begun = await app.holdAfter(1);
    await app.generate.click();
    const begin = await begun();
    await app.fill({ steps: 150 });
    await page.getByRole('slider', { name: 'Denoising strength' }).fill('1');
    await add.click();
    await begin();
    await app.titled(/^\(2 of 2\) \d/);
    const goOn = await app.holdEngine();

    await button(/^Picture 4/).click();
    await button('Slider').click();
    await button('Accept').click();
    await page.getByRole('tab', { name: 'Inpaint' }).click();
    await expect(app.progress, 'it goes on').toBeVisible();
    const canvas = page.getByRole('application');
    const box = await canvas.boundingBox();
    await page.mouse.move(box!.x + box!.width / 2, box!.y + box!.height / 2);
    await page.mouse.down();
    await page.mouse.move(box!.x + box!.width / 2 + 20, box!.y + box!.height / 2 + 10, { steps: 3 });
    await page.mouse.up();
    await add.click();
    await button('Watch it').click();
    await expect(page.getByRole('img', { name: 'Preview' })).toBeVisible();
    await (await Axe.on(page)).expectSound('a run, and one that waits');
    await button('Back to the canvas').click();
    await expect(canvas).toBeVisible();
    await expect(
      page.getByRole('list', { name: 'Queue' }).locator('img'),
      'the picture it begins with, in the list that is open still',
    ).toHaveCount(2);
    await goOn();
    await button('Cancel all').click();
    await expect(app.progress).toBeHidden();
  });
}

export async function drawnForever(app: App): Promise<void> {
  const { page } = app;
  const { keyboard } = page;
  const { add, summary, status } = parts(app);
  await test.step('pictures are drawn until that is stopped, by keys alone', async () => {
    await page.getByRole('tab', { name: 'Text' }).click();
    await app.fill({ prompt: 'sun', steps: 3, seed: 7 });
    const more = page.getByRole('button', { name: 'More ways to draw' });
    const forever = page.getByRole('menuitemcheckbox', { name: /^Generate forever/ });
    await more.focus();
    await keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: /^Grid…/ })).toBeFocused();
    await keyboard.press('ArrowDown');
    await expect(forever).toBeFocused();
    await keyboard.press('Enter');
    await expect(status(/With this seed all pictures would be the same/)).toBeVisible();
    await expect(more).toBeFocused();

    await app.fill({ seed: -1 });
    await keyboard.press('Control+Shift+Enter');
    await app.titled(/^\([2-9]\) /);
    await expect(summary).toContainText('goes on forever');
    await app.fill({ prompt: 'apple' });
    await add.press('Enter');
    await expect(page.getByRole('button', { name: /: apple$/ }).first()).toBeVisible();
    await page.getByRole('button', { name: 'Stop after this' }).press('Enter');
    await expect(app.progress).toBeHidden();
    await expect(status(/^\s*Done: \d+ pictures took/)).toBeVisible();
    await expect(app.generate, 'what was pressed has gone').toBeFocused();

    await app.fill({ steps: 150 });
    await keyboard.press('Control+Enter');
    await keyboard.press('Control+Enter');
    await expect(add).toHaveText(/\(1\)/);
    await page.getByRole('button', { name: 'Cancel all' }).press('Enter');
    await expect(app.progress).toBeHidden();
    await expect(status('was removed from the queue.')).toBeVisible();
  });
}
