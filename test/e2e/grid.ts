/** Many pictures in one. A part of the visit of `runs.spec.ts`. */
import { readFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import type { Locator } from 'playwright/test';
import { pngTexts } from '../../src/recipe/picture/png';
import { expect, test, type App } from './app';

/** Those that were drawn and are kept, the last one first. */
export const drawnPictures = ({ page }: App): Locator =>
  page.getByRole('list', { name: 'Pictures', exact: true }).getByRole('button');

export async function gridIsDrawn(app: App): Promise<void> {
  const { page } = app;
  const strip = drawnPictures(app);
  await test.step('a grid holds the very pictures that single runs draw, and tells its axes', async () => {
    await app.fill({ steps: 3 });
    const before = await strip.count();
    const ways = page.getByRole('button', { name: 'More ways to draw' });
    const toGrid = page.getByRole('menuitem', { name: 'Grid…' });
    await ways.click();
    await expect(toGrid).toBeFocused();
    await ways.click();
    await expect(toGrid).toBeHidden();
    await ways.click();
    await toGrid.click();
    const window = page.getByRole('dialog', { name: 'Grid' });

    // The columns begin with steps and what is set.
    await expect(window.getByRole('combobox', { name: 'Columns (X)' })).toHaveValue('steps');
    await window.getByRole('textbox', { name: 'Values of the columns' }).fill('2-3, many');
    await expect(window.getByText('This cannot be used here: “many”.')).toBeVisible();
    await expect(window.getByRole('button', { name: 'Draw the grid' })).toBeDisabled();
    await window.getByRole('textbox', { name: 'Values of the columns' }).fill('2-3');
    await window.getByRole('combobox', { name: 'Rows (Y)' }).selectOption('Prompt S/R');
    await window.getByRole('textbox', { name: 'Values of the rows' }).fill('sun, "red apple"');
    await expect(window.getByRole('status')).toContainText('2 × 2 = 4 pictures');
    await window.getByRole('button', { name: 'Draw the grid' }).click();
    await expect(window).toBeHidden();

    await expect(strip).toHaveCount(before + 5, { timeout: 300_000 });
    await expect(app.progress).toBeHidden();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download PNG' }).click(),
    ]);
    expect(download.suggestedFilename()).toContain('grid');
    const file = await readFile(await download.path());
    const sheet = PNG.sync.read(file);
    const told = pngTexts(file).get('parameters') ?? '';
    expect(told).toContain('Script: X/Y/Z plot, X Type: Steps, X Values: "2, 3"');
    expect(told).toContain('Y Type: Prompt S/R');

    // The form is as it was, and what it draws now is one of the cells: of either column and of either row.
    const places: string[] = [];
    for (const [prompt, steps] of [
      ['sun', 3],
      ['red apple', 2],
    ] as const) {
      await app.fill({ prompt, steps });
      places.push(placeOf(await app.draw(), sheet));
    }
    expect(new Set(places).size).toBe(2);
    expect(places).not.toContain('nowhere');
    await expect(strip).toHaveCount(before + 7);
  });
}

/** Where a picture lies in a sheet, byte for byte. */
function placeOf(picture: PNG, sheet: PNG): string {
  const line = (png: PNG, x: number, y: number): Buffer =>
    png.data.subarray((y * png.width + x) * 4, (y * png.width + x + picture.width) * 4);
  for (let y = 0; y + picture.height <= sheet.height; y++)
    for (let x = 0; x + picture.width <= sheet.width; x++) {
      const rows = Array.from({ length: picture.height }, (_, row) => row);
      if (rows.every((row) => line(picture, 0, row).equals(line(sheet, x, y + row)))) return `${x} ${y}`;
    }
  return 'nowhere';
}
