/** What is said of a run, and what can be done while it lasts. */
import { expect, test } from './app';

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

test('the end of a run is said: aloud, in the title until it is seen, by the system where that was asked for; and what is done is looked at meanwhile', async ({
  app,
}) => {
  const { page } = app;
  await page.addInitScript(observeSystem);
  const asked = () => page.evaluate(() => window.asked);
  await app.open();
  await app.fill({ prompt: 'penguin', steps: 8, width: 64, height: 64 });
  await app.generate.click();
  await expect(page).toHaveTitle(/^\d+\/8 · Drobė/);
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
    await app.fill({ prompt: 'sun', steps: 10, seed: 5, width: 64, height: 64 });
    await page.getByRole('spinbutton', { name: 'Batch count' }).fill('3');
    await app.generate.click();
    await expect(page.getByText('Picture 2 of 3 · Step')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole('status').filter({ hasText: 'Picture 1 of 3 is done.' })).toBeVisible();
    await page.getByRole('button', { name: /^Picture 2:/ }).click();
    const saved = await app.download();
    expect(saved.width).toBe(64);
    await expect(app.progress, 'it goes on').toBeVisible();
    await page.getByRole('button', { name: 'Watch it' }).click();
    await expect(page.getByRole('img', { name: 'Preview' })).toBeVisible();

    // One tab stop for all of them; arrows go from one to the next.
    await expect(app.progress).toBeHidden({ timeout: 120_000 });
    await page.getByRole('button', { name: /^Picture 4:/ }).focus();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: /^Picture 3:/ })).toBeFocused();
    await expect(page.getByText('2 of 3', { exact: true })).toBeVisible();
    expect(await page.locator('[aria-label="Pictures"] button[tabindex="0"]').count()).toBe(1);
  });
});
