/** A page on a phone, in the profile that tests share: what Playwright's own options make of a page holds for all of a profile. */
import type { CDPSession, Locator, Page } from 'playwright/test';

interface Point {
  readonly x: number;
  readonly y: number;
}

export class Phone {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  /** Until the page is closed. */
  static async of(page: Page, size: { width: number; height: number }): Promise<Phone> {
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    const phone = new Phone(session);
    await phone.resize(size);
    return phone;
  }

  async resize({ width, height }: { width: number; height: number }): Promise<void> {
    const metrics = { width, height, screenWidth: width, screenHeight: height, deviceScaleFactor: 1 };
    await this.#session.send('Emulation.setDeviceMetricsOverride', { ...metrics, mobile: true });
  }

  /** Letters of so many pixels, where a person has said nothing else to the page. */
  async write(standard: number): Promise<void> {
    await this.#session.send('Page.setFontSizes', { fontSizes: { standard } });
  }

  /** With one finger, in the middle of what can be pressed. */
  async tap(place: Locator): Promise<void> {
    await place.click({ trial: true });
    const { x, y, width, height } = (await place.boundingBox())!; // it can be pressed
    await this.touch('touchStart', { x: x + width / 2, y: y + height / 2 });
    await this.touch('touchEnd');
  }

  async touch(type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: readonly Point[]): Promise<void> {
    const touchPoints = points.map((point, id) => ({ ...point, id }));
    await this.#session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }
}
