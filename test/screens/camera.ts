/** Photographs of the page as it is now, in both themes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, type CDPSession, type Locator, type Page } from 'playwright/test';

const folder = (path: string) => fileURLToPath(new URL(`../../${path}/`, import.meta.url));

/** CSS pixels of what is photographed. */
export const devices = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;
export type Device = keyof typeof devices;

/** What fits beside another one in a table, and can still be read there. */
const small = { width: 1200, height: 760 };

/** What `npm run screens` was asked for. */
export interface Orders {
  readonly language: string;
  /** How the names of the views begin that are wanted. */
  readonly only: string;
  /** Whether those that READMEs show are replaced. */
  readonly readme: boolean;
}

/** Where a view is shown elsewhere: how a README shows it, of a desktop. */
interface ForReadme {
  /** Name of its file. */
  readonly as: string;
  /** As large as a desktop is. */
  readonly large?: true;
  /** Whether it is, too, what a browser shows of the app that offers to install it: of this device, whichever that is. */
  readonly manifest?: true;
  /** What is to be seen of what scrolls. */
  readonly about?: Locator;
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

  async take(view: string, readme?: ForReadme): Promise<void> {
    if (!view.startsWith(this.#orders.only)) return;
    await mkdir(this.#folder, { recursive: true });
    // What has the focus has a ring around it, and on a phone there would be a keyboard.
    await this.#page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await this.#speak(this.#orders.language);
    for (const theme of ['dark', 'light'] as const)
      await this.#photograph(theme, `${this.#folder}${view}-${this.#device}-${theme}.webp`);
    if (readme && this.#orders.readme) await this.#photographForOthers(readme);
    await this.#speak('en');
  }

  async #photographForOthers({ as, large, manifest, about }: ForReadme): Promise<void> {
    if (manifest) {
      await mkdir(folder('public/screenshots'), { recursive: true });
      await this.#photograph('light', `${folder('public/screenshots')}${this.#device}.webp`);
    }
    if (this.#device === 'phone') return;
    if (!large) await this.#page.setViewportSize(small);
    await about?.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    await this.#photograph('light', `${folder('.github')}${as}.webp`);
    await this.#page.setViewportSize(devices.desktop);
  }

  /** Whoever walks finds what is pressed by its English name. The switch is behind a window, where one is open. */
  async #speak(language: string): Promise<void> {
    await this.#page.evaluate((wanted) => {
      if (document.documentElement.lang === wanted) return;
      document.querySelector<HTMLElement>(`header button[lang=${wanted}]`)?.click();
    }, language);
    await expect(this.#page.locator('html')).toHaveAttribute('lang', language);
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
