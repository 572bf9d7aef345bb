/** Checkpoints of one's own: imported, drawn with, kept, removed; and what is none is refused in plain words. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readHeader } from '../../src/weights/safetensors';
import { tensorsOf, written } from '../safetensors';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, golden, test } from './app';

const caseOf = (name: string, test: string): PipelineCase =>
  JSON.parse(readFileSync(new URL(`models/${name}/cases/${test}/case.json`, golden), 'utf8')) as PipelineCase;

test('an imported checkpoint draws what diffusers draws, survives a reload, and can be removed', async ({
  app,
}) => {
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });

  const { spacing: _, ...job } = jobOf(caseOf('sd1', 'txt2img_euler'));
  await app.fill(job);
  await expectPicture(await app.draw(), 'models/sd1/cases/txt2img_euler/expected.png', 'sd1 (f16)');

  await app.page.reload();
  await app.ready();
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/);

  await app.page.getByText(/Models on this device/).click();
  await app.page.getByRole('button', { name: /^Remove sd1/ }).click();
  await app.page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(app.model.locator('option', { hasText: 'sd1' })).toHaveCount(0);
  await app.page.reload();
  await app.ready();
  await expect(app.model.locator('option', { hasText: 'sd1' })).toHaveCount(0);
});

// One visit: what a page costs is its first picture. How numbers are read does not depend on what computes with them: on
// the CPU, which is quick here.
test('checkpoints of other dtypes and families draw what diffusers draws', async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.getByText('Advanced').click();
  for (const [name, title, wanted, prediction] of [
    ['sd1-fp32', /sd1-fp32/, 'txt2img_ddim', 'auto'],
    ['sd1-bf16', /sd1-bf16/, 'txt2img_ddim', 'auto'],
    ['sd2-v', /sd2-v/, 'txt2img_euler', 'v'],
    ['sdxl', /tiny sdxl/, 'txt2img_dpmpp_2m_karras', 'auto'],
  ] as const) {
    await test.step(name, async () => {
      await app.importFiles(checkpointFile(name));
      await expect(app.model.locator('option:checked')).toHaveText(title, { timeout: 60_000 });
      await page.getByRole('combobox', { name: 'Prediction type' }).selectOption(prediction);
      const { spacing: _, ...job } = jobOf(caseOf(name, wanted));
      await app.fill(job);
      await expectPicture(await app.draw(), `models/${name}/cases/${wanted}/expected.png`, name);
    });
  }
});

test('a latent consistency model brings its settings, and says what it has no use for', async ({ app }) => {
  const { page } = app;
  const plain = checkpointFile('sd1');
  const tensors = await tensorsOf(new Blob([Uint8Array.from(plain.buffer)]));
  const projection = { dtype: 'F32', shape: [64, 16], bytes: new Uint8Array(4 * 64 * 16).fill(60) } as const;
  tensors.set('model.diffusion_model.time_embedding.cond_proj.weight', projection);
  const buffer = Buffer.from(await written(tensors).arrayBuffer());

  await app.open();
  await app.importFiles({ ...plain, name: 'quick.safetensors', buffer });
  await expect(app.model.locator('option:checked')).toHaveText(/quick/, { timeout: 60_000 });
  await expect(page.getByRole('combobox', { name: 'Sampler' })).toHaveValue('LCM');
  await expect(page.getByRole('spinbutton', { name: 'Steps' })).toHaveValue('4');
  await expect(page.getByRole('spinbutton', { name: 'Guidance scale' })).toHaveValue('8');
  await app.fill({ prompt: 'a red apple', negative: 'blurry', width: 64, height: 64 });
  await expect(page.getByRole('textbox', { name: 'Negative prompt' })).toHaveAccessibleDescription(
    'Has no effect: this model has its guidance built in.',
  );
  expect(await app.draw()).toMatchObject({ width: 64, height: 64 });
});

const diffusers = ['unet/diffusion_pytorch_model', 'vae/diffusion_pytorch_model', 'text_encoder/model'].map(
  (part) => ({ path: `${part}.safetensors`, ...checkpointFile('sd1/diffusers', part) }),
);

test('the parts of a diffusers folder, chosen together, are one model that draws what diffusers draws', async ({
  app,
}) => {
  await app.open();
  await app.importFiles(...diffusers);
  await expect(app.model.locator('option:checked')).toHaveText(/Stable Diffusion 1\.x/, { timeout: 60_000 });
  await expect(app.alert).toHaveCount(0);

  const { spacing: _, ...job } = jobOf(caseOf('sd1', 'txt2img_euler'));
  await app.fill(job);
  await expectPicture(await app.draw(), 'models/sd1/cases/txt2img_euler/expected.png', 'sd1 in parts (CPU)');
});

test('a diffusers folder is dropped whole or chosen, and named as the folder is', async ({ app }, info) => {
  const folder = info.outputPath('my apples');
  for (const { path, buffer } of diffusers) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), buffer);
  }
  writeFileSync(join(folder, 'model_index.json'), '{}');
  await app.open();
  // As the system itself would: a page's own DataTransfer has no folders.
  const chrome = await app.page.context().newCDPSession(app.page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await chrome.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  }
  await expect(app.model.locator('option:checked')).toHaveText(/my apples/, { timeout: 60_000 });
  await expect(app.alert).toHaveCount(0);
  await expect(app.model.locator('option', { hasText: 'my apples' })).toHaveCount(1);
  await app.page.getByLabel('Import a folder').setInputFiles(folder);
  await expect(app.page.getByText('my apples.safetensors is here already: it is the same file.')).toBeVisible(
    {
      timeout: 60_000,
    },
  );
  await expect(app.model.locator('option', { hasText: 'my apples' })).toHaveCount(1);
  await expect(app.alert).toHaveCount(0);
});

test('a UNet alone says what it lacks, borrows it from another model, and draws as that one does', async ({
  app,
}) => {
  const { page } = app;
  const whole = checkpointFile('sd1');
  const blob = new Blob([Uint8Array.from(whole.buffer)]);
  const { metadata } = await readHeader(blob);
  const unet = [...(await tensorsOf(blob))].filter(([name]) => name.startsWith('model.diffusion_model.'));
  const alone = await written(new Map(unet), Object.fromEntries(metadata)).arrayBuffer();
  const borrowed = page.getByRole('group', { name: 'Borrowed parts' });

  await app.open();
  await app.importFiles({ ...whole, name: 'unet-only.safetensors', buffer: Buffer.from(alone) });
  await expect(app.model.locator('option:checked')).toHaveText(/unet-only/, { timeout: 60_000 });
  await expect(borrowed).toContainText('has no VAE and text encoder of its own');

  await app.importFiles(whole);
  await expect(app.model.locator('option')).toHaveCount(5, { timeout: 60_000 });
  const choice = app.model.locator('option', { hasText: 'unet-only' });
  await app.model.selectOption(await choice.getAttribute('value'));
  for (const part of ['VAE from', 'Text encoder from'])
    await borrowed.getByRole('combobox', { name: part }).selectOption('sd1.safetensors');

  const { spacing: _, ...job } = jobOf(caseOf('sd1', 'txt2img_euler'));
  await app.fill(job);
  await expectPicture(await app.draw(), 'models/sd1/cases/txt2img_euler/expected.png', 'a UNet that borrows');
});

const sound = checkpointFile('sd1');
const file = (name: string, content: Buffer | string): typeof sound => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

test('what is no checkpoint is refused in its own words, and nothing else is lost', async ({ app }) => {
  await app.open();
  for (const [what, bad, words] of [
    [
      'a truncated file',
      file('cut.safetensors', sound.buffer.subarray(0, 20_000_000)),
      /cut\.safetensors is incomplete.*20 MB of 28.1 MB/,
    ],
    [
      'a pickle',
      file('pickle.safetensors', Buffer.from('80027d710028580a000000', 'hex')),
      /pickle\.safetensors.*pickle/i,
    ],
    [
      'a PyTorch file with a program in it',
      file('program.pth', readFileSync(new URL('torch/command.pth', golden))),
      /program\.pth.*posix\.system/,
    ],
    [
      'an HTML page',
      file('page.safetensors', '<!doctype html><title>Sign in</title>'),
      /page\.safetensors.*(HTML|web page)/i,
    ],
    [
      'a language model',
      file('style.safetensors', tinySafetensors('model.layers.0.self_attn.q_proj.weight')),
      /style\.safetensors.*language model/,
    ],
  ] as const) {
    await test.step(what, async () => {
      await app.importFiles(bad);
      await expect(app.alert.filter({ hasText: words })).toBeVisible();
      await expect(app.model.locator('option')).toHaveText([/mini-sd/, /mini-sd/, /mini-sd/]);
      await expect(app.generate).toBeEnabled();
    });
  }
});

/** A sound file with one small tensor of this name. */
function tinySafetensors(name: string): Buffer {
  const header = Buffer.from(JSON.stringify({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(4)]);
}
