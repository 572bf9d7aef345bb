/** A photo from a phone, on a phone: large, turned by a note in its header, and painted on with fingers. */
import { devices, type CDPSession, type Locator, type Page } from 'playwright/test';
import { fileURLToPath } from 'node:url';
import { expect, test } from './app';
import { MaskCanvas } from './canvas';

const { viewport, hasTouch, isMobile } = { ...devices['iPhone 14'], viewport: { width: 390, height: 844 } };
test.use({ ownProfile: true, viewport, hasTouch, isMobile });

/** EXIF with nothing but "turn me by 90° clockwise", for behind a JPEG's first two bytes. */
const turned = Buffer.from(
  'ffe1002245786966' + '0000' + '4d4d002a00000008' + '0001' + '011200030000000100060000' + '00000000',
  'hex',
);

const touch = (
  client: CDPSession,
  type: 'touchStart' | 'touchMove' | 'touchEnd',
  ...points: { x: number; y: number }[]
) =>
  client.send('Input.dispatchTouchEvent', {
    type,
    touchPoints: points.map((point, id) => ({ ...point, id })),
  });

test('a photo of 12 megapixels is turned upright, painted on by one finger and zoomed by two', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  // 4000 × 3000, red on the left and blue on the right: upright, red is above.
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(4000, 3000);
    const context = canvas.getContext('2d')!; // this browser has one
    context.fillStyle = '#c02020';
    context.fillRect(0, 0, 2000, 3000);
    context.fillStyle = '#2040c0';
    context.fillRect(2000, 0, 2000, 3000);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
  });
  const jpeg = Buffer.from(base64, 'base64');
  const buffer = Buffer.concat([jpeg.subarray(0, 2), turned, jpeg.subarray(2)]);
  await page.getByRole('tab', { name: 'Inpaint' }).click();
  await page.getByLabel('Source image').setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer });
  await expect(page.getByText(/3000 × 4000/)).toBeVisible();

  const canvas = new MaskCanvas(page);
  await expect(canvas.surface).toBeInViewport();
  const client = await page.context().newCDPSession(page);
  const [a, b] = [await canvas.at(0.3, 0.3), await canvas.at(0.6, 0.4)];
  await touch(client, 'touchStart', a);
  await touch(client, 'touchMove', b);
  await touch(client, 'touchEnd');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeEnabled();

  // Two fingers move apart: the picture grows, and nothing is painted.
  const scale = () =>
    canvas.surface.evaluate((surface) => surface.querySelector('img')!.getBoundingClientRect().width); // the picture
  const before = await scale();
  await touch(client, 'touchStart', a);
  await touch(client, 'touchStart', a, b);
  await touch(client, 'touchMove', { x: a.x - 40, y: a.y - 20 }, { x: b.x + 40, y: b.y + 20 });
  await touch(client, 'touchEnd');
  expect(await scale()).toBeGreaterThan(1.3 * before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
  await page.getByRole('button', { name: 'Redo' }).click();

  await app.fill({ prompt: 'sunflower', steps: 2 });
  await app.generate.click();
  await expect(page.getByRole('button', { name: 'Accept' })).toBeVisible({ timeout: 120_000 });
  const found = await app.result.evaluate(async (image: HTMLImageElement) => {
    const drawn = await createImageBitmap(image);
    const context = new OffscreenCanvas(drawn.width, drawn.height).getContext('2d')!; // this browser has one
    context.drawImage(drawn, 0, 0);
    const pixel = (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data];
    return { size: [drawn.width, drawn.height], top: pixel(100, 100), bottom: pixel(2900, 3900) };
  });
  expect(found.size).toEqual([3000, 4000]);
  expect(found.top[0]).toBeGreaterThan(150);
  expect(found.bottom[2]).toBeGreaterThan(150);
});

const photo = fileURLToPath(new URL('../../models/samples.png', import.meta.url));

test('prompt and Generate are always in sight, and what one works on where it is worked on', async ({
  app,
}) => {
  const { page } = app;
  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  await app.open();
  const seen = async (...places: Locator[]) => {
    for (const place of [prompt, app.generate, ...places]) await expect(place).toBeInViewport({ ratio: 0.9 });
  };
  await seen();
  await app.generate.tap();
  await expect(
    page.getByRole('status').filter({ hasText: 'Say what the picture should show' }),
  ).toBeVisible();

  await app.fill({ prompt: 'sun', steps: 2 });
  await app.generate.tap();
  await expect(app.progress).toBeVisible();
  await expect(app.progress).toBeHidden({ timeout: 120_000 });
  await seen(app.result);

  await page.getByRole('tab', { name: 'Inpaint' }).tap();
  await page.getByLabel('Source image').setInputFiles(photo);
  await seen(page.getByRole('toolbar', { name: 'Mask tools' }), new MaskCanvas(page).surface);
  await page.getByRole('tab', { name: 'Outpaint' }).tap();
  await seen(page.getByRole('button', { name: /^Pull/ }).first());
});

/** What a finger could miss: things to press that are less than 44 px high, or cut off at the side. */
const missed = (page: Page) =>
  page.evaluate(() => {
    const pressed =
      'button, summary, select, textarea, a[href], label.button, label:has(> .unseen), input:not(.unseen)';
    return [...document.querySelectorAll<HTMLElement>(pressed)]
      .filter((thing) => thing.checkVisibility() && !thing.closest('label:not(:has(> .unseen))'))
      .filter((thing) => {
        const { height, left, right } = thing.getBoundingClientRect();
        const around = Number.parseFloat(getComputedStyle(thing, '::after').insetBlockStart) || 0;
        return (
          height - 2 * Math.min(around, 0) < 43.9 || left < 0 || right > document.documentElement.clientWidth
        );
      })
      .map((thing) => `${thing.tagName} ${thing.getAttribute('aria-label') ?? thing.innerText}`.slice(0, 50));
  });

test('what is pressed is large enough for a finger, and nothing is cut off, on narrow phones too', async ({
  app,
}) => {
  const { page } = app;
  const expectLarge = async (where: string) => {
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 700 });
      expect.soft(await missed(page), `${where}, ${width} pixels wide`).toEqual([]);
      expect
        .soft(await page.evaluate(() => document.documentElement.scrollWidth), where)
        .toBeLessThanOrEqual(width);
    }
  };
  await app.open();
  await page.getByText('Advanced').tap();
  await expectLarge('to begin with');
  await app.fill({ prompt: 'a sunflower, '.repeat(30), steps: 2 });
  await app.generate.tap();
  await expect(app.result).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('button', { name: 'Read on' })).toBeVisible();
  await expectLarge('with a picture');
  await page.getByRole('tab', { name: 'Inpaint' }).tap();
  await page.getByLabel('Source image').setInputFiles(photo);
  await expect(new MaskCanvas(page).surface).toBeVisible();
  await expectLarge('where one paints');
});
