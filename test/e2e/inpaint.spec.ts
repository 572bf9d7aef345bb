/** Painting over what should change: with real pointers, on the bundled model. What diffusers fills in: `sd1.spec.ts`. */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { expect, golden, test, type App } from './app';
import { MaskCanvas } from './canvas';

const bytesOf = (path: string): Buffer => readFileSync(new URL(path, golden));
const pngFile = (name: string, path: string): { name: string; mimeType: string; buffer: Buffer } => ({
  name,
  mimeType: 'image/png',
  buffer: bytesOf(path),
});

async function openPicture({ page }: App, path: string): Promise<MaskCanvas> {
  await page.getByRole('tab', { name: 'Inpaint' }).click();
  await page.getByLabel('Source image').setInputFiles(pngFile('picture.png', path));
  const canvas = new MaskCanvas(page);
  await expect(canvas.surface).toBeVisible();
  return canvas;
}

const setBlur = ({ page }: App, pixels: number): Promise<void> =>
  page.getByRole('slider', { name: 'Mask blur' }).fill(String(pixels));

// One visit: what a page costs is its first picture.
test('a mask is painted by keys and by strokes, and each is undone and redone; what is painted over is drawn anew, and no other pixel; candidates are looked through, and one is taken', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  const canvas = await openPicture(app, 'mini-sd/00.png');
  await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();

  const softness = await page.getByRole('slider', { name: 'Brush softness' }).inputValue();

  await test.step('keys choose tools, and the question mark lists them', async () => {
    const pressed = (name: string) => page.getByRole('button', { name, exact: true });

    await page.keyboard.press('u');
    await expect(pressed('Rectangle')).toHaveAttribute('aria-pressed', 'true');
    await canvas.stroke([0, 0], [0.5, 1]);
    const half = await canvas.mask();
    const share = half.alpha.filter((a) => a === 255).length / half.alpha.length;
    expect(share).toBeGreaterThan(0.05);
    await page.keyboard.press('Shift+V');
    expect((await canvas.mask()).alpha.every((a, i) => a === 255 - half.alpha[i]!)).toBe(true);

    // Letters typed into the prompt are letters.
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('');
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).pressSequentially('bell?');
    await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('bell?');
    await expect(pressed('Rectangle')).toHaveAttribute('aria-pressed', 'true');

    await canvas.surface.focus();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(help).toContainText('Invert mask');
    await page.keyboard.press('Escape');
    await expect(help).toBeHidden();
    await page.keyboard.press('Shift+C');
    await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();
  });

  await test.step('without a pointer', async () => {
    await page.getByRole('slider', { name: 'Brush size' }).fill('10');
    await canvas.surface.focus();
    await page.keyboard.press('b');
    await page.keyboard.down('Space');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.up('Space');
    await expect(page.getByText(/^\d+ % of the picture is masked$/)).toBeAttached();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter', 'ArrowLeft', 'ArrowLeft', 'Enter'])
      await page.keyboard.press(key);
    const { width, height, alpha } = await canvas.mask();
    const at = (x: number, y: number) => alpha[(height / 2 + y) * width + width / 2 + x];
    expect([at(0, 0), at(20, 0), at(20, 15), at(10, 15), at(0, 15), at(10, -15)]).toEqual([
      255, 255, 255, 255, 0, 0,
    ]);
    await canvas.surface.focus();
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();
  });

  // That 200 can, byte for byte, is shown in `unit/canvas/sheet.test.ts`; here they are made by a pointer.
  await test.step('strokes can be undone to an empty mask, and redone to the very same one', async () => {
    const undo = page.getByRole('button', { name: 'Undo' });
    const redo = page.getByRole('button', { name: 'Redo' });
    await page.getByRole('slider', { name: 'Brush softness' }).fill('60');
    await page.getByRole('slider', { name: 'Brush size' }).fill('5');
    for (let i = 0; i < 24; i++) {
      // Now and then the eraser: undoing must bring back what was wiped.
      if (i % 12 === 8) await page.keyboard.press('e');
      if (i % 12 === 10) await page.keyboard.press('b');
      const [x, y] = [(i * 37) % 100, (i * 61) % 100];
      await canvas.stroke([x / 100, y / 100], [((i * 13) % 100) / 100, ((i * 29) % 100) / 100]);
    }
    const painted = await canvas.mask();
    expect(new Set(painted.alpha).size).toBeGreaterThan(50);

    let undone = 0;
    for (; await undo.isEnabled(); undone++) await page.keyboard.press('Control+z');
    // A stroke that changed nothing, such as the eraser on a bare place, is none to undo.
    expect(undone).toBeGreaterThan(20);
    expect((await canvas.mask()).alpha.every((a) => a === 0)).toBe(true);
    await expect(page.getByRole('button', { name: 'Clear mask' })).toBeDisabled();

    for (let i = 0; await redo.isEnabled(); i++)
      await page.keyboard.press(i % 2 ? 'Control+y' : 'Control+Shift+z');
    expect(Buffer.from((await canvas.mask()).alpha).equals(Buffer.from(painted.alpha))).toBe(true);
  });

  await test.step('what is painted over is drawn anew, and every other pixel stays as it was', async () => {
    await page.getByRole('button', { name: 'Clear mask' }).click();
    await page.getByRole('slider', { name: 'Brush softness' }).fill(softness);
    await page.getByRole('slider', { name: 'Brush size' }).fill('8');
    await canvas.stroke([0.1, 0.3], [0.6, 0.35], [0.7, 0.6]);
    await setBlur(app, 2);
    const { width, height, alpha } = await canvas.mask();
    expect(alpha.filter((a) => a === 255).length).toBeGreaterThan(100);

    await app.fill({ prompt: 'penguin', steps: 2, guidance: 1, sampler: 'DDIM', seed: 3 });
    const drawn = await app.draw();
    const source = PNG.sync.read(bytesOf('mini-sd/00.png'));
    expect([drawn.width, drawn.height]).toEqual([width, height]);

    const reach = 5; // of a blur of 2
    const near = (x: number, y: number): boolean => {
      for (let v = Math.max(y - reach, 0); v <= Math.min(y + reach, height - 1); v++) {
        for (let u = Math.max(x - reach, 0); u <= Math.min(x + reach, width - 1); u++) {
          if (alpha[v * width + u]! > 0) return true;
        }
      }
      return false;
    };
    let [outside, changedOutside, changedInside] = [0, 0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = 4 * (y * width + x);
        const same = [0, 1, 2, 3].every((c) => drawn.data[at + c] === source.data[at + c]);
        if (!near(x, y)) {
          outside++;
          changedOutside += Number(!same);
        } else if (alpha[y * width + x] === 255) {
          changedInside += Number(!same);
        }
      }
    }
    console.log(
      `${outside} pixels outside, ${changedOutside} of them changed; ${changedInside} changed inside`,
    );
    expect(outside).toBeGreaterThan(500);
    expect(changedOutside).toBe(0);
    expect(changedInside).toBeGreaterThan(80);
  });

  await test.step('candidates are looked through, compared, thrown away, and one taken to go on with', async () => {
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('slider', { name: 'Brush size' }).fill('14');
    await canvas.stroke([0.2, 0.2], [0.8, 0.8]);
    await app.fill({ prompt: 'penguin', steps: 2, seed: 10 });
    await page.getByRole('spinbutton', { name: 'Batch count' }).fill('3');
    await app.generate.click();
    const count = page.getByRole('toolbar', { name: 'Candidates' });
    await expect(count).toContainText('3 of 3', { timeout: 60_000 });
    await expect(page.getByText('Picture 3 of 3')).toBeVisible();
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(count).toContainText('1 of 3');
    await expect(page.getByText('Picture 1 of 3')).toBeVisible();
    await page.keyboard.press('ArrowLeft');
    await expect(count).toContainText('3 of 3');

    await page.getByRole('button', { name: 'Slider' }).click();
    await page.getByRole('slider', { name: 'Before and after' }).fill('30');
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect(count).toContainText('2 of 2');

    const accepted = await app.download();
    await page.getByRole('button', { name: 'Accept' }).click();
    await expect(canvas.surface).toBeVisible();
    await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();

    // The next one begins with what was accepted: outside of a new mask it is that, byte for byte.
    await page.getByRole('radiogroup', { name: 'Inpaint area' }).getByText('Only masked').click();
    await page.getByRole('slider', { name: 'Only masked padding' }).fill('4');
    await setBlur(app, 0);
    await page.keyboard.press('u');
    await canvas.stroke([0.3, 0.3], [0.7, 0.7]);
    const { alpha } = await canvas.mask();
    await page.getByRole('spinbutton', { name: 'Batch count' }).fill('1');
    const next = await app.draw();
    const differs = (i: number): boolean =>
      next.data.subarray(4 * i, 4 * i + 3).some((v, c) => v !== accepted.data[4 * i + c]);
    expect(alpha.every((a, i) => a > 0 || !differs(i))).toBe(true);
    expect(alpha.some((a, i) => a > 0 && differs(i))).toBe(true);
  });

  await test.step('a stroke stays where a run takes the canvas from under it', async () => {
    const painted = async () => (await canvas.mask()).alpha.filter((a) => a > 0).length;
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.keyboard.press('b');
    const before = await painted();
    const { x, y } = await canvas.at(0.1, 0.9);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await app.draw(() => page.keyboard.press('Control+Enter'));
    await page.mouse.up();
    await page.getByRole('button', { name: 'Discard' }).click();
    await canvas.stroke([0.5, 0.5]); // where all is painted
    expect(await painted()).toBeGreaterThan(before);
  });
});
