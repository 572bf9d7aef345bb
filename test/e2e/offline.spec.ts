/** After the first visit there need be no network, and a newer version is offered and never forced. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { chromium, type Page } from 'playwright/test';
import { PIECE_BYTES } from '../../src/sw/kept';
import { launch } from '../chromium.mjs';
import type { MiniCase } from '../golden/pipeline-case';
import { App, expect, expectPicture, golden, test } from './app';
import { StaticHost } from './static-host';

const root = fileURLToPath(new URL('../..', import.meta.url));
const port = 4198;

test.use({ ownProfile: true, serviceWorkers: 'allow', baseURL: `http://localhost:${port}` });

const { cases } = JSON.parse(readFileSync(new URL('mini-sd/cases.json', golden), 'utf8')) as {
  cases: MiniCase[];
};
const picture = PNG.sync.write(new PNG({ width: 64, height: 64 }));

/** The sum of the one build of ONNX Runtime that is kept. @param damaged changes a byte of it before. */
const keptRuntime = (page: Page, damaged = false) =>
  page.evaluate(async (change) => {
    const name = (await caches.keys()).find((key) => key.includes('precache'))!; // Workbox's
    const cache = await caches.open(name);
    const key = (await cache.keys()).find(({ url }) => url.endsWith('.wasm'))!; // a browser that works offline has one
    const kept = (await cache.match(key))!;
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (change) {
      bytes[bytes.length >> 1]! ^= 1;
      await cache.put(key, new Response(bytes, kept));
    }
    const sum = new Uint8Array(await crypto.subtle.digest('SHA-384', bytes));
    return String(sum);
  }, damaged);

const worksOffline = (page: Page) => page.getByText('Works offline');

async function drawsApple(app: App): Promise<void> {
  await app.ready();
  await app.fill({ prompt: 'red apple', steps: 1, guidance: 1, width: 64, height: 64 });
  const { width, height } = await app.draw();
  expect([width, height]).toEqual([64, 64]);
}

// That a page draws which never had a network is shown below.
test('what npm start served works when it is stopped: before a reload and after', async ({ app }) => {
  const server = spawn(process.execPath, ['src/cli/start.mjs', '--port', String(port)], {
    cwd: root,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(server.stdout, 'data');
    await app.page.goto('/');
    await expect(worksOffline(app.page)).toBeVisible();
    expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
    // That has room beside the page's name on the narrowest phone, too.
    const viewport = app.page.viewportSize()!; // a test's page has one
    await app.page.setViewportSize({ width: 320, height: 700 });
    const wide = () => app.page.evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(wide).toBeLessThanOrEqual(320);
    await app.page.setViewportSize(viewport);

    await test.step('a damaged copy of ONNX Runtime is replaced from the server', async () => {
      const sum = await keptRuntime(app.page);
      expect(await keptRuntime(app.page, true)).not.toBe(sum);
      await app.page.reload();
      await expect.poll(() => keptRuntime(app.page)).toBe(sum);
    });
  } finally {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
  // Nothing was drawn so far, nor was the model needed.
  await drawsApple(app);
  await app.page.reload();
  await expect(worksOffline(app.page)).toBeVisible();
  await expect(app.model.getByRole('option')).toHaveText([/mini-sd/]);
  await app.ready();
});

test('on any host: keeping goes on where it broke off, what others share is taken, threads come with the second visit and the CPU draws what diffusers draws, a new version is offered', async () => {
  const profile = test.info().outputPath('profile');
  const host = new StaticHost(port);
  await host.start();
  // A profile on disk outlasts the browser.
  const open = async () => {
    const context = await chromium.launchPersistentContext(profile, {
      ...launch,
      args: launch.args.filter((arg) => !arg.includes('webgpu')),
      baseURL: host.address,
    });
    return { context, page: await context.newPage() };
  };
  /** The numbers of the model's pieces that are kept. */
  const pieces = (page: Page) =>
    page.evaluate(async () => {
      const name = (await caches.keys()).find((key) => key.startsWith('drobe-large'));
      const keys = name === undefined ? [] : await (await caches.open(name)).keys();
      const ofModel = keys.filter(({ url }) => url.includes('/mini-sd.safetensors'));
      return ofModel.flatMap(({ url }) => new URL(url).searchParams.get('piece') ?? []).map(Number);
    });

  // The browser is ended in the middle of the model.
  host.room = 30e6;
  const first = await open();
  await first.page.goto('');
  // How many depends on whose request comes first, and on those that the browser makes twice.
  await expect.poll(async () => (await pieces(first.page)).length).toBeGreaterThan(1);
  await expect(worksOffline(first.page)).toBeHidden();
  // This browser has no WebGPU.
  await expect(first.page.getByText(/^Runs on/)).toContainText('CPU');
  await expect(first.page.getByText('no usable graphics card')).toBeVisible();
  // No header says so here: the engine is bound by what the page says of itself.
  const elsewhere = host.address.replace('localhost', '127.0.0.1');
  const ask = (url: string) =>
    fetch(url, { mode: 'no-cors' }).then(
      () => 'sent',
      () => 'refused',
    );
  expect(await first.page.workers()[0]!.evaluate(ask, elsewhere)).toBe('refused');
  const had = (await pieces(first.page)).slice(0, -1); // the last may not be on the disk yet
  await first.context.close();

  // The rest comes, and only the rest.
  host.room = Infinity;
  host.sent.length = 0;
  const { context, page } = await open();
  const app = new App(page);
  await page.goto('');
  await expect(worksOffline(page)).toBeVisible();
  const large = host.sent.filter(
    ({ path, begin, end }) => /mini-sd\.safetensors/.test(path) && end - begin > 65536,
  );
  expect(large.length).toBeGreaterThan(0);
  const again = had.filter((n) =>
    large.some(({ begin, end }) => begin < (n + 1) * PIECE_BYTES && n * PIECE_BYTES < end),
  );
  expect(again).toEqual([]);
  // Of ONNX Runtime the one variant that this browser needs, if not there already.
  const runtimes = host.sent.map(({ path }) => path).filter((path) => path.endsWith('.wasm'));
  expect(new Set(runtimes).size).toBeLessThanOrEqual(1);

  await host.stop();
  host.sent.length = 0;

  await test.step('what others share is taken without a network: a picture, words, a link', async () => {
    await share(app, host.address, {}, true);
    await expect(page.getByText(/^source\.png/)).toBeVisible();
    await expect(page.getByRole('tab', { name: 'Image' })).toHaveAttribute('aria-selected', 'true');

    await share(app, host.address, { text: 'cat face' });
    await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue('cat face');

    await share(app, host.address, { title: 'A model', text: 'https://huggingface.co/some/model' });
    const dialog = page.getByRole('dialog', { name: 'Download a model' });
    await expect(dialog.getByRole('textbox')).toHaveValue('https://huggingface.co/some/model');
    expect(host.sent).toEqual([]);

    // What was taken is not there for a second time.
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.goto('about:blank');
    await page.goto('./#shared');
    await app.ready();
    await expect(dialog).toBeHidden();
    await page.getByRole('tab', { name: 'Text' }).click();
  });

  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await test.step('without WebGPU the CPU draws what diffusers draws', async () => {
    await expect(app.device).toContainText('CPU');
    // One without noise on the way; all samplers are drawn in Node, with the same runtime.
    const { png, ...job } = cases.find(({ sampler }) => sampler === 'DPM++ 2M')!;
    await app.fill(job);
    await expectPicture(await app.draw(), `mini-sd/${png}`, `CPU ${job.sampler}`);
  });
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  // The engine's own thread is one of them; what hashed the model is gone.
  await expect.poll(() => page.workers()).toHaveLength(Math.min(4, cores));
  for (const worker of page.workers()) expect(worker.url()).toMatch(/^blob:/); // bound as the page is

  // A newer build comes in the middle of a picture: only what changed is fetched, and the page stays as it is until a
  // person wants it.
  await app.fill({ steps: 40, width: 64, height: 64 });
  await app.generate.click();
  await expect(page.getByText(/Step \d+ of 40/)).toBeVisible();
  host.sent.length = 0;
  newerBuild(host);
  await host.start();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  const ready = page.getByText('A new version of Drobė is ready');
  await expect(ready).toContainText('It can be loaded when this picture is done');
  // The engine may ask meanwhile which models there are.
  const fetched = host.sent.map(({ path }) => path).filter((path) => path !== 'models/index.json');
  expect(fetched).toEqual(['sw.js', 'index.html']);
  await expect(app.progress).toBeHidden({ timeout: 200_000 });
  await expect(app.result).toBeVisible();
  await expect(page.locator('meta[name=build]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.locator('meta[name=build]')).toHaveCount(1);
  await expect(ready).toBeHidden();
  expect(app.violations).toEqual([]);
  await context.close();
  await host.stop();
  await rm(profile, { recursive: true });
});

/** The same, but for a word in index.html. */
function newerBuild({ changed }: StaticHost): void {
  const read = (path: string) => readFileSync(`${root}dist/${path}`, 'utf8');
  changed.set('index.html', read('index.html').replace('<head>', '<head><meta name="build" content="2">'));
  const worker = read('sw.js');
  const entry = /\{"revision":"\w+","url":"index.html"\}/;
  expect(worker).toMatch(entry);
  changed.set('sw.js', worker.replace(entry, '{"revision":"2","url":"index.html"}'));
}

/** As a system does it: a navigation that posts a form, from nowhere. */
async function share(
  app: App,
  to: string,
  fields: Record<string, string>,
  withPicture = false,
): Promise<void> {
  const { page } = app;
  await page.goto('about:blank');
  const inputs = Object.keys(fields).map((name) => `<textarea name="${name}"></textarea>`);
  await page.setContent(
    `<form method="post" enctype="multipart/form-data" action="${to}share">${inputs.join('')}` +
      '<input type="file" name="files" multiple><button>Send</button></form>',
  );
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name=${name}]`).fill(value);
  if (withPicture)
    await page
      .locator('[name=files]')
      .setInputFiles({ name: 'source.png', mimeType: 'image/png', buffer: picture });
  await page.getByRole('button', { name: 'Send' }).click();
  await app.ready();
}
