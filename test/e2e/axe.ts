/** What axe-core can tell of a view or a window: names, roles, contrast, order. */
import axe from 'axe-core';
import type { Page } from 'playwright/test';
import { expect } from './app';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

/** What axe finds in the menu or the window that is open, or on the page, a line each. */
const found = (page: Page, rules: axe.RunOptions): Promise<string[]> =>
  page.evaluate(async (options) => {
    const { axe: here } = window as unknown as { axe: typeof axe };
    const { violations } = await here.run(document.querySelector('[role=menu], dialog[open]') ?? document, {
      ...options,
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary}`),
    );
  }, rules);

/** Looks at one view or window after the other of a page that is open, until it is another one. */
export class Axe {
  readonly #page: Page;
  views = 0;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async on(page: Page): Promise<Axe> {
    await page.evaluate(axe.source);
    return new Axe(page);
  }

  /** By all rules in light; in dark nothing but colours is different. It begins with the colours that are there. */
  async expectSound(where: string): Promise<void> {
    const schemes = ['light', 'dark'] as const;
    for (const colorScheme of this.views++ % 2 ? schemes.toReversed() : schemes) {
      await this.#page.emulateMedia({ colorScheme });
      const runOnly = colorScheme === 'light' ? RULES : ['color-contrast'];
      expect.soft(await found(this.#page, { runOnly }), `${where}, ${colorScheme}`).toEqual([]);
    }
  }
}
