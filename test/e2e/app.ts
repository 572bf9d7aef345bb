/** The app as a test uses it: by the names people and screen readers see. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import {
  expect,
  test as base,
  type ConsoleMessage,
  type Locator,
  type Page,
  type Request,
  type Route,
  type Worker,
} from 'playwright/test';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { chosenBy } from '../../src/sampling/labels';
import type { Asked } from '../job';
import { pictureDifference } from '../golden/tensors';
import { oneThreadPort } from './ports';
import { SharedContext } from './shared-context';
import { blocksOf, steadinessOf, sumOfShifts, watchSteadiness } from './steadiness';

export const golden = new URL('../golden/data/', import.meta.url);

/** A golden checkpoint, or one file of its folder, as a person would pick it from a folder. */
export function checkpointFile(
  name: string,
  part?: string,
): { name: string; mimeType: string; buffer: Buffer } {
  const packed = new URL(`models/${name}/${part ?? 'model'}.safetensors.gzip`, golden);
  const file = part === undefined ? name : part.replace(/.*\//, '');
  return {
    name: `${file}.safetensors`,
    mimeType: 'application/octet-stream',
    buffer: gunzipSync(readFileSync(packed)),
  };
}

/** In the engine: waits for an answer, at once or as soon as the page was told of so many steps. */
function hold({ address, steps }: { readonly address: string; readonly steps: number }): void {
  const wait = () => {
    const request = new XMLHttpRequest();
    request.open('GET', address, false); // a worker does nothing else until it is answered
    request.send();
  };
  if (steps === 0) return wait();
  const post = self.postMessage.bind(self);
  let told = 0;
  self.postMessage = (message: { readonly value?: { readonly kind?: string } }) => {
    post(message);
    if (message.value?.kind !== 'step' || ++told < steps) return;
    self.postMessage = post;
    wait();
  };
}

export class App {
  readonly page: Page;
  /** Every request since the page was made, the worker's included. */
  readonly requests: string[] = [];
  /** What the page's policy forbade. */
  readonly violations: string[] = [];
  /** Addresses that a test asks the app to fetch from. */
  readonly allowed: string[] = [];
  #folder: string | undefined;
  #imported = 0;

  constructor(page: Page) {
    this.page = page;
    page.context().on('request', this.#asked).on('requestfailed', this.#failed).on('console', this.#said);
  }

  readonly #asked = (request: Request): void => void this.requests.push(request.url());
  readonly #failed = (request: Request): void => {
    if (request.failure()?.errorText === 'csp') this.violations.push(request.url());
  };
  readonly #said = (message: ConsoleMessage): void => {
    if (/Content Security Policy|Trusted/.test(message.text())) this.violations.push(message.text());
  };

  async open(): Promise<void> {
    await this.page.goto('/');
    await this.ready();
  }

  /** Opens the app and has it use WebGPU, although a CPU imitates the graphics card here. */
  async openOnWebGPU(): Promise<void> {
    await this.open();
    await this.page.getByText('Advanced').click();
    await this.page.getByRole('combobox', { name: 'Run on' }).selectOption('webgpu');
    await expect(this.device).toContainText('WebGPU');
  }

  /** Models are listed and the engine has said what it runs on. */
  async ready(): Promise<void> {
    await expect(this.generate).toBeEnabled();
    await expect(this.device).toBeVisible();
  }

  get device(): Locator {
    return this.page.getByText(/^Runs on/);
  }
  get generate(): Locator {
    return this.page.getByRole('button', { name: 'Generate' });
  }
  get cancel(): Locator {
    return this.page.getByRole('button', { name: 'Cancel' });
  }
  get result(): Locator {
    return this.page.getByRole('img', { name: 'Result' });
  }
  get model(): Locator {
    return this.page.getByRole('combobox', { name: 'Model', exact: true });
  }
  get progress(): Locator {
    // An import has a bar of its own, which may be there for a moment more once its model is chosen.
    return this.page.getByRole('progressbar', { name: 'Progress', exact: true });
  }
  /** A bar that is there as long as something is imported. */
  get importing(): Locator {
    return this.page.getByRole('progressbar', { name: 'Import', exact: true });
  }
  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  async fill(job: Asked): Promise<void> {
    const { page } = this;
    if (job.prompt !== undefined)
      await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill(job.prompt);
    if (job.negative !== undefined)
      await page.getByRole('textbox', { name: 'Negative prompt' }).fill(job.negative);
    const numbers = {
      Width: job.width,
      Height: job.height,
      Steps: job.steps,
      'Guidance scale': job.guidance,
      Seed: job.seed,
      'Clip skip': job.clipSkip,
    };
    for (const [name, value] of Object.entries(numbers)) {
      if (value !== undefined) await page.getByRole('spinbutton', { name, exact: true }).fill(String(value));
    }
    if (job.sampler !== undefined) {
      const { sampler, schedule } = chosenBy(job.sampler, job.schedule)!; // a test's own
      await page.getByRole('combobox', { name: 'Sampler' }).selectOption(sampler);
      await page.getByRole('combobox', { name: 'Schedule type' }).selectOption(schedule);
    }
  }

  /** Presses Generate and waits for the picture. @param begin in another way. */
  async draw(begin = (): Promise<void> => this.generate.click()): Promise<PNG> {
    const shown = (): Promise<string> =>
      this.result.evaluateAll((images: HTMLImageElement[]) => images.map(({ src }) => src).join());
    const before = await shown();
    await begin();
    // A picture of few steps may be done before anybody looks for the bar.
    await expect.poll(async () => (await this.progress.isVisible()) || (await shown()) !== before).toBe(true);
    await expect(this.progress).toBeHidden({ timeout: 900_000 });
    return this.download();
  }

  /** The finished picture, by way of Download PNG. */
  async download(): Promise<PNG> {
    return PNG.sync.read(await this.downloadFile());
  }

  /** Its file, with what that says of it. */
  async downloadFile(): Promise<Buffer> {
    await expect(this.result).toBeVisible();
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('button', { name: 'Download PNG' }).click(),
    ]);
    return readFile(await download.path());
  }

  /** As soon as the title is so, for however short: a few steps are over before it is asked for a second time. */
  async titled(title: RegExp): Promise<void> {
    await this.page.evaluate(
      (wanted) =>
        new Promise<void>((done, fail) => {
          const look = (): void => {
            if (!wanted.test(document.title)) return;
            observer.disconnect();
            done();
          };
          const observer = new MutationObserver(look);
          observer.observe(document.head, { subtree: true, childList: true, characterData: true });
          setTimeout(() => fail(new Error(`the title is “${document.title}”`)), 120_000);
          look();
        }),
      title,
    );
  }

  /** Holds back the bundled model, so that a run lasts without computing. @returns what lets it come. */
  async holdModel(): Promise<() => Promise<void>> {
    const model = /\/mini-sd\.safetensors/;
    const held: Route[] = [];
    await this.page.route(model, (route) => void held.push(route));
    return async () => {
      await Promise.all(held.splice(0).map((route) => route.continue()));
      await this.page.unroute(model);
    };
  }

  /**
   * Holds back the workers that name pieces: files are read and recognised, and nothing of them is written. @returns what lets
   * them come, and what does not.
   */
  async holdImport(): Promise<Record<'goOn' | 'fail', () => Promise<void>>> {
    const namer = /\/namer-/;
    const held: Route[] = [];
    await this.page.route(namer, (route) => void held.push(route));
    const each = (answer: (route: Route) => Promise<void>) => async () => {
      await Promise.all(held.splice(0).map(answer));
      await this.page.unroute(namer);
    };
    return { goOn: each((route) => route.continue()), fail: each((route) => route.abort()) };
  }

  /** Has the engine wait in the middle of what it does, which computes nothing meanwhile. @returns what lets it go on. */
  async holdEngine(): Promise<() => Promise<void>> {
    const gate = await this.#gate();
    const waiting = this.#engine.evaluate(hold, { address: gate.address, steps: 0 });
    waiting.catch(() => undefined); // told to who lets it go, unless it is killed before
    const open = await gate.reached;
    return async () => {
      await open();
      await waiting;
    };
  }

  /**
   * Has the engine wait as soon as it has told of so many steps, whichever pictures they are of.
   * @returns what waits until it does, and then gives what lets it go on.
   */
  async holdAfter(steps: number): Promise<() => Promise<() => Promise<void>>> {
    const gate = await this.#gate();
    await this.#engine.evaluate(hold, { address: gate.address, steps });
    return () => gate.reached;
  }

  /** The engine's worker, which is started with the page. */
  get #engine(): Worker {
    const [engine] = this.page.workers();
    return engine!;
  }

  /** An address that is answered when somebody wants it. @returns `reached`: once it was asked for, what answers. */
  async #gate(): Promise<{ readonly address: string; readonly reached: Promise<() => Promise<void>> }> {
    const address = `${new URL(this.page.url()).origin}/held`;
    let answer: (route: Route) => void;
    const held = new Promise<Route>((done) => (answer = done));
    await this.page.route(address, (route) => answer(route));
    const reached = held.then((route) => async () => {
      await route.fulfill({ status: 204 });
      await this.page.unroute(address);
    });
    return { address, reached };
  }

  /** From a folder on the disk: what Playwright hands over in memory the page unpacks, for seconds where it is a model. */
  async importFiles(...files: { name: string; buffer: Buffer }[]): Promise<void> {
    const paths = await Promise.all(files.map(({ name, buffer }) => this.#onDisk(name, buffer)));
    await this.page.getByLabel('Import model').setInputFiles(paths);
  }

  /** Writes a file into the browser's own private folder, from one on the disk. */
  async writePrivately(name: string, buffer: Buffer): Promise<void> {
    const picker = await this.page.evaluateHandle(() => {
      const input = document.createElement('input');
      input.type = 'file';
      return input;
    });
    await picker.setInputFiles(await this.#onDisk(name, buffer));
    await picker.evaluate(async ({ files }) => {
      const [file] = files!; // one was chosen
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle(file!.name, { create: true });
      await file!.stream().pipeTo(await handle.createWritable());
    });
    await picker.dispose();
  }

  /** The path of a new file with these bytes. */
  async #onDisk(name: string, buffer: Buffer): Promise<string> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'drobe-e2e-'));
    const folder = join(this.#folder, String(this.#imported++)); // two may have one name
    await mkdir(folder);
    await writeFile(join(folder, name), buffer);
    return join(folder, name);
  }

  /** A picture let go of over the page, as from a window beside it. */
  async drop(name: string, bytes: Buffer): Promise<void> {
    await this.page.evaluate(
      ([called, base64]) => {
        const dataTransfer = new DataTransfer();
        const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([content], called, { type: 'image/png' }));
        for (const type of ['dragenter', 'dragover', 'drop'])
          document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      },
      [name, bytes.toString('base64')] as const,
    );
  }

  /** Files and folders of the disk let go of over the page, as the system itself would: a page's own DataTransfer has no folders. */
  async dropFiles(...files: string[]): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
    await session.detach();
  }

  /** Hears no more, and deletes what was imported from. */
  async close(): Promise<void> {
    this.page
      .context()
      .off('request', this.#asked)
      .off('requestfailed', this.#failed)
      .off('console', this.#said);
    if (this.#folder) await rm(this.#folder, { recursive: true });
  }
}

/** The colour of a picture at a place in it, x and y from 0 up to 1. */
export function colourAt(
  { width, height, data }: PNG,
  x: number,
  y: number,
): [r: number, g: number, b: number] {
  const first = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
  return [data[first]!, data[first + 1]!, data[first + 2]!]; // in the picture
}

interface Visit {
  readonly app: App;
  /** Whether a test has a profile of its own: where it is about service workers, which others would meet. */
  readonly ownProfile: boolean;
}

/** Fails when anything was asked of another origin than the app's own, or was tried that the page's policy forbids. */
export const test = base.extend<Visit, { shared: SharedContext }>({
  ownProfile: [false, { option: true }],
  // ONNX Runtime has one thread there, which takes less of the cores.
  baseURL: `http://localhost:${oneThreadPort}`,
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the parameters what is needed
  shared: [async ({}, use) => use(new SharedContext()), { scope: 'worker' }],
  context: async ({ browser, context, shared, ownProfile, baseURL }, use) => {
    if (ownProfile) return use(context);
    const { origin } = new URL(baseURL!); // all tests have one
    await use(await shared.open(browser, origin));
    await shared.empty(origin);
  },
  app: async ({ page, baseURL }, use) => {
    const app = new App(page);
    await watchSteadiness(page);
    await use(app);
    const steadiness = await steadinessOf(page);
    if (steadiness) {
      const description = `moved ${sumOfShifts(steadiness).toFixed(3)}, ${blocksOf(steadiness.longTasks)}`;
      test.info().annotations.push({ type: 'last visit', description });
    }
    await app.close();
    const own = new URL(baseURL!).origin;
    const allowed = [`${own}/`, 'blob:', 'data:', ...app.allowed];
    const foreign = app.requests.filter((url) => !allowed.some((start) => url.startsWith(start)));
    expect(foreign, 'requests to other origins').toEqual([]);
    expect(app.violations, 'what the policy forbade').toEqual([]);
  },
});

/** Compares with diffusers' picture: the mean difference of all bytes is at most 0.1 of 255, and none is over 2. */
export async function expectPicture(picture: PNG, path: string, what: string): Promise<void> {
  const expected = PNG.sync.read(await readFile(new URL(path, golden)));
  expect([picture.width, picture.height]).toEqual([expected.width, expected.height]);
  const { mean, worst } = pictureDifference(picture.data, expected.data);
  console.log(`${what}: mean difference ${mean.toFixed(4)}, worst ${worst} of 255`);
  expect(mean).toBeLessThan(0.1);
  expect(worst).toBeLessThanOrEqual(2);
}
export { expect };
