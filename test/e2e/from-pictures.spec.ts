/**
 * Pictures that others are drawn from: by keyboard alone, where what is pressed may go away and the focus never does; a result that is
 * edited; what is refused; painting over what should change, with real pointers; and going on beyond a picture's edges, again and again.
 * On the bundled model, and the CPU, which is quick here. What diffusers fills in: `sd1.spec.ts`.
 */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { expect, golden, test } from './app';
import { Axe } from './axe';
import { MaskCanvas } from './canvas';

/** Of what is drawn beyond: as small as the app draws. */
const SIDE = 48;

const white = PNG.sync.write(
  Object.assign(new PNG(), { width: 64, height: 64, data: Buffer.alloc(4 * 64 * 64, 255) }),
);
const house = readFileSync(new URL('mini-sd/00.png', golden));
const corner = (() => {
  const part = new PNG({ width: SIDE, height: SIDE });
  PNG.bitblt(PNG.sync.read(house), part, 24, 24, SIDE, SIDE, 0, 0);
  return PNG.sync.write(part);
})();
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });

/** A GIF of one pixel and two frames. */
const frame = '2c000000000100010000' + '0202440100';
const twoFrames = Buffer.from(`47494638396101000100800000000000ffffff${frame}${frame}3b`, 'hex');

// One visit: what a page costs is its first picture.
test('candidates are accepted and discarded by keys; a result is edited, what is no picture refused; masks are painted, undone and redone, and no other pixel is drawn anew; candidates are looked through, and one is taken; and a picture goes on beyond its edges', async ({
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
    await app.fill({ prompt: 'sun', steps: 2, guidance: 5, width: 64, height: 64 }); // other sizes and scales open other nets
    await page.getByRole('spinbutton', { name: 'Batch count' }).fill('3');
    await press('Generate');
    await expect(app.progress).toBeVisible();
    await expect(app.progress).toBeHidden();
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

  await page.getByRole('tab', { name: 'Inpaint' }).click();
  await page.getByLabel('Source image').setInputFiles(file('house.png', house));
  const canvas = new MaskCanvas(page);
  await expect(canvas.surface).toBeVisible();
  await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();
  const softness = await page.getByRole('slider', { name: 'Brush softness' }).inputValue();
  const blur = page.getByRole('slider', { name: 'Mask blur' });

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
    const undo = page.getByTitle('Undo (Ctrl+Z)');
    const redo = page.getByRole('button', { name: 'Redo' });
    await page.getByRole('slider', { name: 'Brush softness' }).fill('60');
    await page.getByRole('slider', { name: 'Brush size' }).fill('5');
    for (let i = 0; i < 12; i++) {
      // In between the eraser: undoing must bring back what was wiped.
      if (i === 8) await page.keyboard.press('e');
      if (i === 10) await page.keyboard.press('b');
      const [x, y] = [(i * 37) % 100, (i * 61) % 100];
      await canvas.stroke([x / 100, y / 100], [((i * 13) % 100) / 100, ((i * 29) % 100) / 100]);
    }
    const painted = await canvas.mask();
    expect(new Set(painted.alpha).size).toBeGreaterThan(50);

    let undone = 0;
    for (; await undo.isEnabled(); undone++) await page.keyboard.press('Control+z');
    // A stroke that changed nothing, such as the eraser on a bare place, is none to undo.
    expect(undone).toBeGreaterThan(8);
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
    await blur.fill('2');
    const { width, height, alpha } = await canvas.mask();
    expect(alpha.filter((a) => a === 255).length).toBeGreaterThan(100);

    await app.fill({ prompt: 'penguin', steps: 2, seed: 3 });
    const drawn = await app.draw();
    const source = PNG.sync.read(house);
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
    await expect(count).toContainText('3 of 3');
    await expect(page.getByText('Picture 3 of 3')).toBeVisible();
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(count).toContainText('1 of 3');
    await expect(page.getByText('Picture 1 of 3')).toBeVisible();
    await page.keyboard.press('ArrowLeft');
    await expect(count).toContainText('3 of 3');

    await page.getByRole('button', { name: 'Slider' }).click();
    await page.getByRole('slider', { name: 'Before and after' }).fill('30');
    await (await Axe.on(page)).expectSound('candidates');
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect(count).toContainText('2 of 2');

    const accepted = await app.download();
    await page.getByRole('button', { name: 'Accept' }).click();
    await expect(canvas.surface).toBeVisible();
    await expect(page.getByText('Paint over what should change', { exact: true })).toBeVisible();

    // The next one begins with what was accepted: outside of a new mask it is that, byte for byte.
    await page.getByRole('radiogroup', { name: 'Inpaint area' }).getByText('Only masked').click();
    await page.getByRole('slider', { name: 'Only masked padding' }).fill('4');
    await blur.fill('0');
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
