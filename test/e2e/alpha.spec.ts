/** Pictures that something shows through, and others that are not what they seem: what comes of them, and what is said. */
import { PNG } from 'pngjs';
import { expect, test } from './app';
import { MaskCanvas } from './canvas';

const SIDE = 96;

/** Each pixel by its place. */
function png(width: number, height: number, of: (x: number, y: number) => readonly number[]): Buffer {
  const picture = new PNG({ width, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) picture.data.set(of(x, y), 4 * (y * width + x));
  return PNG.sync.write(picture);
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });
const inMiddle = (x: number, y: number): boolean => x >= 32 && x < 64 && y >= 32 && y < 64;

test('clear parts stay clear, masks are read by what they show, and each file is told', async ({
  app,
  page,
}) => {
  await app.open();
  await page.getByRole('tab', { name: 'Inpaint' }).click();
  const canvas = new MaskCanvas(page);

  await test.step('outside of the mask every byte of a picture with clear parts is its own', async () => {
    // Clear pixels have colours, too, which nobody sees.
    const alphas = [255, 0, 128, 7];
    const bytes = png(SIDE, SIDE, (x, y) => [2 * x, 2 * y, 40, alphas[(x >> 3) % 4]!]);
    await page.getByLabel('Source image').setInputFiles(file('cut-out.png', bytes));
    await expect(page.getByText('Clear parts stay clear where nothing is masked')).toBeVisible();
    const hole = png(SIDE, SIDE, (x, y) => [0, 0, 0, inMiddle(x, y) ? 0 : 255]);
    await page.getByLabel('Mask image').setInputFiles(file('hole.png', hole));
    await expect(page.getByText('What is clear in hole.png will be drawn anew: 11 %')).toBeVisible();
    await page.getByRole('slider', { name: 'Mask blur' }).fill('0');
    await app.fill({ prompt: 'penguin', steps: 2, guidance: 1 });
    const drawn = await app.draw();
    const source = PNG.sync.read(bytes);
    let [kept, opaque] = [0, 0];
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [from, to] = [4 * i, 4 * i + 4];
      if (inMiddle(i % SIDE, Math.floor(i / SIDE))) opaque += Number(drawn.data[from + 3] === 255);
      else kept += Number(drawn.data.subarray(from, to).equals(source.data.subarray(from, to)));
    }
    expect([kept, opaque]).toEqual([SIDE * SIDE - 32 * 32, 32 * 32]);

    // What was accepted, and kept by the browser over a reload, is as good as the file.
    await page.getByRole('button', { name: 'Accept' }).click();
    await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();
    await page.getByLabel('Mask image').setInputFiles(file('hole.png', hole));
    const again = await app.draw();
    for (const i of [0, 8, 16, 24].map((x) => 4 * x))
      expect([...again.data.subarray(i, i + 4)]).toEqual([...source.data.subarray(i, i + 4)]);
    await page.getByRole('button', { name: 'Back to the canvas' }).click();
  });

  for (const [name, of, told, share] of [
    ['ink.png', (x: number, y: number) => [0, 0, 0, inMiddle(x, y) ? 255 : 0], /painted in ink.png/, 11],
    ['photo.png', (x: number, y: number) => [2 * x, y, 90, 255], /bright in photo.png/, 26],
  ] as const) {
    await test.step(`${name} as a mask`, async () => {
      await page.getByLabel('Mask image').setInputFiles(file(name, png(SIDE, SIDE, of)));
      await expect(page.getByText(told)).toContainText(`${share} % of the picture`);
      const { alpha } = await canvas.mask();
      const sum = alpha.reduce((all, a) => all + a, 0) / 255 / alpha.length;
      expect(Math.round(100 * sum)).toBe(share);
    });
  }

  await test.step('a picture too large to work on says what became of it; an empty file, that it is empty', async () => {
    const [width, height] = [6000, 3000];
    const data = Buffer.alloc(width * height, 255);
    // A byte a pixel.
    const grey = { colorType: 0, inputColorType: 0, deflateLevel: 1, filterType: 0 } as const;
    const bytes = PNG.sync.write(Object.assign(new PNG(), { width, height, data }), grey);
    await page.getByLabel('Source image').setInputFiles(file('wall.png', bytes));
    await expect(page.getByText('Scaled down from 6000 × 3000')).toBeVisible();
    await expect(page.getByText(/^5792 × 2896/)).toBeVisible();
    await page.getByLabel('Source image').setInputFiles(file('nothing.png', Buffer.alloc(0)));
    await expect(app.alert).toContainText('nothing.png is empty');
  });
});
