/**
 * One browser profile for all tests of a worker, emptied between them: a page of its own in it stays
 * open and keeps ONNX Runtime compiled, so that a test's first picture takes half of what it takes a profile that is new.
 */
import { readdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright/test';

/** For a browser in which pages come one after the other. */
export const sharing = [
  // Every page of one site in one process: it is what compiled code is shared in.
  '--process-per-site',
  // V8 optimises a function of WebAssembly once so many of its bytes were run, by all pages together. With the usual 13 million that
  // comes to functions that run once a page, two of them a megabyte long, and costs more than it ever saves.
  '--js-flags=--wasm-tiering-budget=300000000',
];

export class SharedContext {
  #context: BrowserContext | undefined;
  #keeper: Page | undefined;

  /** @param origin of the app. */
  async open(browser: Browser, origin: string): Promise<BrowserContext> {
    this.#context ??= await browser.newContext({ baseURL: origin });
    await this.#keep(this.#context, origin);
    return this.#context;
  }

  /** As if nobody had been there. */
  async empty(origin: string): Promise<void> {
    const context = this.#context;
    if (!context) return;
    // A test that had its process crash took the keeper with it: another one, while the page that followed has its process still.
    const keeper = await this.#keep(context, origin);
    for (const page of context.pages()) if (page !== keeper) await page.close();
    await context.unrouteAll();
    await context.clearPermissions();
    await context.clearCookies();
    const session = await context.newCDPSession(keeper);
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    await session.detach();
  }

  async #keep(context: BrowserContext, origin: string): Promise<Page> {
    this.#keeper ??= (await keeper(context, origin)).once('crash', () => (this.#keeper = undefined));
    return this.#keeper;
  }
}

/** Any page of the app's server but the app itself, which would count as another tab. */
async function keeper(context: BrowserContext, origin: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${origin}/models/index.json`);
  const files = readdirSync(new URL('../../dist/assets/', import.meta.url)).filter((name) =>
    name.endsWith('.wasm'),
  );
  await page.evaluate(async (wasm) => {
    const variant = 'Suspending' in WebAssembly ? 'jspi' : 'asyncify'; // as in src/runtime/variant.ts
    const name = wasm.find((file) => file.includes(`.${variant}-`));
    const response = await fetch(`/assets/${name}`);
    Object.assign(window, { kept: await WebAssembly.compile(await response.arrayBuffer()) });
  }, files);
  return page;
}
