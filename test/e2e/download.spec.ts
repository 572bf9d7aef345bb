/** Models from an address, and models used where they lie. The server is a real one, on this machine, with bad habits. */
import { createHash } from 'node:crypto';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright/test';
import { HostileServer } from '../hostile';
import { checkpointFile, expect, expectPicture, golden, test, type App } from './app';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const file = checkpointFile('sd1').buffer;
const lora = readFileSync(new URL('lora/kohya/kohya.safetensors', golden));
const wanted = JSON.parse(
  readFileSync(new URL('models/sd1/cases/txt2img_euler/case.json', golden), 'utf8'),
) as PipelineCase;
const { spacing: _, ...job } = jobOf(wanted);

let server: HostileServer;
test.beforeEach(async ({ app }) => {
  server = await new HostileServer(file).start();
  app.allowed.push(server.url(''));
});
test.afterEach(() => server.stop());

async function look(app: App, address: string): Promise<Locator> {
  await app.page.getByRole('button', { name: 'Download a model' }).click();
  const dialog = app.page.getByRole('dialog', { name: 'Download a model' });
  await dialog.getByRole('textbox', { name: 'Address' }).fill(address);
  await dialog.getByRole('button', { name: 'Look', exact: true }).click();
  return dialog;
}

/** How many things of any kind lie in the store. */
const stored = (app: App): Promise<number> =>
  app.page.evaluate(
    () =>
      new Promise<number>((done) => {
        const opened = indexedDB.open('drobe-weights');
        opened.onsuccess = () => {
          const count = opened.result.transaction('weights').objectStore('weights').count();
          count.onsuccess = () => done(count.result);
        };
      }),
  );

// One visit, and mostly a LoRA instead of a model, which is smaller.
test('what is looked up is named, stopped, discarded, checked, and refused in plain words; a model outlasts Stop, breaks and a reload, and draws what diffusers draws, as does a file that is used in place', async ({
  app,
}) => {
  const { page } = app;
  server.bytes = lora;
  // Hugging Face is not there where this runs: its address leads to this machine.
  await page.context().route('https://huggingface.co/**', async (route) => {
    const url = route.request().url().replace('https://huggingface.co/', server.url(''));
    try {
      const response = await fetch(url, { headers: route.request().headers() });
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      });
    } catch {
      await route.abort(); // the line broke, as lines do
    }
  });
  app.allowed.push('https://huggingface.co/');
  // The browser's own private folder holds files with the handles that a disk's have; no dialog can be pressed here.
  await page.addInitScript(() => {
    Object.assign(window, {
      showOpenFilePicker: async () => [
        await (await navigator.storage.getDirectory()).getFileHandle('mine.safetensors', { create: true }),
      ],
    });
  });
  await app.open();
  expect(server.asked).toEqual([]);
  await expect(page.getByRole('button', { name: 'nothing sent elsewhere' })).toBeVisible();
  const bar = page.getByRole('progressbar', { name: 'Download' });
  const rest = page.getByText(/The download of ink ž.safetensors is not finished/);
  const closeWindow = () => page.keyboard.press('Escape');

  await test.step('a server that lets no other site read it is named, with the way round', async () => {
    server.habits = { closed: true };
    const dialog = await look(app, server.url('closed.safetensors?key=c0ffee'));
    await expect(dialog.getByRole('alert')).toContainText(
      /127\.0\.0\.1:\d+ does not answer, or lets no other site read what it has.*drop it here/,
    );
    await expect(dialog.getByText('c0ffee')).toHaveCount(0);
    await closeWindow();
  });

  await test.step('an address that leads nowhere is told in plain words', async () => {
    server.habits = {};
    server.files = new Map([['page.safetensors', Buffer.from('<!doctype html><title>Sign in</title>')]]);
    const dialog = await look(app, server.url('page.safetensors'));
    await expect(dialog.getByRole('alert')).toContainText('web page');
    await dialog.getByRole('textbox', { name: 'Address' }).fill(server.url('nothing.safetensors'));
    await dialog.getByRole('button', { name: 'Look', exact: true }).click();
    await expect(dialog.getByRole('alert')).toContainText('HTTP 404');
    await closeWindow();
    server.files = null;
  });

  await test.step('a download can be stopped and, after a second look, discarded', async () => {
    server.habits = {};
    const dialog = await look(app, server.url());
    const download = dialog.getByRole('button', { name: /^Download model/ });
    await expect(download).toBeVisible();
    server.habits = { slowness: 100 };
    await download.click();
    const bar = page.getByRole('progressbar', { name: 'Download' });
    await expect(bar).toHaveAttribute('aria-valuetext', /^[1-9]/);
    await page.getByRole('button', { name: 'Stop download' }).click();
    const discard = page.getByRole('button', { name: /^Discard the download/ });
    await discard.click();
    await page.keyboard.press('Escape');
    await expect(discard).toBeFocused();
    await expect(page.getByText(/is not finished/)).toBeVisible();
    await discard.click();
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await expect(page.getByText(/is not finished/)).toHaveCount(0);
    expect(await stored(app)).toBe(0);
  });

  await test.step('what its hub states another sum of is deleted, what it states the sum of is kept', async () => {
    server.habits = {};
    const path = 'style.safetensors';
    const serve = (sum: string): void => {
      const about = {
        sha: COMMIT,
        cardData: { license: 'creativeml-openrail-m' },
        siblings: [{ rfilename: path, lfs: { sha256: sum } }],
      };
      server.files = new Map([
        ['api/models/some/one/revision/main', Buffer.from(JSON.stringify(about))],
        [`some/one/resolve/${COMMIT}/${path}`, lora],
      ]);
    };
    serve('f'.repeat(64));
    let dialog = await look(app, 'some/one');
    await expect(dialog.getByText('Licence: creativeml-openrail-m.')).toBeVisible();
    await dialog.getByRole('button', { name: /^Download style/ }).click();
    await expect(app.alert).toContainText('another SHA-256');
    await expect(page.getByText(/is not finished/)).toHaveCount(0);
    expect(await stored(app)).toBe(0);

    serve(createHash('sha256').update(lora).digest('hex'));
    dialog = await look(app, 'https://huggingface.co/some/one/tree/main');
    await dialog.getByRole('button', { name: /^Download style/ }).click();
    await expect(page.getByText('LoRAs (2)')).toBeVisible();
    await expect(app.alert).toHaveCount(0);
    server.files = null;
  });

  await test.step('what was shown as arrived is there after Stop, and a secret address has its server’s name', async () => {
    server.bytes = file;
    server.habits = {
      breaksAfter: 4_000_000,
      slowness: 10,
      redirects: true,
      etag: '"one"',
      headers: { 'Content-Disposition': `attachment; filename*=UTF-8''ink%20%C5%BE.safetensors` },
    };
    const sent = server.sent;
    const dialog = await look(app, server.url('api/128713?token=c0ffee'));
    await expect(dialog.getByText(/A checkpoint that Drobė can run: Stable Diffusion 1\.x/)).toBeVisible();
    expect(server.sent - sent).toBeLessThan(300_000);
    await dialog.getByRole('button', { name: /^Download ink ž/ }).click();
    await expect(bar).toHaveAttribute('aria-valuenow', /^[2-9]\d/);
    const shown = Number.parseFloat((await bar.getAttribute('aria-valuetext')) ?? '');
    await page.getByRole('button', { name: 'Stop download' }).click();
    await expect(rest).toBeVisible();
    const kept = Number.parseFloat(/: ([\d.]+) MB/.exec((await rest.textContent()) ?? '')?.[1] ?? '');
    expect(kept).toBeGreaterThanOrEqual(shown);
    await expect(page.getByText(/Its address holds more than a place, perhaps a key/)).toBeVisible();

    server.habits = { ...server.habits, statuses: [403] };
    await page.getByRole('button', { name: /^Go on/ }).click();
    await expect(app.alert).toContainText('refuses to hand out');
    await expect(page.getByText('c0ffee')).toHaveCount(0);
  });

  await test.step('a model outlasts breaks and a reload, and draws what diffusers draws', async () => {
    await page.getByRole('button', { name: /^Go on/ }).click();
    await expect(bar).toHaveAttribute('aria-valuenow', /^[1-9]/);
    await page.reload();
    await app.ready();
    await expect(bar).toBeHidden();
    const quiet = server.asked.length;
    await expect(rest).toBeVisible();
    expect(server.asked).toHaveLength(quiet); // nothing by itself

    server.habits = { breaksAfter: 9_000_000, etag: '"one"' };
    await page.getByRole('button', { name: /^Go on/ }).click();
    await expect(app.model.locator('option:checked')).toHaveText(/^ink ž/);
    await expect(page.getByText(/is not finished/)).toHaveCount(0);
    await expect.poll(() => page.workers()).toHaveLength(1); // the engine: what fetched it is gone
    await page.getByRole('button', { name: /^\d+ requests? elsewhere/ }).click();
    const told = page.getByRole('dialog', { name: 'What was sent' });
    const { host } = new URL(server.url());
    await expect(told.getByText(host)).toBeVisible();
    await expect(told.getByText('for what you looked up or downloaded')).toHaveCount(1);
    await expect(told.getByText(/not asked for/)).toHaveCount(0);
    await told.getByRole('button', { name: 'Close' }).click();
    await app.fill(job);
    await expectPicture(await app.draw(), 'models/sd1/cases/txt2img_euler/expected.png', 'downloaded (CPU)');
  });

  await usedInPlace(app);
});

async function usedInPlace(app: App): Promise<void> {
  await test.step('a file that is used in place is not copied, is there after a reload, and says when it was changed', async () => {
    const { page } = app;
    await app.writePrivately('mine.safetensors', file);

    await page.getByText(/Models on this device/).click();
    await page.getByRole('checkbox', { name: /Import without a copy/ }).check();
    await page.getByText('Import model', { exact: true }).click();
    await expect(app.model.locator('option:checked')).toHaveText(/mine/);
    await app.fill(job);
    await expectPicture(await app.draw(), 'models/sd1/cases/txt2img_euler/expected.png', 'in place (CPU)');

    await page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle('mine.safetensors');
      const out = await handle.createWritable({ keepExistingData: true });
      await out.truncate((await handle.getFile()).size - 1);
      await out.close();
    });
    await page.reload();
    await app.ready();
    await expect(app.model.locator('option:checked')).toHaveText(/mine/);
    await app.generate.click();
    await expect(app.alert).toContainText('mine.safetensors was changed');
    await page.getByText(/Models on this device/).click();
    await page.getByRole('button', { name: 'Remove mine.safetensors' }).click();
    await expect(page.getByText('Its file stays where it is.')).toBeVisible();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect(app.model.locator('option', { hasText: 'mine' })).toHaveCount(0);
  });
}
