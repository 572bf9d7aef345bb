/**
 * The app as one among those of a device. No system is here that would install it and start it with a file: what that
 * system reads of the app and hands over to it is tried where it comes in; what it posts to it, in `offline.spec.ts`; what it is handed,
 * in `prompts.spec.ts`.
 */
import type { Page } from 'playwright/test';
import { PNG } from 'pngjs';
import { expect, test } from './app';

const picture = PNG.sync.write(new PNG({ width: 64, height: 64 }));

const source = (page: Page) => page.getByText(/^source\.png/);
const tab = (page: Page, name: string) => page.getByRole('tab', { name });

test('Chromium reads the whole manifest without an error, and finds all it names; shortcuts and files lead to a mode, and a window that does not come is told of', async ({
  app,
  request,
}) => {
  const { page } = app;
  await page.addInitScript(() => {
    const launchQueue = { setConsumer: (consumer: unknown) => Object.assign(window, { consumer }) };
    Object.defineProperty(window, 'launchQueue', { value: launchQueue });
  });
  await test.step('shortcuts lead to a mode, once', async () => {
    await page.goto('/#inpaint');
    await expect(tab(page, 'Inpaint')).toHaveAttribute('aria-selected', 'true');
    expect(new URL(page.url()).hash).toBe('');
    await page.evaluate(() => (location.hash = 'new'));
    await expect(tab(page, 'Text')).toHaveAttribute('aria-selected', 'true');
    await app.ready();
  });

  await test.step('Chromium reads the manifest, and finds all it names', async () => {
    const session = await page.context().newCDPSession(page);
    const { errors, data, url } = await session.send('Page.getAppManifest');
    await session.detach();
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data!) as {
      icons: { src: string; purpose?: string }[];
      screenshots: { src: string }[];
      share_target: { action: string };
      file_handlers: { accept: Record<string, string[]> }[];
    };
    for (const { src } of [...manifest.icons, ...manifest.screenshots])
      expect((await request.get(new URL(src, url).href)).ok(), src).toBe(true);
    expect(manifest.icons.map(({ purpose }) => purpose)).toContain('maskable');
    expect(Object.values(manifest.file_handlers[0]!.accept).flat()).toEqual(
      expect.arrayContaining(['.safetensors', '.png', '.webp', '.jpg', '.pth']),
    );
  });

  await test.step('a picture that the app is started with is started from', async () => {
    await page.waitForFunction(() => 'consumer' in window);
    await page.evaluate(async (bytes) => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle('source.png', { create: true });
      const file = await handle.createWritable();
      await file.write(Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)));
      await file.close();
      const { consumer } = window as unknown as { consumer: (launch: object) => void };
      consumer({ targetURL: location.href, files: [handle] });
    }, picture.toString('base64'));
    await expect(source(page)).toBeVisible();
    await expect(tab(page, 'Image')).toHaveAttribute('aria-selected', 'true');
  });

  await test.step('a window whose script does not come is told of', async () => {
    await page.route(/\/KeyHelp-[^/]*\.js$/, (route) => route.abort());
    await page.keyboard.press('?');
    await expect(app.alert).toContainText('could not be fetched');
    await expect(app.alert.getByRole('button', { name: 'Reload' })).toBeVisible();
  });
});
