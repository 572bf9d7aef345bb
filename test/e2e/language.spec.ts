/** The page speaks the language of whoever opens it. */
import { fileURLToPath } from 'node:url';
import { expect, test } from './app';

const picture = fileURLToPath(new URL('../../models/samples.png', import.meta.url));

test('the app is listed in Lithuanian, too', async ({ request }) => {
  const [english, lithuanian] = await Promise.all(
    ['', '.lt'].map(async (lang) => (await request.get(`/manifest${lang}.webmanifest`)).json()),
  );
  expect(english.lang).toBe('en');
  expect(lithuanian.lang).toBe('lt');
  expect(lithuanian.description).toContain('naršyklėje');
  expect(lithuanian.shortcuts.map(({ name }: { name: string }) => name)).toContain('Albumas');
  // All but what people read is the same.
  const read = new Set(['lang', 'description', 'name', 'label']);
  const unread = (manifest: object): unknown =>
    JSON.parse(JSON.stringify(manifest, (key, value: unknown) => (read.has(key) ? undefined : value)));
  expect(unread(lithuanian)).toEqual(unread(english));
});

test('to a Lithuanian the app speaks Lithuanian, of a run, too, until English is chosen, which is remembered', async ({
  app,
  context,
}) => {
  const { page } = app;
  // As `locale` of Playwright does it, but for this page alone: others share its profile.
  const session = await context.newCDPSession(page);
  const userAgent = await page.evaluate(() => navigator.userAgent);
  await session.send('Emulation.setUserAgentOverride', { userAgent, acceptLanguage: 'lt-LT' });
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('lang', 'lt');
  await expect(page).toHaveTitle('Drobė: Stable Diffusion jūsų naršyklėje');
  await expect(page.locator('meta[name=description]')).toHaveAttribute('content', /^Kurkite vaizdus/);
  await expect(page.locator('link[rel=manifest]')).toHaveAttribute('href', './manifest.lt.webmanifest');
  const generate = page.getByRole('button', { name: 'Generuoti' });
  await expect(generate).toBeEnabled();
  // English is the other language, and names of things that have no other.
  await expect(page.getByRole('button', { name: 'Generate' })).toHaveCount(0);

  await page.getByRole('textbox', { name: 'Užklausa', exact: true }).fill('red apple');
  // Numbers and sentences of runs are in `unit/ui/words`; here one is told of, which need compute nothing.
  const letGo = await app.holdModel();
  await generate.click();
  await expect(page.getByRole('button', { name: 'Atšaukti' })).toBeVisible();
  await expect(page).toHaveTitle('Dirbama · Drobė');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('status').filter({ hasText: /^\s*Atšaukta\.\s*$/ })).toBeVisible();
  await letGo();

  // At once and without a reload, with what was typed still there.
  await page.evaluate(() => Object.assign(window, { before: true }));
  await page.getByRole('button', { name: 'EN, English' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(app.generate).toBeVisible();
  await expect(page).toHaveTitle('Drobė: Stable Diffusion in your browser');
  await expect(page.locator('link[rel=manifest]')).toHaveAttribute('href', './manifest.webmanifest');
  await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('red apple');
  expect(await page.evaluate(() => 'before' in window)).toBe(true);

  await page.reload();
  await expect(app.generate).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');

  await page.getByRole('button', { name: 'LT, Lietuvių' }).click();
  await expect(generate).toBeVisible();

  // Its words are longer: on the narrowest phone they have room, too.
  await page.setViewportSize({ width: 320, height: 700 });
  await page.getByRole('tab', { name: 'Įpiešti' }).click();
  await page.getByLabel('Pradinis vaizdas').setInputFiles(picture);
  await expect(page.getByRole('toolbar', { name: 'Kaukės įrankiai' })).toBeVisible();
  const widthOf = (what: string) => page.locator(what).evaluate(({ scrollWidth }) => scrollWidth);
  await expect.poll(() => widthOf('html')).toBeLessThanOrEqual(320);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Spartieji klavišai' })).toBeVisible();
  await expect.poll(() => widthOf('dialog[open]')).toBeLessThanOrEqual(320);
});
