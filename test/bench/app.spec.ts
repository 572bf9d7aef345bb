/**
 * What the app itself costs, beside the least it could: importing a file beside copying and reading the same bytes,
 * how long the page does not answer, what memory drawing takes, what a first visit fetches. `npm run bench -- app`
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test, type Page } from 'playwright/test';
import { root } from '../../src/cli/packages.mjs';
import { launch } from '../chromium.mjs';
import { App } from '../e2e/app';
import { smallStableDiffusion } from '../unit/nets/stable-diffusion';
import { writeCheckpoint } from './full-size';
import { MemoryWatch, residentBytes } from './memory';
import { longestBlock, watchBlocks } from './blocks';
import { median, ratio } from './peer/ratio';
import { shellBytes } from './shell';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const MB = 1e6;
const long = { timeout: 600_000 };
const say = (line: string): void => console.log(line);

test('the app beside the least it could take', async ({ baseURL }) => {
  for (const { what, files, bytes, packed } of shellBytes(join(root, 'dist'))) {
    say(`${what}: ${files} files, ${(bytes / MB).toFixed(2)} MB, gzip ${(packed / MB).toFixed(2)} MB`);
  }
  const folder = join(root, '.cache/bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'app.safetensors');
  const bytes = await writeCheckpoint(file, smallStableDiffusion());
  try {
    const rounds: Importing[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await withApp(baseURL!, async (app, profile) => {
        rounds.push(await importing(app, file, round));
        if (round < ROUNDS - 1) return;
        tellOf(rounds, bytes);
        for (const backend of ['wasm', 'webgpu'] as const) await draw(app, profile, backend);
      });
    }
  } finally {
    rmSync(file);
  }
  expect(existsSync(file)).toBe(false);
});

/** Milliseconds. */
interface Importing {
  /** From the choice of the file until the model is chosen, and can be drawn with. */
  readonly usable: number;
  /** Until all of it is stored. */
  readonly imported: number;
  readonly database: number;
  readonly files: number;
  readonly read: number;
  readonly block: number;
}

function tellOf(rounds: readonly Importing[], bytes: number): void {
  const of = (what: keyof Importing): number[] => rounds.map((round) => round[what]);
  const row = (what: 'usable' | 'imported', name: string, against: keyof Importing): void => {
    const [ours, least] = [of(what), of(against)].map((times) => median(times).toFixed(0));
    say(`  to ${name} ${ratio(of(what), of(against))}: ${ours} ms, ${least} ms`);
  };
  for (const [what, until] of [
    ['usable', 'it can draw'],
    ['imported', 'all of it is stored'],
  ] as const) {
    const file = `a file of ${(bytes / MB).toFixed(0)} MB`;
    say(`from the choice of ${file} until ${until}, ${rounds.length} rounds:`);
    row(what, 'a plain copy into IndexedDB', 'database');
    row(what, 'a plain copy into OPFS', 'files');
    row(what, 'reading the bytes', 'read');
  }
  say(`longest block of the page while importing: ${Math.max(...of('block')).toFixed(0)} ms`);
}

/** Before or after the copies, in turn: what was read once comes from the system's memory. */
async function importing(app: App, file: string, round: number): Promise<Importing> {
  const { page } = app;
  await chooseForCopies(page, file);
  await page.evaluate(readBytes);
  const imports = async (): Promise<Pick<Importing, 'usable' | 'imported' | 'block'>> => {
    await page.evaluate(watchBlocks);
    const begun = performance.now();
    await page.getByLabel('Import model').setInputFiles(file);
    // Looked for in every frame: an expectation looks once a second.
    await app.model.locator('option:checked', { hasText: /app/ }).waitFor({ state: 'attached', ...long });
    const usable = performance.now() - begun;
    await app.importing.waitFor({ state: 'hidden', ...long });
    return { usable, imported: performance.now() - begun, block: await page.evaluate(longestBlock) };
  };
  const copies = async (): Promise<{ database: number; files: number; read: number }> => ({
    database: await page.evaluate(copyToDatabase),
    files: await page.evaluate(copyToFiles),
    read: await page.evaluate(readBytes),
  });
  if (round % 2) return { ...(await imports()), ...(await copies()) };
  return { ...(await copies()), ...(await imports()) };
}

/** One small picture: weights are read whole, whatever its size. */
async function draw(app: App, profile: string, backend: 'wasm' | 'webgpu'): Promise<void> {
  const { page } = app;
  if (backend === 'webgpu') {
    await page.getByText('Advanced').click();
    await page.getByRole('combobox', { name: 'Run on' }).selectOption('webgpu');
    await expect(app.device).toContainText('WebGPU', { timeout: 120_000 });
  }
  await app.fill({ prompt: 'red apple', width: 64, height: 64, steps: 2, guidance: 1, sampler: 'DDIM' });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const rest = residentBytes(profile);
  const watch = new MemoryWatch(profile);
  await page.evaluate(watchBlocks);
  try {
    await app.generate.click();
    await expect(app.result.or(app.alert).first()).toBeVisible(long);
    await expect(app.progress).toBeHidden(long);
    await expect(app.alert).toBeHidden();
  } finally {
    watch.stop();
  }
  const above = [...watch.take()].map(
    ([kind, peak]) => `${kind} ${((peak - (rest.get(kind) ?? 0)) / MB).toFixed(0)} MB`,
  );
  say(`drawing on ${backend}: most above rest ${above.join(', ')}`);
  say(
    `longest block of the page while drawing on ${backend}: ${(await page.evaluate(longestBlock)).toFixed(0)} ms`,
  );
}

/** The app with a profile of its own, which is gone afterwards. */
async function withApp(baseURL: string, work: (app: App, profile: string) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'drobe-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...launch,
    baseURL,
    serviceWorkers: 'block',
  });
  try {
    const app = new App(context.pages()[0]!); // it opens with one
    await app.open();
    await work(app, profile);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

// --- what runs in the page: self-contained, since only its text gets there -----------------------------------------

/** An input that is not the app's. */
async function chooseForCopies(page: Page, file: string): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.id = 'copied';
    document.body.append(input);
  });
  await page.locator('#copied').setInputFiles(file);
}

async function readBytes(): Promise<number> {
  const file = document.querySelector<HTMLInputElement>('#copied')!.files![0]!;
  const begun = performance.now();
  const reader = file.stream().getReader();
  while (!(await reader.read()).done);
  return performance.now() - begun;
}

/** Slices of the file, as large as the app's pieces at most: the browser copies the bytes by itself. */
async function copyToDatabase(): Promise<number> {
  const PIECE = 2 ** 24;
  const file = document.querySelector<HTMLInputElement>('#copied')!.files![0]!;
  const done = (request: IDBRequest | IDBTransaction, event: 'success' | 'complete'): Promise<unknown> =>
    new Promise((resolve, reject) => {
      request.addEventListener(event, resolve);
      request.addEventListener('error', () => reject(new Error('the database refused it')));
    });
  const opening = indexedDB.open('copied', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('pieces');
  await done(opening, 'success');
  const database = opening.result;
  const begun = performance.now();
  for (let at = 0; at < file.size; at += PIECE) {
    const transaction = database.transaction('pieces', 'readwrite');
    transaction.objectStore('pieces').put(file.slice(at, at + PIECE), at);
    await done(transaction, 'complete');
  }
  const took = performance.now() - begun;
  database.close();
  await done(indexedDB.deleteDatabase('copied'), 'success');
  return took;
}

async function copyToFiles(): Promise<number> {
  const file = document.querySelector<HTMLInputElement>('#copied')!.files![0]!;
  const folder = await navigator.storage.getDirectory();
  const begun = performance.now();
  const handle = await folder.getFileHandle('copied', { create: true });
  await file.stream().pipeTo(await handle.createWritable());
  const took = performance.now() - begun;
  await folder.removeEntry('copied');
  return took;
}
