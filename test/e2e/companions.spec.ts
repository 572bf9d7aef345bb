/**
 * Pictures made larger (`enlarge.ts`). Hints: found in a picture, drawn by hand, made by a net of their own; shown, remembered and followed. And what else comes with the
 * bundled model does what it says; what exactly each draws: `golden/companions.test.ts`. On the CPU, which is quick here.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as ort from 'onnxruntime-web';
import { PNG } from 'pngjs';
import type { Pixels } from '../../src/canvas/pixels';
import { OpenHintNet } from '../../src/pipeline/hints/hint-net';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { pictureDifference } from '../golden/tensors';
import { colourAt, expect, golden, test, type App } from './app';
import { MaskCanvas } from './canvas';
import { expectEnlargedKept, isEnlarged } from './enlarge';

const net = {
  name: 'sk_model.safetensors',
  buffer: gunzipSync(readFileSync(new URL('hint-nets/lines/sk_model.safetensors.gzip', golden))),
};

/** Soft tones and a disc, of the size that the bundled model draws. */
function painted(side: number): Pixels {
  const rgba = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    const lit = (x - side / 2) ** 2 + (y - side / 2) ** 2 < (side / 3) ** 2 ? 80 : 0;
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = 90 + 60 * Math.sin((x + c * y) / 9) + lit;
  }
  return { width: side, height: side, rgba };
}

/** What the engine's core makes of it. */
async function hintInNode(picture: Pixels): Promise<Uint8ClampedArray> {
  ort.env.wasm.numThreads = 1;
  const bytes = new Uint8Array(net.buffer);
  const header = await readHeader(new Blob([bytes]));
  const file = { name: net.name, header, source: memorySource(bytes) };
  const opened = new OpenHintNet(file, wasmMachine(new Sessions(ort)));
  return (await opened.make('lineart_realistic', picture, () => undefined)).rgba;
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });

function pngOf({ width, height, rgba }: Pixels): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgba);
  return PNG.sync.write(png);
}

/** Black above, white below. */
function halves(): Buffer {
  const square = new PNG({ width: 64, height: 64 });
  square.data.forEach((_, i) => (square.data[i] = i % 4 === 3 || i >= 4 * 64 * 32 ? 255 : 0));
  return PNG.sync.write(square);
}

const region = ({ page }: App) => page.getByRole('region', { name: 'Control' });
const shownHint = (app: App) => region(app).getByRole('img', { name: 'Hint' }).locator('canvas');

/** Red of each pixel of the hint that is shown. */
const shown = (app: App): Promise<number[]> =>
  shownHint(app).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data).filter((_, i) => i % 4 === 0);
  });

/** Places from 0 to 1 of the rows of the hint in which something is white. */
const rows = (app: App): Promise<number[]> =>
  shownHint(app).evaluate((canvas: HTMLCanvasElement) => {
    const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: height }, (_, y) => y / height).filter((_, y) => data[4 * (y * width + 5)]);
  });

/** Columns of a picture, byte for byte. */
function columns(png: PNG, from: number, to: number): Buffer {
  const part = new PNG({ width: to - from, height: png.height });
  PNG.bitblt(png, part, from, 0, part.width, part.height, 0, 0);
  return part.data;
}

const settings = { steps: 4, guidance: 5, seed: 1, sampler: 'DDIM', width: 64, height: 64 } as const;

/** A red apple on a yellow ground. */
const apple = file('apple.png', readFileSync(new URL('companions/before.png', golden)));

/** For a golden checkpoint. */
const ink = {
  name: 'ink.safetensors',
  buffer: readFileSync(new URL('lora/kohya/kohya.safetensors', golden)),
};

/** The ground alone. */
function yellow(): Buffer {
  const ground = new PNG({ width: settings.width, height: settings.height });
  ground.data.forEach((_, i) => (ground.data[i] = [255, 220, 90, 255][i % 4]!)); // there are four
  return PNG.sync.write(ground);
}

/** @param title of which the list tells the size as well. */
async function chooseModel({ model }: App, title: string): Promise<void> {
  const option = model.locator('option', { hasText: title });
  await model.selectOption((await option.getAttribute('value')) ?? title);
}

// One visit: what a page costs is its first picture.
test('a picture is enlarged by an upscaler, or drawn anew in tiles; hints are made in all three ways, shown as they will be followed, remembered, and followed; the embedding, the LoRA and the models for instructions and for inpainting do what they are named for', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  await isEnlarged(app);

  const control = region(app);
  const preprocessor = control.getByRole('combobox', { name: 'Preprocessor' });
  const source = control.getByLabel('Control image', { exact: true });

  await test.step('a hint is drawn by hand, by the pointer or by keys', async () => {
    await control.getByRole('button', { name: 'Add control' }).click();
    await control.getByRole('button', { name: 'Draw' }).click();
    const canvas = page.getByRole('application', { name: 'Hint canvas' });
    const { x, y, width, height } = (await canvas.boundingBox())!;
    await page.mouse.move(x + width * 0.4, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 5 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Use this drawing' }).click();
    const whites = async () => (await shown(app)).filter((red) => red > 127).length;
    await expect(control.getByText('Drawing')).toBeVisible();
    await expect.poll(whites).toBeGreaterThan(5);
    const stroke = await whites();

    await control.getByRole('button', { name: 'Draw' }).click(); // what is there is gone over
    await canvas.focus();
    await page.keyboard.press('ArrowUp');
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Use this drawing' }).click();
    await expect.poll(whites).toBeGreaterThan(stroke);
  });

  await test.step('edges are found in a picture', async () => {
    await source.setInputFiles(file('halves.png', halves()));
    await preprocessor.selectOption('canny');
    await control.getByRole('radio', { name: 'My prompt is more important' }).check();
    await control.getByRole('slider', { name: 'Control weight' }).fill('0.7');
    await expect.poll(() => rows(app)).toHaveLength(1);
    expect(Math.abs((await rows(app))[0]! - 0.5)).toBeLessThan(0.03);
  });

  await test.step('after a reload all of it is there again, and a control that was removed comes back', async () => {
    await page.reload(); // at once
    await app.device.waitFor();
    await expect(control.getByText('halves.png')).toBeVisible();
    await expect(control.getByRole('radio', { name: 'My prompt is more important' })).toBeChecked();
    await expect(control.getByRole('slider', { name: 'Control weight' })).toHaveValue('0.7');
    await expect.poll(() => rows(app)).toHaveLength(1);

    await control.getByRole('button', { name: 'Remove control', exact: true }).click();
    await expect(control.getByRole('group', { name: 'Control 1' })).toBeHidden();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(control.getByText('halves.png')).toBeVisible();
  });
  await expectEnlargedKept(app);

  await test.step('a net for line art makes a hint, and a picture is drawn by it', async () => {
    await app.fill({ prompt: 'red apple', steps: 1, guidance: 5, seed: 7, width: 96, height: 96 });
    await expect(preprocessor.locator('option[value=lineart_realistic]')).toHaveCount(0);
    await expect(preprocessor.locator('option[disabled]')).toHaveText(/import a net/);
    await app.importFiles(net);
    await preprocessor.selectOption('lineart_realistic');
    const picture = painted(96);
    await source.setInputFiles(file('disc.png', pngOf(picture)));
    await expect(control.getByText('disc.png')).toBeVisible();
    await expect(control.getByText(/^Hint, 96 × 96/)).toBeVisible();
    const hint = await hintInNode(picture);
    const worst = async () => Math.max(...(await shown(app)).map((red, i) => Math.abs(red - hint[4 * i]!)));
    await expect.poll(worst).toBeLessThanOrEqual(1);
    console.log(`the page's hint and Node's: worst ${await worst()} of 255`);

    await app.draw();
    expect((await app.downloadFile()).toString('latin1')).toContain('Module: lineart_realistic');
  });

  await test.step('what is drawn beyond the edges is guided too, and the picture inside them stays', async () => {
    await control.getByRole('button', { name: 'Remove control', exact: true }).click();
    await page.getByRole('tab', { name: 'Outpaint' }).click();
    const inside = readFileSync(new URL('mini-sd/00.png', golden));
    await page.getByLabel('Source image').setInputFiles(file('inside.png', inside));
    await expect(page.getByText('inside.png', { exact: true })).toBeVisible(); // whose sides are moved
    await page.getByRole('spinbutton', { name: 'Right' }).fill('32');
    await page.getByRole('slider', { name: 'Feather' }).fill('8');
    await app.fill({ prompt: 'penguin', steps: 2, seed: 1 });
    const plain = await app.draw();

    await control.getByRole('button', { name: 'Add control' }).click();
    await source.setInputFiles(file('image.png', readFileSync(new URL('mini-sd/01.png', golden))));
    await preprocessor.selectOption('canny');
    await expect(control.getByText('Hint, 128 × 96')).toBeVisible();
    const guided = await app.draw();
    expect([guided.width, guided.height]).toEqual([128, 96]);
    const kept = 96 - 8;
    expect(columns(guided, 0, kept).equals(columns(PNG.sync.read(inside), 0, kept))).toBe(true);
    const { mean } = pictureDifference(columns(guided, 96, 128), columns(plain, 96, 128));
    console.log(`what a control changes beyond the edge: mean difference ${mean.toFixed(2)} of 255`);
    expect(mean).toBeGreaterThan(1);
  });

  await control.getByRole('button', { name: 'Remove control', exact: true }).click();
  await page.getByRole('tab', { name: 'Text' }).click();
  await test.step('the embedding and the LoRA change the picture, whose recipe names them; of a LoRA for a model of another size what fits is used', async () => {
    await app.importFiles(ink);
    await page.getByText('LoRAs (2)').click();
    await app.fill({ ...settings, prompt: 'penguin on a teal background' });
    await page.getByRole('checkbox', { name: 'ink' }).check();
    const { data: before } = await app.draw();
    await expect(
      page.getByText(/Of the LoRA “ink” 18 of 216 modules used; 138 are for layers/),
    ).toBeVisible();
    await page.getByRole('checkbox', { name: 'outline' }).check();
    // At the latest some pictures later: sums are computed meanwhile.
    await expect
      .poll(async () => {
        const { data } = await app.draw();
        expect(data.equals(before)).toBe(false);
        return /\nSteps: .*/.exec((await app.downloadFile()).toString())?.[0] ?? '';
      })
      .toMatch(
        /Model hash: [\da-f]{10}, Model: mini-sd.*Lora hashes: .*outline: [\da-f]{12}.*TI hashes: .*teal: [\da-f]{10}/,
      );
  });

  await test.step('an apple is made blue by the model for instructions', async () => {
    await chooseModel(app, 'mini-sd emoji instructions');
    await expect(page.getByRole('tab', { name: 'Instruct' })).toHaveAttribute('aria-selected', 'true');
    await page.getByLabel('Source image').setInputFiles(apple);
    await app.fill({ ...settings, prompt: 'make it blue' });
    await page.getByRole('slider', { name: 'Image guidance scale' }).fill('1.4');
    const [r, , b] = colourAt(await app.draw(), 0.5, 0.65);
    console.log(`made blue: red ${r}, blue ${b}`);
    expect(b - r).toBeGreaterThan(60);
    expect((await app.downloadFile()).toString('latin1')).toContain('Image CFG scale: 1.4');
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  await test.step('the inpainting model puts what is asked for where it was painted, and leaves the ground', async () => {
    await chooseModel(app, 'mini-sd emoji inpainting');
    await page.getByRole('tab', { name: 'Inpaint' }).click();
    await page.getByLabel('Source image').setInputFiles(file('ground.png', yellow()));
    await expect(page.getByText('ground.png', { exact: true })).toBeVisible();
    const canvas = new MaskCanvas(page);
    await page.getByRole('slider', { name: 'Brush size' }).fill('72');
    await canvas.stroke([0.3, 0.5], [0.7, 0.5]);
    await app.fill({ prompt: 'red apple', steps: settings.steps }); // the model brings its settings
    const drawn = await app.draw();
    const [r, g, b] = colourAt(drawn, 0.5, 0.65);
    console.log(`in the middle: ${r} ${g} ${b}`);
    expect(r - Math.max(g, b)).toBeGreaterThan(80);
    for (const x of [0.03, 0.97]) {
      const ground = colourAt(drawn, x, 0.5);
      expect(Math.min(ground[0], ground[1]) - ground[2]).toBeGreaterThan(60);
    }
  });
});
