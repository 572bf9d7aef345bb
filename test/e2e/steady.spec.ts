/** Nothing on the page moves by itself in a usual visit; how long it did not answer is told. */
import { devices } from 'playwright/test';
import { expect, test, type App } from './app';
import { Phone } from './phone';
import { blocksOf, steadinessOf, sumOfShifts, type Steadiness } from './steadiness';

/** The sum of all layout shifts of a visit. Browsers call a page good up to 0.1 in its worst five seconds. */
const MOST = 0.01;

test('in a usual visit nothing moves by itself', async ({ app }) => usualVisit(app, 'desktop'));

test('nor does it on a phone', async ({ app }) => {
  await Phone.of(app.page, devices['Pixel 7'].viewport);
  await usualVisit(app, 'phone');
});

async function usualVisit(app: App, where: string): Promise<void> {
  const { page } = app;
  const seen = async (): Promise<Steadiness> => (await steadinessOf(page))!; // it is open
  await app.open();
  await page.waitForTimeout(500); // what was begun at the start has come
  say(where, 'opened', await seen());

  await app.fill({ steps: 3 });
  const begun = await page.evaluate(() => performance.now());
  await page.getByRole('textbox', { name: 'Prompt', exact: true }).pressSequentially('red apple');
  await page.waitForTimeout(600); // what follows a key at once is let pass; counting tokens is not
  await app.generate.click();
  await expect(app.progress).toBeVisible();
  await expect(app.progress).toBeHidden({ timeout: 300_000 });
  await expect(app.result).toBeVisible();
  await page.waitForTimeout(600);
  const run = (await seen()).longTasks.filter(({ at }) => at >= begun);
  say(where, 'with a picture', await seen());
  console.log(`${where}, typing and drawing: ${blocksOf(run)}`);

  await page.getByRole('tab', { name: 'Image' }).click();
  await page.waitForTimeout(600);
  await page.getByRole('tab', { name: 'Text' }).click();
  await page.waitForTimeout(600);
  const whole = await seen();
  say(where, 'after all', whole);
  expect(sumOfShifts(whole)).toBeLessThanOrEqual(MOST);
}

function say(where: string, when: string, seen: Steadiness): void {
  console.log(`${where}, ${when}: moved ${sumOfShifts(seen).toFixed(4)}, ${blocksOf(seen.longTasks)}`);
  for (const { at, value, what } of seen.shifts)
    console.log(`  ${value.toFixed(4)} at ${at.toFixed(0)} ms: ${what.join('; ')}`);
}
