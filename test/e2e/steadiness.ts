/** How steady a page was since it was opened: what moved by itself, and how long it could not answer. */
import type { Page } from 'playwright/test';

export interface Steadiness {
  /** Layout shifts that followed no press and no key, as shares of the window: https://web.dev/articles/cls, but summed over the whole visit. */
  readonly shifts: readonly {
    readonly value: number;
    readonly at: number;
    readonly what: readonly string[];
  }[];
  /** Tasks of over 50 ms. */
  readonly longTasks: readonly { readonly at: number; readonly took: number }[];
}

/** As far as the types of browsers lack it: https://wicg.github.io/layout-instability/. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly {
    readonly node: Node | null;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }[];
}

/** From the next time on that a page is opened. */
export async function watchSteadiness(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: { shifts: object[]; longTasks: object[] } = { shifts: [], longTasks: [] };
    Object.assign(window, { steadiness: seen });
    new PerformanceObserver((list) => {
      for (const { startTime: at, value, hadRecentInput, sources } of list.getEntries() as LayoutShift[]) {
        const edges = ({ top, height }: DOMRectReadOnly) => `${Math.round(top)}+${Math.round(height)}`;
        const what = sources.map(({ node, previousRect, currentRect }) => {
          const element = node instanceof Element ? node : node?.parentElement;
          return `${element?.className || element?.nodeName} ${edges(previousRect)} to ${edges(currentRect)}`;
        });
        if (!hadRecentInput) seen.shifts.push({ value, at, what });
      }
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      for (const { startTime: at, duration: took } of list.getEntries()) seen.longTasks.push({ at, took });
    }).observe({ type: 'longtask', buffered: true });
  });
}

/** Null where the page was never opened, or is gone. */
export const steadinessOf = (page: Page): Promise<Steadiness | null> =>
  page
    .evaluate(() => (window as unknown as { steadiness?: Steadiness }).steadiness ?? null)
    .catch(() => null);

export const sumOfShifts = ({ shifts }: Steadiness): number =>
  shifts.reduce((sum, { value }) => sum + value, 0);

/** "longest block 130 ms, 420 ms beyond 50 ms in 3 tasks" */
export function blocksOf(longTasks: Steadiness['longTasks']): string {
  const longest = Math.max(0, ...longTasks.map(({ took }) => took));
  const beyond = longTasks.reduce((sum, { took }) => sum + took - 50, 0);
  return `longest task ${longest.toFixed(0)} ms, ${beyond.toFixed(0)} ms beyond 50 ms in ${longTasks.length} tasks`;
}
