/** The mask canvas as a hand uses it. */
import { readFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import type { Locator, Page } from 'playwright/test';

export class MaskCanvas {
  readonly #page: Page;
  readonly surface: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.surface = page.getByRole('application', { name: 'Mask canvas' });
  }

  /** Where a place is on the screen; x and y from 0 to 1, from the middle half of the canvas' shorter side. */
  async at(x: number, y: number): Promise<{ x: number; y: number }> {
    return (await this.#places())(x, y);
  }

  async #places(): Promise<(x: number, y: number) => { x: number; y: number }> {
    const box = (await this.surface.boundingBox())!; // it is in sight
    const side = Math.min(box.width, box.height) / 2;
    return (x, y) => ({
      x: box.x + box.width / 2 + (x - 0.5) * side,
      y: box.y + box.height / 2 + (y - 0.5) * side,
    });
  }

  async stroke(...points: readonly (readonly [x: number, y: number])[]): Promise<void> {
    const { mouse } = this.#page;
    const place = await this.#places();
    for (const [i, [x, y]] of points.entries()) {
      const at = place(x, y);
      await mouse.move(at.x, at.y, { steps: i === 0 ? 1 : 3 });
      if (i === 0) await mouse.down();
    }
    await mouse.up();
  }

  /** The mask, by way of Export mask: one number a pixel. */
  async mask(): Promise<{ width: number; height: number; alpha: Uint8Array }> {
    const [download] = await Promise.all([
      this.#page.waitForEvent('download'),
      this.#page.getByRole('button', { name: 'Export mask' }).click(),
    ]);
    const { width, height, data } = PNG.sync.read(await readFile(await download.path()));
    return { width, height, alpha: Uint8Array.from(data.filter((_, i) => i % 4 === 0)) };
  }
}
