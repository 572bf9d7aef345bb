/**
 * The album with thousands of pictures: how long it takes to open, and how evenly it scrolls. `npm run bench -- browse`.
 * PICTURES=5000 says how many.
 */
import { expect, test, type Page } from 'playwright/test';
import { App } from '../e2e/app';
import { fillAlbum } from './album-filling';
import { median } from './peer/ratio';

const PICTURES = Number(process.env.PICTURES ?? 5000);
/** In CSS pixels a frame: a slow look, a quick one, and a fling. */
const SPEEDS = [12, 60, 240];
const FRAMES = 240;

const say = (line: string): void => console.log(line);

test('the album scrolls through thousands of pictures', async ({ page }) => {
  const app = new App(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await app.open();
  await app.fill({ prompt: 'a red apple', width: 64, height: 64, steps: 1 });
  await app.draw();
  await fillAlbum(page, PICTURES);
  await page.reload();
  await app.ready();

  const dialog = page.getByRole('dialog', { name: 'Album' });
  const opened = await page.evaluate(async () => {
    const button = [...document.querySelectorAll('button')].find(({ title }) => title === 'Open the album');
    const begun = performance.now();
    button?.click();
    while (!document.querySelector('dialog [role=option] img[src]')) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  await expect(dialog.getByText(`${PICTURES.toLocaleString('en')} pictures`, { exact: false })).toBeVisible();
  say(`${PICTURES} pictures: ${opened.toFixed(0)} ms from the press of Album to the first thumbnail`);
  await page.waitForTimeout(1000);

  const idle = await frames(page, 0);
  say(`  at rest: ${told(idle)}`);
  for (const speed of SPEEDS) {
    const seen = await frames(page, speed);
    say(`  ${speed} px a frame: ${told(seen)}, ${seen.cards} cards at once at most`);
  }

  const searched = await page.evaluate(async () => {
    const field = document.querySelector<HTMLInputElement>('#album-search')!; // it is there
    const begun = performance.now();
    field.value = 'cherries 49';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  say(`  a search, until the frame that shows what was found: ${searched.toFixed(0)} ms`);
  await app.close();
});

interface Seen {
  /** Milliseconds between frames. */
  readonly gaps: readonly number[];
  /** Of tasks over 50 ms, in milliseconds. */
  readonly long: readonly number[];
  readonly cards: number;
}

/** Scrolls on with each frame, down and up again. */
const frames = (page: Page, speed: number): Promise<Seen> =>
  page.evaluate(
    async ([by, count]) => {
      const grid = document.querySelector<HTMLElement>('#album-grid')!; // it is there
      const long: number[] = [];
      const watch = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) long.push(duration);
      });
      watch.observe({ type: 'longtask' });
      const gaps: number[] = [];
      let cards = 0;
      let before = await new Promise<number>(requestAnimationFrame);
      for (let i = 0; i < count; i++) {
        grid.scrollTop += i < count / 2 ? by : -by / 2;
        const now = await new Promise<number>(requestAnimationFrame);
        gaps.push(now - before);
        before = now;
        if (i % 20 === 0) cards = Math.max(cards, grid.querySelectorAll('[role=option]').length);
      }
      watch.disconnect();
      return { gaps, long, cards };
    },
    [speed, FRAMES] as const,
  );

function told({ gaps, long }: Seen): string {
  const slow = gaps.filter((gap) => gap > 25).length;
  const worst = Math.max(...gaps);
  const rate = 1000 / median(gaps);
  return (
    `${rate.toFixed(0)} frames a second (median), ${slow} of ${gaps.length} later than 25 ms, the worst ${worst.toFixed(0)} ms, ` +
    `${long.length} tasks over 50 ms${long.length > 0 ? ` (longest ${Math.max(...long).toFixed(0)} ms)` : ''}`
  );
}
