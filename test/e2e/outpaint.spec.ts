/** Going on beyond a picture's edges, again and again. On the CPU, which is quick here. */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { expect, golden, test } from './app';

const buffer = readFileSync(new URL('mini-sd/00.png', golden));

test('64 pixels to the right, accepted, and then some at the bottom by dragging the frame', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  await page.getByRole('tab', { name: 'Outpaint' }).click();
  await page.getByLabel('Source image').setInputFiles({ name: 'apple.png', mimeType: 'image/png', buffer });
  await expect(page.getByText('Drag an edge of the frame')).toBeVisible();
  await page.getByRole('spinbutton', { name: 'Right' }).fill('64');
  await page.getByRole('slider', { name: 'Feather' }).fill('8');
  await expect(page.getByText('160 × 96', { exact: true })).toBeVisible();
  await app.fill({ prompt: 'penguin', steps: 2, seed: 1 });
  const wide = await app.draw();
  expect([wide.width, wide.height]).toEqual([160, 96]);

  const source = PNG.sync.read(buffer);
  const colours = new Set<number>();
  let changed = 0;
  for (let y = 0; y < 96; y++) {
    for (let x = 0; x < 160; x++) {
      if (x < 88) {
        for (let c = 0; c < 4; c++)
          changed += Number(wide.data[4 * (y * 160 + x) + c] !== source.data[4 * (y * 96 + x) + c]);
      } else if (x >= 96) {
        colours.add(wide.data.readUInt32LE(4 * (y * 160 + x)));
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
  expect([tall.width, tall.height]).toEqual([160, 96 + bottom]);
  const kept = 96 - 8;
  expect(tall.data.subarray(0, 4 * 160 * kept).equals(wide.data.subarray(0, 4 * 160 * kept))).toBe(true);
});
