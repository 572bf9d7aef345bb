/**
 * Pictures that others are drawn from: by keyboard alone, where what is pressed may go away and the focus never does; a result that is
 * edited; what is refused; and going on beyond a picture's edges, again and again. On the CPU, which is quick here.
 */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { expect, golden, test } from './app';

/** Of what is drawn beyond: as small as the app draws. */
const SIDE = 48;

const white = PNG.sync.write(
  Object.assign(new PNG(), { width: 64, height: 64, data: Buffer.alloc(4 * 64 * 64, 255) }),
);
const corner = (() => {
  const part = new PNG({ width: SIDE, height: SIDE });
  PNG.bitblt(PNG.sync.read(readFileSync(new URL('mini-sd/00.png', golden))), part, 24, 24, SIDE, SIDE, 0, 0);
  return PNG.sync.write(part);
})();
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });

/** A GIF of one pixel and two frames. */
const frame = '2c000000000100010000' + '0202440100';
const twoFrames = Buffer.from(`47494638396101000100800000000000ffffff${frame}${frame}3b`, 'hex');

// One visit: what a page costs is its first picture.
test('candidates are accepted and discarded by keys; a result is edited, what is no picture refused; and a picture goes on beyond its edges', async ({
  app,
}) => {
  const { page } = app;
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const press = async (name: string | RegExp) => {
    await button(name).focus();
    await page.keyboard.press('Enter');
  };
  await app.open();

  await test.step('candidates are accepted and discarded, pictures deleted and windows closed, and the focus is somewhere', async () => {
    await page.getByRole('tab', { name: 'Image' }).click();
    await page.getByLabel('Source image').setInputFiles(file('white.png', white));
    await app.fill({ prompt: 'sun', steps: 2, guidance: 1 });
    await page.getByRole('spinbutton', { name: 'Batch count' }).fill('3');
    await press('Generate');
    await expect(app.progress).toBeVisible();
    await expect(app.progress).toBeHidden({ timeout: 120_000 });
    await expect(app.generate).toBeFocused();

    // The next candidate, the one after, and then what they were made of.
    await press('Discard');
    await expect(page.getByText('2 of 2')).toBeVisible();
    await expect(button('Discard')).toBeFocused();
    await press('Accept');
    await expect(page.getByRole('group', { name: 'Canvas' })).toBeFocused();

    // A window opened by key gives the focus back.
    await press(/nothing sent elsewhere/);
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(button(/nothing sent elsewhere/)).toBeFocused();

    // The next of the earlier pictures takes the place of one that is deleted; without any, it goes on at Generate.
    await page.getByRole('tab', { name: 'Text' }).click();
    await press(/^Picture 2/);
    await press('Delete picture');
    await expect(button(/^Picture 2/)).toBeHidden();
    await expect(button(/^Picture 1/)).toBeFocused();
    await page.keyboard.press('Enter');
    await press('Delete picture');
    await expect(button(/^Picture/)).toBeHidden();
    expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
    await page.getByRole('spinbutton', { name: 'Batch count' }).fill('1');
  });

  await test.step('a result can be edited: little strength keeps it, full strength draws anew', async () => {
    await app.fill({
      prompt: 'red apple',
      steps: 4,
      guidance: 5,
      seed: 1,
      sampler: 'DDIM',
      width: 64,
      height: 64,
    });
    const apple = await app.draw();
    await page.getByRole('button', { name: 'Edit this' }).click();
    await expect(page.getByRole('tab', { name: 'Image' })).toHaveAttribute('aria-selected', 'true');

    const difference = async (strength: string, prompt: string, steps: number): Promise<number> => {
      await page.getByRole('slider', { name: 'Denoising strength' }).fill(strength);
      await app.fill({ prompt, steps, seed: 2 });
      const drawn = await app.draw();
      expect([drawn.width, drawn.height]).toEqual([64, 64]);
      return drawn.data.reduce((sum, byte, i) => sum + Math.abs(byte - apple.data[i]!), 0) / (64 * 64 * 3);
    };
    const little = await difference('0.1', 'red apple', 10);
    const full = await difference('1', 'penguin', 4);
    console.log(`mean difference from the source: ${little.toFixed(1)} at 0.1, ${full.toFixed(1)} at 1`);
    expect(little).toBeLessThan(8);
    expect(full).toBeGreaterThan(5 * little);
  });

  await test.step('what is no usable picture is refused in plain words, in every mode that takes one', async () => {
    await page.getByRole('button', { name: 'Remove picture' }).click();
    for (const [mode, name, mimeType, buffer, words] of [
      [
        'Image',
        'logo.svg',
        'image/svg+xml',
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
        /drawing \(SVG\)/,
      ],
      ['Image', 'cut.jpg', 'image/jpeg', Buffer.from('ÿØÿà but no picture', 'latin1'), /damaged/],
      ['Inpaint', 'dance.gif', 'image/gif', twoFrames, /animation/],
      [
        'Outpaint',
        'wall.png',
        'image/png',
        PNG.sync.write(new PNG({ width: 30_000, height: 2 })),
        /30000 × 2 pixels/,
      ],
    ] as const) {
      await page.getByRole('tab', { name: mode }).click();
      await page.getByLabel('Source image').setInputFiles({ name, mimeType, buffer });
      await expect(app.alert).toContainText(name);
      await expect(app.alert).toContainText(words);
      await expect(app.generate).toHaveAttribute('aria-disabled', 'true');
    }
  });

  await test.step('64 pixels to the right, accepted, and then some at the bottom by dragging the frame', async () => {
    await page.getByRole('tab', { name: 'Outpaint' }).click();
    await page.getByLabel('Source image').setInputFiles(file('corner.png', corner));
    await expect(page.getByText('Drag an edge of the frame')).toBeVisible();
    await page.getByRole('spinbutton', { name: 'Right' }).fill('64');
    await page.getByRole('slider', { name: 'Feather' }).fill('8');
    await expect(page.getByText(`${SIDE + 64} × ${SIDE}`, { exact: true })).toBeVisible();
    await app.fill({ prompt: 'penguin', steps: 2, guidance: 1, seed: 1 });
    const wide = await app.draw();
    expect([wide.width, wide.height]).toEqual([SIDE + 64, SIDE]);

    const { width } = wide;
    const kept = SIDE - 8; // up to where the feather begins
    const source = PNG.sync.read(corner);
    const colours = new Set<number>();
    let changed = 0;
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < width; x++) {
        if (x < kept) {
          for (let c = 0; c < 4; c++)
            changed += Number(wide.data[4 * (y * width + x) + c] !== source.data[4 * (y * SIDE + x) + c]);
        } else if (x >= SIDE) {
          colours.add(wide.data.readUInt32LE(4 * (y * width + x)));
        }
      }
    }
    console.log(`${changed} bytes changed beyond the feather, ${colours.size} colours in the new part`);
    expect(changed).toBe(0);
    expect(colours.size).toBeGreaterThan(500);

    await page.getByRole('button', { name: 'Accept' }).click();
    await expect(page.getByText('Drag an edge of the frame')).toBeVisible();
    const handle = (await page.getByRole('button', { name: 'Pull bottom', exact: true }).boundingBox())!; // it is in sight
    const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 60, { steps: 5 });
    await page.mouse.up();
    const bottom = Number(await page.getByRole('spinbutton', { name: 'Bottom' }).inputValue());
    expect(bottom).toBeGreaterThan(2);
    const tall = await app.draw();
    expect([tall.width, tall.height]).toEqual([width, SIDE + bottom]);
    expect(tall.data.subarray(0, 4 * width * kept).equals(wide.data.subarray(0, 4 * width * kept))).toBe(
      true,
    );
  });
});
