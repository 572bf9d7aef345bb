/** The app in the kit's Chromium, by the names that people see; what a row asks of it. */
import { chromium, type BrowserContext, type Locator, type Page } from 'playwright-core';

export interface Browser {
  /** Path of headless_shell. */
  readonly path: string;
  readonly flags: readonly string[];
  /** Whether a CPU may imitate the card. */
  readonly imitated: boolean;
  /** Folder for its profile. */
  readonly profile: string;
}

/** What a picture took, in the app's own words: "Reading the prompt 0.1 s, 20 steps 3.2 s, decoding 0.2 s". */
export interface Drawn {
  readonly times: string;
  /** From the click to the picture, in seconds. */
  readonly seconds: number;
  readonly pixels: Pixels;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: readonly number[];
}

export interface Settings {
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
}

export class AppPage {
  readonly #context: BrowserContext;
  readonly #page: Page;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.#page = page;
  }

  static async open({ path, flags, imitated, profile }: Browser, address: string): Promise<AppPage> {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: path,
      args: [...flags],
      ...(!imitated && { ignoreDefaultArgs: ['--enable-unsafe-swiftshader'] }),
      reducedMotion: 'reduce',
      serviceWorkers: 'block',
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(0); // rows are broken off from outside
    await page.goto(address);
    return new AppPage(context, page);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** Adapter, features and limits as the page is told them; null where there is no WebGPU. */
  async adapter(): Promise<Record<string, string> | null> {
    return this.#page.evaluate(async () => {
      if (!('gpu' in navigator)) return null;
      const adapter = await navigator.gpu.requestAdapter();
      if (!adapter) return null;
      const { vendor, architecture, device, description } = adapter.info;
      return {
        adapter: [vendor, architecture, device, description].filter(Boolean).join(' '),
        features: [...adapter.features].sort().join(' '),
        'largest buffer': `${adapter.limits.maxBufferSize / 2 ** 20} MiB`,
        browser: navigator.userAgent.replace(/.*(?=Chrome)/, ''),
      };
    });
  }

  /** Has the app run on WebGPU or the CPU, and gives what it says it runs on. */
  async runOn(backend: 'webgpu' | 'wasm'): Promise<string> {
    const choice = this.#page.getByRole('combobox', { name: 'Run on' });
    if (!(await choice.isVisible())) await this.#page.getByText('Advanced').click();
    await choice.selectOption(backend);
    const said = this.#page.getByText(backend === 'webgpu' ? /^Runs on.*WebGPU/ : /^Runs on the CPU/);
    await said.or(this.#alert).first().waitFor();
    await this.#complain();
    return said.innerText();
  }

  async importModel(file: string): Promise<void> {
    await this.#page.getByLabel('Import model').setInputFiles(file);
    const name = file.replace(/.*\//, '').replace('.safetensors', '');
    const chosen = this.#page
      .getByRole('combobox', { name: 'Model' })
      .locator('option:checked', { hasText: name });
    await chosen.or(this.#alert).first().waitFor({ state: 'attached' });
    await this.#complain();
    // It is chosen before it is copied.
    await this.#page.getByRole('progressbar', { name: 'Import', exact: true }).waitFor({ state: 'hidden' });
    await this.#complain();
  }

  async draw(settings: Settings): Promise<Drawn> {
    await this.#page.getByRole('textbox', { name: 'Prompt', exact: true }).fill(settings.prompt);
    const numbers = {
      Width: settings.width,
      Height: settings.height,
      Steps: settings.steps,
      'Guidance scale': settings.guidance,
      Seed: settings.seed,
    };
    for (const [name, value] of Object.entries(numbers))
      await this.#page.getByRole('spinbutton', { name, exact: true }).fill(String(value));
    await this.#page.getByRole('combobox', { name: 'Sampler' }).selectOption('DDIM');
    const before = await this.#addresses();
    const clicked = performance.now();
    await this.#page.getByRole('button', { name: 'Generate' }).click();
    await this.#page.getByRole('progressbar').or(this.#alert).first().waitFor();
    await this.#page.getByRole('progressbar').waitFor({ state: 'hidden' });
    await this.#result.or(this.#alert).first().waitFor();
    await this.#complain();
    const seconds = (performance.now() - clicked) / 1000;
    if ((await this.#addresses()) === before) throw new Error('no new picture is shown');
    const times = await this.#page.getByTitle(/^Reading the prompt/).getAttribute('title');
    return { times: times ?? '', seconds, pixels: await this.#pixels() };
  }

  get #alert(): Locator {
    return this.#page.getByRole('alert');
  }

  get #result(): Locator {
    return this.#page.getByRole('img', { name: 'Result' });
  }

  /** @throws Error with what the app says is wrong. */
  async #complain(): Promise<void> {
    if (await this.#alert.first().isVisible()) throw new Error(await this.#alert.first().innerText());
  }

  #download(): Locator {
    return this.#page.getByRole('button', { name: 'Download PNG' });
  }

  async #addresses(): Promise<string | null> {
    return (await this.#download().count()) > 0 ? this.#download().first().getAttribute('href') : null;
  }

  async #pixels(): Promise<Pixels> {
    const address = await this.#addresses();
    return this.#page.evaluate(decode, address ?? '');
  }

  /** A picture in a file, decoded as the app's own are. */
  async decoded(png: Buffer): Promise<Pixels> {
    // As an object of the page's own: its policy lets no picture in from elsewhere.
    const address = await this.#page.evaluate((text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
    }, png.toString('base64'));
    return this.#page.evaluate(decode, address);
  }
}

/** Runs in the page. */
async function decode(address: string): Promise<Pixels> {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d')!; // no other was asked for
  context.drawImage(image, 0, 0);
  const { width, height, data } = context.getImageData(0, 0, image.width, image.height);
  return { width, height, data: [...data] };
}
