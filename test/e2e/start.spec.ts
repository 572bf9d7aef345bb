import { expect, test } from 'playwright/test';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const model = `${root}models/mini-sd.safetensors`;
const size = statSync(model).size;

/** The bytes as they lie on disk. */
function onDisk(start: number, length: number): Buffer {
  const file = openSync(model, 'r');
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, start);
  closeSync(file);
  return bytes;
}

test('models/index.json lists the bundled checkpoint with its size', async ({ request }) => {
  const index = await (await request.get('/models/index.json')).json();
  expect(index).toContainEqual({ file: 'mini-sd.safetensors', bytes: size });
});

for (const [range, start, length] of [
  ['bytes=0-7', 0, 8],
  ['bytes=1000-1999', 1000, 1000],
  [`bytes=${size - 10}-`, size - 10, 10],
  ['bytes=-16', size - 16, 16],
  [`bytes=${size - 4}-${size + 4}`, size - 4, 4],
] as const) {
  test(`a checkpoint's ${range} is a 206 with those bytes`, async ({ request }) => {
    const answer = await request.get('/models/mini-sd.safetensors', { headers: { Range: range } });
    expect(answer.status()).toBe(206);
    expect(answer.headers()['content-range']).toBe(`bytes ${start}-${start + length - 1}/${size}`);
    expect(Buffer.compare(await answer.body(), onDisk(start, length))).toBe(0);
  });
}

test('npm start serves the app, which offers what lies in models/loras, too', async ({ request, page }) => {
  const folder = `${root}models/loras`;
  const there = existsSync(folder);
  const name = 'test ė #1.safetensors';
  mkdirSync(folder, { recursive: true });
  copyFileSync(`${root}test/golden/data/lora/peft/peft.safetensors`, `${folder}/${name}`);
  try {
    const index = await (await request.get('/models/index.json')).json();
    expect(index).toContainEqual(expect.objectContaining({ file: `loras/${name}` }));
    await page.goto('/');
    await expect(page).toHaveTitle(/Drobė/);
    await page.getByText('LoRAs (2)').click();
    await page.getByRole('checkbox', { name: 'test ė #1' }).check();
    await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue(
      /<lora:test ė #1:1>/,
    );
  } finally {
    rmSync(there ? `${folder}/${name}` : folder, { recursive: true });
  }
});

test('a range past the end is a 416 that tells the size', async ({ request }) => {
  const answer = await request.get('/models/mini-sd.safetensors', { headers: { Range: `bytes=${size}-` } });
  expect(answer.status()).toBe(416);
  expect(answer.headers()['content-range']).toBe(`bytes */${size}`);
});

test('the runtime comes as application/wasm', async ({ request }) => {
  const wasm = readdirSync(`${root}dist/assets`).filter((name) => name.endsWith('.wasm'));
  expect(wasm).not.toEqual([]);
  for (const name of wasm) {
    expect((await request.head(`/assets/${name}`)).headers()['content-type']).toBe('application/wasm');
  }
});

test('what is missing is a 404, not a page', async ({ request }) => {
  expect((await request.get('/no-such-page')).status()).toBe(404);
  expect((await request.get('/models/no-such.safetensors')).status()).toBe(404);
});

for (const path of [
  '/models/../package.json',
  '/models/..%2fpackage.json',
  '/models/%2e%2e/package.json',
  '/models/..%5cpackage.json',
  '/models/%00.safetensors',
  '/models/%',
  '/models/README.md',
]) {
  test(`${path} leads nowhere`, async ({ baseURL }) => {
    // Node's own client, since a browser's would tidy the path up before sending it.
    const status = await new Promise((resolve, reject) => {
      request(baseURL!, { path }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect([400, 403, 404]).toContain(status);
  });
}

test('a port in use is said in one sentence', ({ baseURL }) => {
  const { port } = new URL(baseURL!);
  const { status, stderr } = spawnSync(process.execPath, ['src/cli/start.mjs', '--port', port], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr.trim()).toBe(
    `Port ${port} is in use. Choose another: npm start -- --port ${Number(port) + 1}`,
  );
  expect(status).toBe(1);
});
