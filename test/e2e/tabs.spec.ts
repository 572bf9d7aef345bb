/** Tabs come and go, and there may be two: nothing that was made or begun is lost. */
import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright/test';
import { App, expect, golden, test } from './app';
import { MaskCanvas } from './canvas';

// One visit: what a page costs is its first picture.
test('of two tabs each keeps its picture, mask and words, and one waits while the other draws; tabs that are killed in the middle of a picture leave it to the next one, which goes on', async ({
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

  const small = { guidance: 1, width: 64, height: 64 } as const;
  await test.step('one draws, and the other waits', async () => {
    await page.getByRole('tab', { name: 'Text' }).click();
    await app.fill({ ...small, prompt: 'red apple', steps: 2 });
    const letGo = await app.holdModel();
    await app.generate.click();
    await expect(app.progress).toBeVisible();
    await other.page.bringToFront();
    await other.page.getByRole('tab', { name: 'Text' }).click();
    await other.fill({ ...small, prompt: 'sun', steps: 1 });
    await other.generate.click();
    await expect(other.page.getByText('Another tab is drawing').first()).toBeVisible();
    await expect(app.progress).toBeVisible();
    await letGo();
    await expect(app.result).toBeVisible({ timeout: 200_000 });
    await expect(other.result).toBeVisible({ timeout: 200_000 });
  });

  // The other one has had the engine, and given it back.
  await page.bringToFront();
  await app.fill({ prompt: 'penguin', sampler: 'Euler a', steps: 6, seed: 5 });
  const { data: penguin } = await app.draw();

  await test.step('both are killed in the middle of a picture: the next one has the pictures before, and goes on', async () => {
    const inTheMiddle = await app.holdAfter(3);
    await app.generate.click();
    await inTheMiddle(); // as long as it lives
    await expect(page).toHaveTitle(/^[2-5]\/6 · Drobė/);
    const crashed = page.waitForEvent('crash');
    const session = await context.newCDPSession(page);
    session.send('Page.crash').catch(() => undefined); // nobody is left to answer
    await crashed;

    const next = new App(await context.newPage());
    await next.open();
    await expect(
      next.page.getByText(/was in work when the page was closed; \d+ of its steps (?:was|were) done/),
    ).toBeVisible();
    const pictures = next.page.getByRole('button', { name: /^Picture \d: / });
    const [first, second] = ([3, 4] as const).map((number) =>
      next.page.getByRole('button', { name: `Picture ${number}: penguin` }),
    ) as [Locator, Locator];
    await first.click();
    expect((await next.download()).data).toEqual(penguin);
    await next.page.getByRole('button', { name: 'Go on' }).click();
    await expect(second).toBeVisible({ timeout: 200_000 });
    await expect(next.progress).toBeHidden();
    await second.click();
    expect((await next.download()).data, 'as the one that was drawn at one go').toEqual(penguin);

    // It is over, and what was deleted stays so.
    await first.click();
    await next.page.getByRole('button', { name: 'Delete picture' }).click();
    await expect(pictures).toHaveCount(3);
    await next.page.reload();
    await next.ready();
    await expect(pictures).toHaveCount(3);
    await expect(next.page.getByText('was in work')).toBeHidden();
  });
});
