/**
 * Runs: those that wait (`queue.ts`); what is said of them, and what can be done while they last; what makes them faster and other
 * ones; and many in a grid (`grid.ts`).
 */
import { expect, test } from './app';
import { drawnPictures, gridIsDrawn } from './grid';
import { doneIsEdited, drawnForever, runsWait } from './queue';

/** What the page has asked of the system, which a browser without a window would not show. */
interface Asked {
  permissions: number;
  notes: string[];
  locks: number;
}

declare global {
  interface Window {
    asked: Asked;
  }
}

function observeSystem() {
  const asked: Asked = { permissions: 0, notes: [], locks: 0 };
  function Note(_: string, { body }: { body: string }) {
    asked.notes.push(body);
  }
  Note.permission = 'default';
  Note.requestPermission = () => {
    asked.permissions++;
    Note.permission = 'granted';
    return Promise.resolve('granted');
  };
  const request = () => {
    asked.locks++;
    return Promise.resolve({ release: () => Promise.resolve(asked.locks--) });
  };
  Object.assign(window, { asked, Notification: Note });
  Object.defineProperty(navigator, 'wakeLock', { value: { request } });
}

// One visit: what a page costs is its first picture.
test('what is asked for while a picture is drawn waits, over a reload, too; the end of a run is said: aloud, in the title until it is seen, by the system where that was asked for; what is done is looked at meanwhile; runs are made faster, and many are one grid', async ({
  app,
  context,
}) => {
  const { page } = app;
  await page.addInitScript(observeSystem);
  const asked = () => page.evaluate(() => window.asked);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.open();
  await runsWait(app);
  await doneIsEdited(app);
  await drawnForever(app);

  const strip = drawnPictures(app);
  const drawn = await strip.count();
  const picture = (n: number) => page.getByRole('button', { name: new RegExp(`^Picture ${drawn + n}:`) });
  const small = { width: 48, height: 48, sampler: 'Euler' } as const; // no smaller ones are drawn
  await app.fill({ ...small, prompt: 'penguin', steps: 4, guidance: 1 });
  const inTheMiddle = await app.holdAfter(2);
  await app.generate.click();
  const goOn = await inTheMiddle();
  await expect(page).toHaveTitle(/^[1-3]\/4 · Drobė/);
  expect(await asked(), 'the screen stays awake, nothing else').toEqual({
    permissions: 0,
    notes: [],
    locks: 1,
  });

  await page.getByRole('button', { name: 'Notify me' }).click();
  await expect(page.getByRole('button', { name: 'Notify me', pressed: true })).toBeVisible();
  // Somebody goes to another tab.
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await goOn();
  await expect(page.getByRole('status').filter({ hasText: 'Done: the picture took' })).toBeVisible();
  await expect(page).toHaveTitle('Done · Drobė');
  expect(await asked()).toEqual({
    permissions: 1,
    notes: [expect.stringMatching(/^Done: the picture took/)],
    locks: 0,
  });

  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect(page).toHaveTitle(/^Drobė:/);

  // Cancelled, it is said, too; the keyboard stays where it can begin again.
  await app.fill({ steps: 100 });
  await app.generate.click();
  await app.cancel.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'Cancelled.' })).toBeVisible();
  await expect(app.generate).toBeFocused();

  await test.step('of several pictures those that are done are looked at and saved while the rest is drawn', async () => {
    await app.fill({ prompt: 'sun', steps: 4, seed: 5 });
    await page.getByRole('spinbutton', { name: 'Batch count' }).fill('3');
    const inTheSecond = await app.holdAfter(5);
    await app.generate.click();
    const letGo = await inTheSecond();
    await expect(page.getByText('Picture 2 of 3 · Step')).toBeVisible();
    await expect(page.getByRole('status').filter({ hasText: 'Picture 1 of 3 is done.' })).toBeVisible();
    await picture(2).click();
    const saved = await app.download();
    expect(saved.width).toBe(small.width);
    await expect(app.progress, 'it goes on').toBeVisible();
    await page.getByRole('button', { name: 'Watch it' }).click();
    await letGo();
    await expect(page.getByRole('img', { name: 'Preview' })).toBeVisible();

    // One tab stop for all of them; arrows go from one to the next.
    await expect(app.progress).toBeHidden();
    await picture(4).focus();
    await page.keyboard.press('ArrowRight');
    await expect(picture(3)).toBeFocused();
    await expect(page.getByText('2 of 3', { exact: true })).toBeVisible();
    expect(await page.locator('[aria-label="Pictures"] button[tabindex="0"]').count()).toBe(1);
  });

  const early = page.getByRole('spinbutton', { name: 'Steps before guidance' });
  const reuse = page.getByRole('combobox', { name: 'Reuse deep features' });
  await test.step('guidance rests and deep features are used again, as was chosen, and the recipe says so', async () => {
    await page.getByRole('spinbutton', { name: 'Batch count' }).fill('1');
    await app.fill({ steps: 4, seed: 7, guidance: 5 });
    await page.getByText('Faster, at a price').click();
    await reuse.focus();
    await page.keyboard.press('ArrowDown');
    await expect(reuse.locator('option:checked')).toHaveText('Whole run every 2nd step');
    await early.focus();
    // What was typed last counts, though its field was not left.
    for (const key of ['Delete', '0', '.', '2', '5']) await page.keyboard.press(key);
    const faster = await app.draw(() => page.keyboard.press('Control+Enter'));
    await page.getByRole('button', { name: 'Copy as A1111 text' }).click();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toContain('Skip Early CFG: 0.25');
    expect(text).toContain('DeepCache interval: 2');

    await early.fill('');
    await early.press('Tab');
    await reuse.selectOption({ label: 'Off' });
    const plain = await app.draw();
    await expect(page.getByText('Copied.'), 'that was another picture').toBeHidden();
    expect(plain.data.equals(faster.data)).toBe(false);
    await page.getByRole('button', { name: 'Copy as A1111 text' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).not.toMatch(/Skip Early|DeepCache/);
  });

  await gridIsDrawn(app);
  await test.step('the sheet and its cells outlast the page, as does what was chosen', async () => {
    await early.fill('0.25');
    await early.press('Tab');
    await reuse.selectOption('2');
    const kept = await strip.count();
    await page.reload();
    await app.ready();
    await expect(strip).toHaveCount(kept);
    await page.getByText('Faster, at a price').click();
    await expect(early).toHaveValue('0.25');
    await expect(reuse).toHaveValue('2');
  });
});
