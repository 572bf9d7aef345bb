/** What comes with the bundled model does what it says. What exactly each draws: `golden/companions.test.ts`. On the CPU, which is quick here. */
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { MaskCanvas } from './canvas';
import { colourAt, expect, golden, test, type App } from './app';

const settings = { steps: 4, guidance: 5, seed: 1, sampler: 'DDIM', width: 64, height: 64 } as const;

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });

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
test('the embedding, the LoRA and the models for instructions and for inpainting do what they are named for', async ({
  app,
}) => {
  const { page } = app;
  await app.open();

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
      .poll(
        async () => {
          const { data } = await app.draw();
          expect(data.equals(before)).toBe(false);
          return /\nSteps: .*/.exec((await app.downloadFile()).toString())?.[0] ?? '';
        },
        { timeout: 120_000 },
      )
      .toMatch(
        /Model hash: [\da-f]{10}, Model: mini-sd.*Lora hashes: .*outline: [\da-f]{12}.*TI hashes: .*teal: [\da-f]{10}/,
      );
  });

  await test.step('an apple is made blue by the model for instructions', async () => {
    await chooseModel(app, 'mini-sd emoji instructions');
    await expect(page.getByRole('tab', { name: 'Instruct' })).toHaveAttribute('aria-selected', 'true');
    await page.getByLabel('Source image').setInputFiles(apple);
    await app.fill({ ...settings, prompt: 'make it blue' });
    const [r, , b] = colourAt(await app.draw(), 0.5, 0.65);
    console.log(`made blue: red ${r}, blue ${b}`);
    expect(b - r).toBeGreaterThan(60);
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
