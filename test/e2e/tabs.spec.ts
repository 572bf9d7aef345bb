/** Tabs come and go, and there may be two: nothing that was made or begun is lost. */
import { readFile } from 'node:fs/promises';
import { App, expect, golden, test } from './app';
import { MaskCanvas } from './canvas';

test('a tab is killed in the middle of a picture: the next one has the pictures before, and goes on', async ({
  app,
  context,
}) => {
  await app.open();
  await app.fill({
    prompt: 'penguin',
    sampler: 'Euler a',
    steps: 12,
    guidance: 1,
    seed: 5,
    width: 64,
    height: 64,
  });
  const { data: penguin } = await app.draw();

  await app.generate.click();
  await app.titled(/^([3-9]|1\d)\/12 · Drobė/);
  const crashed = app.page.waitForEvent('crash');
  const session = await context.newCDPSession(app.page);
  session.send('Page.crash').catch(() => undefined); // nobody is left to answer
  await crashed;

  const next = new App(await context.newPage());
  await next.open();
  await expect(
    next.page.getByText(/was in work when the page was closed; \d+ of its steps (?:was|were) done/),
  ).toBeVisible();
  await next.page.getByRole('button', { name: /^Picture 1: penguin/ }).click();
  expect((await next.download()).data).toEqual(penguin);
  await next.page.getByRole('button', { name: 'Go on' }).click();
  const second = next.page.getByRole('button', { name: /^Picture 2: penguin/ });
  await expect(second).toBeVisible({ timeout: 200_000 });
  await expect(next.progress).toBeHidden();
  await second.click();
  expect((await next.download()).data, 'as the one that was drawn at one go').toEqual(penguin);

  // It is over, and what was deleted stays so.
  await next.page.getByRole('button', { name: /^Picture 1: penguin/ }).click();
  await next.page.getByRole('button', { name: 'Delete picture' }).click();
  await expect(next.page.getByRole('button', { name: /^Picture / })).toHaveCount(1);
  await next.page.reload();
  await next.ready();
  await expect(next.page.getByRole('button', { name: /^Picture / })).toHaveCount(1);
  await expect(next.page.getByText('was in work')).toBeHidden();
});

test('of two tabs each keeps its picture, mask and words; while one draws the other waits its turn', async ({
  app,
  context,
}) => {
  const { page } = app;
  await app.open();
  await app.fill({ prompt: 'penguin' });
  await page.getByRole('tab', { name: 'Inpaint' }).click();
  const buffer = await readFile(new URL('mini-sd/00.png', golden));
  await page.getByLabel('Source image').setInputFiles({ name: 'apple.png', mimeType: 'image/png', buffer });
  const canvas = new MaskCanvas(page);
  await canvas.stroke([0.3, 0.3], [0.6, 0.7]);
  const painted = await canvas.mask();
  await expect(page.getByText('apple.png')).toBeVisible();

  const other = new App(await context.newPage());
  await other.open();
  await expect(other.page.getByText('apple.png')).toBeVisible();
  await other.page.getByRole('button', { name: 'Remove picture' }).click();
  await other.fill({ prompt: 'house' });
  await other.page.reload();
  await expect(other.device).toBeVisible();
  await expect(other.page.getByText('apple.png')).toBeHidden();

  await page.bringToFront(); // what is behind is painted once a second
  await page.reload();
  await expect(page.getByText('apple.png')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('penguin');
  expect(await canvas.mask()).toEqual(painted);

  await test.step('one draws, and the other waits', async () => {
    await page.getByRole('tab', { name: 'Text' }).click();
    await app.fill({ prompt: 'red apple', steps: 2, guidance: 1, width: 64, height: 64 });
    const letGo = await app.holdModel();
    await app.generate.click();
    await expect(app.progress).toBeVisible();
    await other.page.bringToFront();
    await other.page.getByRole('tab', { name: 'Text' }).click();
    await other.fill({ prompt: 'penguin', steps: 1, width: 64, height: 64 });
    await other.generate.click();
    await expect(other.page.getByText('Another tab is drawing').first()).toBeVisible();
    await expect(app.progress).toBeVisible();
    await letGo();
    await expect(app.result).toBeVisible({ timeout: 200_000 });
    await expect(other.result).toBeVisible({ timeout: 200_000 });

    // Now it is the other one that has the engine, and it gives it back.
    await page.bringToFront();
    await app.fill({ steps: 1 });
    await app.draw();
  });
});
