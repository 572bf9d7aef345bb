/** Photographs of the page as it is now, in both themes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright/test';

const folder = (path: string) => fileURLToPath(new URL(`../../${path}/`, import.meta.url));

/** CSS pixels of what is photographed. */
export const devices = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;
export type Device = keyof typeof devices;

/** What fits beside another one in a table, and can still be read there. */
const small = { width: 1000, height: 600 };

/** What `npm run screens` was asked for. */
export interface Orders {
  readonly language: string;
  /** How the names of the views begin that are wanted. */
  readonly only: string;
  /** Whether those that READMEs show are replaced. */
  readonly readme: boolean;
}

export class Camera {
  readonly #page: Page;
  readonly #device: Device;
  readonly #orders: Orders;
  #session: CDPSession | undefined;
  #taken = 0;

  constructor(page: Page, device: Device, orders: Orders) {
    this.#page = page;
    this.#device = device;
    this.#orders = orders;
  }

  /** How many photographs there are, and where. */
  get report(): string {
    return `${this.#taken} screens of a ${this.#device} in ${this.#folder}`;
  }

  get #folder(): string {
    return folder(`test-results/screens/${this.#orders.language}`);
  }

  /**
   * `readme`: by which name a README shows this view of a desktop, and whether as large as it is. `manifest`: it is what a
   * browser shows of the app that offers to install it.
   */
  async take(
    view: string,
    readme?: { readonly as: string; readonly large?: true; readonly manifest?: true },
  ): Promise<void> {
    if (!view.startsWith(this.#orders.only)) return;
    await mkdir(this.#folder, { recursive: true });
    // What has the focus has a ring around it, and on a phone there would be a keyboard.
    await this.#page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    for (const theme of ['dark', 'light'] as const)
      await this.#photograph(theme, `${this.#folder}${view}-${this.#device}-${theme}.webp`);
    if (!readme || !this.#orders.readme) return;
    if (readme.manifest) {
      await mkdir(folder('public/screenshots'), { recursive: true });
      await this.#photograph('light', `${folder('public/screenshots')}${this.#device}.webp`);
    }
    if (this.#device === 'phone') return;
    if (!readme.large) await this.#page.setViewportSize(small);
    await this.#photograph('light', `${folder('.github')}${readme.as}.webp`);
    await this.#page.setViewportSize(devices.desktop);
  }

  async #photograph(theme: 'light' | 'dark', path: string): Promise<void> {
    await this.#page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await this.#page.waitForTimeout(250); // what is measured is laid out anew, pictures follow
    const session = (this.#session ??= await this.#page.context().newCDPSession(this.#page));
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 88 });
    await writeFile(path, Buffer.from(data, 'base64'));
    this.#taken++;
  }
}
