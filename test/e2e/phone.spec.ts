/** A photo from a phone, on a phone: large, turned by a note in its header, and painted on with fingers. */
import type { Locator, Page } from 'playwright/test';
import { fileURLToPath } from 'node:url';
import { expect, test } from './app';
import { MaskCanvas } from './canvas';
import { Phone } from './phone';

const viewport = { width: 390, height: 844 };

/** EXIF with nothing but "turn me by 90° clockwise", for behind a JPEG's first two bytes. */
const turned = Buffer.from(
  'ffe1002245786966' + '0000' + '4d4d002a00000008' + '0001' + '011200030000000100060000' + '00000000',
  'hex',
);

const photo = fileURLToPath(new URL('../../models/samples.png', import.meta.url));

const pressed =
  'button, summary, select, textarea, a[href], label.button, label:has(> .unseen), input:not(.unseen)';

/** What is wrong with what is pressed, in the window that is open or on the page, a line each. */
const awkward = (page: Page) =>
  page.evaluate((selector) => {
    const things = [
      ...(document.querySelector('dialog[open]') ?? document).querySelectorAll<HTMLElement>(selector),
    ]
      .filter((thing) => thing.checkVisibility() && !thing.closest('label:not(:has(> .unseen))'))
      .map((thing) => ({ thing, box: thing.getBoundingClientRect() }));
    const nameOf = (thing: HTMLElement) =>
      `${thing.tagName} ${thing.getAttribute('aria-label') ?? thing.innerText}`.slice(0, 50);
    /** What stays where it is while the rest is scrolled. */
    const layerOf = (thing: Element): Element | null => {
      const { position } = getComputedStyle(thing);
      if (position === 'fixed' || position === 'sticky' || !thing.parentElement) return thing;
      return layerOf(thing.parentElement);
    };
    const small = things.filter(({ thing, box }) => {
      const around = Number.parseFloat(getComputedStyle(thing, '::after').insetBlockStart) || 0;
      return !thing.matches('p a:not(.button)') && box.height - 2 * Math.min(around, 0) < 43.9; // links in a sentence are as high as it
    });
    const cutOff = things.filter(
      ({ box }) => box.left < 0 || box.right > document.documentElement.clientWidth,
    );
    const tooNarrow = things.filter(
      ({ thing }) =>
        thing.matches('button, label, summary, a') &&
        thing.innerText &&
        thing.scrollWidth > thing.clientWidth + 1,
    );
    const covered = things.flatMap(({ thing, box }, i) =>
      things.slice(i + 1).flatMap(({ thing: other, box: over }) => {
        const wide = Math.min(box.right, over.right) - Math.max(box.left, over.left);
        const high = Math.min(box.bottom, over.bottom) - Math.max(box.top, over.top);
        const apart = wide < 2 || high < 2 || thing.contains(other) || layerOf(thing) !== layerOf(other);
        return apart ? [] : [`${nameOf(other)} lies over ${nameOf(thing)}`];
      }),
    );
    return [
      ...small.map(({ thing }) => `${nameOf(thing)} is less than 44 px high`),
      ...cutOff.map(({ thing }) => `${nameOf(thing)} is cut off at the side`),
      ...tooNarrow.map(({ thing }) => `${nameOf(thing)} says more than it has room for`),
      ...covered,
    ];
  }, pressed);

// One visit: what a page costs is its first picture.
test('what is pressed is in sight, large enough for a finger and neither cut off nor covered; a large photo is painted on', async ({
  app,
}) => {
  const { page } = app;
  const dialog = page.getByRole('dialog');
  const phone = await Phone.of(page, viewport);
  const expectRoom = async (where: string) => {
    // The first two are what desktops have at 200 %.
    for (const [width, height] of [
      [720, 700],
      [640, 400],
      [390, 700],
      [320, 700],
    ] as const) {
      await phone.resize({ width, height });
      const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
      await expect.poll(wide, `${where}, ${width} pixels wide`).toBeLessThanOrEqual(width); // pictures follow a moment later
      expect.soft(await awkward(page), `${where}, ${width} pixels wide`).toEqual([]);
    }
  };
  await app.open();
  await expectRoom('to begin with');
  await phone.resize(viewport);
  const unfold = (open: boolean) =>
    page
      .locator('details')
      .evaluateAll((all, open) => all.forEach((one) => one.toggleAttribute('open', open)), open);
  await unfold(true);
  await phone.write(32);
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth), 'with letters twice as large')
    .toBe(viewport.width);
  await phone.write(16);
  await unfold(false);

  await test.step('prompt and Generate are always in sight, and what one works on where it is worked on', async () => {
    const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
    const seen = async (...places: Locator[]) => {
      for (const place of [prompt, app.generate, ...places])
        await expect(place).toBeInViewport({ ratio: 0.9 });
    };
    const canvas = page.getByRole('group', { name: 'Canvas' });
    for (const mode of ['Image', 'Inpaint', 'Outpaint', 'Instruct']) {
      await phone.tap(page.getByRole('tab', { name: mode }));
      await canvas.scrollIntoViewIfNeeded();
      await seen(canvas, canvas.getByText('Choose a picture'));
    }
    await phone.tap(page.getByRole('tab', { name: 'Text' }));
    await canvas.scrollIntoViewIfNeeded();
    await seen(canvas);
    await phone.tap(app.generate);
    await expect(
      page.getByRole('status').filter({ hasText: 'Say what the picture should show' }),
    ).toBeVisible();

    await app.fill({ prompt: 'a sunflower, '.repeat(30), steps: 1, guidance: 1 });
    await phone.tap(app.generate);
    await expect(app.result).toBeVisible();
    await seen(app.result);
    await expect(page.getByRole('button', { name: 'Read on' })).toBeVisible();
    await expectRoom('with a picture');
    await phone.resize(viewport);

    await phone.tap(page.getByRole('tab', { name: 'Inpaint' }));
    await page.getByLabel('Source image').setInputFiles(photo);
    const tools = page.getByRole('toolbar', { name: 'Mask tools' });
    const { surface } = new MaskCanvas(page);
    await seen(tools, surface);
    await phone.resize({ width: viewport.height, height: viewport.width });
    await tools.evaluate((bar) => bar.scrollIntoView());
    const belowCanvas = async () => {
      const [canvas, button] = await Promise.all([surface.boundingBox(), app.generate.boundingBox()]);
      return button!.y - canvas!.y - canvas!.height; // both are in sight
    };
    await expect.poll(belowCanvas, 'on its side').toBeGreaterThanOrEqual(0);
    await phone.resize(viewport);
    await phone.tap(page.getByRole('tab', { name: 'Outpaint' }));
    await seen(page.getByRole('button', { name: /^Pull/ }).first());
  });

  await test.step('nothing is too small, cut off or covered, on narrow phones and enlarged to 200 % too', async () => {
    await phone.tap(page.getByRole('tab', { name: 'Text' }));
    await phone.tap(page.getByText('Advanced'));
    const middleOf = ({ top, bottom }: DOMRect) => (top + bottom) / 2;
    const add = [page.getByText('Add control'), page.getByText('Reference image', { exact: true })];
    for (const width of [1440, 720, 390, 320]) {
      await phone.resize({ width, height: 700 });
      const [control, reference] = await Promise.all(
        add.map((words) => words.evaluate((thing) => thing.getBoundingClientRect())),
      );
      expect(middleOf(reference!), `on one line, ${width} pixels wide`).toBeCloseTo(middleOf(control!), 0);
    }
    await phone.tap(page.getByRole('tab', { name: 'Inpaint' }));
    await expectRoom('where one paints');

    await phone.tap(page.getByRole('button', { name: 'Add control' }));
    await page.getByRole('button', { name: 'Reference image' }).setInputFiles(photo);
    await expect(page.getByRole('img', { name: 'To draw like' })).toBeVisible();
    await phone.tap(page.getByText(/^Models on this device/));
    await expectRoom('with a control and a reference');
    for (const name of [
      'Draw…',
      'Paint a mask…',
      'Download a model',
      'Storage…',
      'Inspect mini-sd.safetensors',
    ]) {
      await phone.tap(page.getByRole('button', { name }));
      await expect(dialog).toBeVisible();
      await expectRoom(name);
      if (name.startsWith('Inspect')) {
        await phone.tap(dialog.getByRole('tab', { name: /^Tensors/ }));
        await expectRoom('tensors');
      }
      await page.keyboard.press('Escape');
    }
    for (const name of ['Remove control', 'Remove reference image'])
      await phone.tap(page.getByRole('button', { name, exact: true }));
  });

  await test.step('a photo of 18 megapixels is turned upright and scaled down, which is said, painted on by one finger and zoomed by two', async () => {
    await phone.resize(viewport);
    // 6000 × 3000, red on the left and blue on the right: upright, red is above.
    const base64 = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(6000, 3000);
      const context = canvas.getContext('2d')!; // this browser has one
      context.fillStyle = '#c02020';
      context.fillRect(0, 0, 3000, 3000);
      context.fillStyle = '#2040c0';
      context.fillRect(3000, 0, 3000, 3000);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
      return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
    });
    const jpeg = Buffer.from(base64, 'base64');
    const buffer = Buffer.concat([jpeg.subarray(0, 2), turned, jpeg.subarray(2)]);
    await page.getByRole('tab', { name: 'Inpaint' }).click();
    await page
      .getByLabel('Source image')
      .setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer });
    const told = page.getByRole('status').filter({ hasText: 'Scaled down from 3000 × 6000' });
    await expect(told).toBeInViewport({ ratio: 1 });
    await told.getByRole('button', { name: 'Dismiss' }).click();
    await expect(told).toBeHidden();
    await expect(page.getByText('Scaled down from 3000 × 6000')).toBeVisible(); // at its field
    await expect(page.getByText(/^2896 × 5792/)).toBeVisible();

    const canvas = new MaskCanvas(page);
    const undo = page.getByTitle('Undo (Ctrl+Z)');
    await expect(canvas.surface).toBeInViewport();
    const [a, b] = [await canvas.at(0.3, 0.3), await canvas.at(0.6, 0.4)];
    await phone.touch('touchStart', a);
    await phone.touch('touchMove', b);
    await phone.touch('touchEnd');
    await expect(undo).toBeEnabled();

    // Two fingers move apart: the picture grows, and nothing is painted.
    const scale = () =>
      canvas.surface.evaluate((surface) => surface.querySelector('img')!.getBoundingClientRect().width); // the picture
    const before = await scale();
    await phone.touch('touchStart', a);
    await phone.touch('touchStart', a, b);
    await phone.touch('touchMove', { x: a.x - 40, y: a.y - 20 }, { x: b.x + 40, y: b.y + 20 });
    await phone.touch('touchEnd');
    expect(await scale()).toBeGreaterThan(1.3 * before);
    await undo.click();
    await expect(page.getByRole('button', { name: 'Clear mask' })).toBeDisabled(); // one stroke was all there was
    await page.getByRole('button', { name: 'Redo' }).click();

    await app.fill({ prompt: 'sunflower', steps: 2 });
    await app.generate.click();
    await expect(page.getByRole('button', { name: 'Back to the canvas' })).toBeInViewport({ ratio: 1 });
    const wide = page.evaluate(() => document.documentElement.scrollWidth);
    expect(await wide, 'while it is drawn').toBeLessThanOrEqual(viewport.width);
    await expect(page.getByRole('button', { name: 'Accept' })).toBeVisible();
    const found = await app.result.evaluate(async (image: HTMLImageElement) => {
      const context = new OffscreenCanvas(1, 1).getContext('2d')!; // this browser has one
      const pixel = async (x: number, y: number) => {
        context.drawImage(await createImageBitmap(image, x, y, 1, 1), 0, 0);
        return [...context.getImageData(0, 0, 1, 1).data];
      };
      const { naturalWidth: width, naturalHeight: height } = image;
      const top = await pixel(100, 100);
      return { size: [width, height], top, bottom: await pixel(width - 100, height - 100) };
    });
    expect(found.size).toEqual([2896, 5792]);
    expect(found.top[0]).toBeGreaterThan(150);
    expect(found.bottom[2]).toBeGreaterThan(150);
  });
});
