/** Image to image: what can be started from, and a picture that was just drawn. On the CPU, which is quick here. */
import { PNG } from 'pngjs';
import { expect, test } from './app';

/** A GIF of one pixel and two frames. */
const frame = '2c000000000100010000' + '0202440100';
const twoFrames = Buffer.from(`47494638396101000100800000000000ffffff${frame}${frame}3b`, 'hex');

test('a result can be edited: little strength keeps it, full strength draws anew; what is no picture is refused', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  await app.fill({
    prompt: 'red apple',
    steps: 10,
    guidance: 5,
    seed: 1,
    sampler: 'DDIM',
    width: 64,
    height: 64,
  });
  const apple = await app.draw();
  await page.getByRole('button', { name: 'Edit this' }).click();
  await expect(page.getByRole('tab', { name: 'Image' })).toHaveAttribute('aria-selected', 'true');

  const difference = async (strength: string, prompt: string): Promise<number> => {
    await page.getByRole('slider', { name: 'Denoising strength' }).fill(strength);
    await app.fill({ prompt, seed: 2 });
    const drawn = await app.draw();
    expect([drawn.width, drawn.height]).toEqual([64, 64]);
    return drawn.data.reduce((sum, byte, i) => sum + Math.abs(byte - apple.data[i]!), 0) / (64 * 64 * 3);
  };
  const little = await difference('0.1', 'red apple');
  const full = await difference('1', 'penguin');
  console.log(`mean difference from the source: ${little.toFixed(1)} at 0.1, ${full.toFixed(1)} at 1`);
  expect(little).toBeLessThan(8);
  expect(full).toBeGreaterThan(5 * little);

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
});
