/**
 * Checkpoints of one's own: imported, drawn with, kept, removed; what they predict, told by what lies beside their file and overruled by
 * a person; and what is none is refused in plain words.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PNG } from 'pngjs';
import { readHeader } from '../../src/weights/safetensors';
import { tensorsOf, written } from '../safetensors';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, golden, test, type App } from './app';

const caseOf = (name: string, test: string): PipelineCase =>
  JSON.parse(readFileSync(new URL(`models/${name}/cases/${test}/case.json`, golden), 'utf8')) as PipelineCase;

const sound = checkpointFile('sd1');
const file = (name: string, content: Buffer | string): typeof sound => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

/** That checkpoint's UNet, alone. */
async function unetOnly(): Promise<typeof sound> {
  const blob = new Blob([Uint8Array.from(sound.buffer)]);
  const { metadata } = await readHeader(blob);
  const unet = [...(await tensorsOf(blob))].filter(([name]) => name.startsWith('model.diffusion_model.'));
  const alone = await written(new Map(unet), Object.fromEntries(metadata)).arrayBuffer();
  return file('unet-only.safetensors', Buffer.from(alone));
}

/** The same with what a latent consistency model has beside. */
async function consistencyModel(): Promise<typeof sound> {
  const tensors = await tensorsOf(new Blob([Uint8Array.from(sound.buffer)]));
  const projection = { dtype: 'F32', shape: [64, 16], bytes: new Uint8Array(4 * 64 * 16).fill(60) } as const;
  tensors.set('model.diffusion_model.time_embedding.cond_proj.weight', projection);
  return file('quick.safetensors', Buffer.from(await written(tensors).arrayBuffer()));
}

const config =
  'model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n    parameterization: "v"\n';
const yaml = (name: string) => ({ name, mimeType: 'application/yaml', buffer: Buffer.from(config) });

const diffusers = ['unet/diffusion_pytorch_model', 'vae/diffusion_pytorch_model', 'text_encoder/model'].map(
  (part) => ({ path: `${part}.safetensors`, ...checkpointFile('sd1/diffusers', part) }),
);

/** A name, and the case of that model that is drawn. */
async function drawCase(app: App, what: string, model: string, test: string): Promise<PNG> {
  const { spacing: _, ...job } = jobOf(caseOf(model, test));
  await app.fill(job);
  const drawn = await app.draw();
  await expectPicture(drawn, `models/${model}/cases/${test}/expected.png`, what);
  return drawn;
}

/** Whole: it is chosen before it is copied (`arriving.spec.ts`). */
async function expectChosen(app: App, name: RegExp): Promise<void> {
  await expect(app.model.locator('option:checked')).toHaveText(name);
  await expect(app.importing).toBeHidden();
}

// One visit: what a page costs is its first picture. All dtypes and families are drawn in Node, with the same runtime; that
// checkpoint itself in `sd1.spec.ts`.
test('models in one file, in a folder and in parts draw what diffusers draws, as what lies beside them says, survive a reload, and can be removed; what is no checkpoint is refused in its own words', async ({
  app,
}, info) => {
  const { page } = app;
  const option = (name: string) => app.model.locator('option', { hasText: name });
  const predicted = page.getByRole('combobox', { name: 'Prediction type' });
  const choose = async (name: string) => app.model.selectOption(await option(name).getAttribute('value'));
  await app.open();

  await test.step('a checkpoint and its .yaml, dropped together: it predicts v, after a reload, too, and until a person knows better', async () => {
    const paths = [{ ...checkpointFile('sd2-v'), name: 'moon.safetensors' }, yaml('moon.yaml')].map(
      ({ name, buffer }) => {
        const path = info.outputPath(name);
        writeFileSync(path, buffer);
        return path;
      },
    );
    await app.dropFiles(...paths);
    await expectChosen(app, /moon/);
    await expect(app.alert).toHaveCount(0);

    await page.reload();
    await app.ready();
    await page.getByText(/Models on this device/).click();
    await expect(page.getByText(/predicts v \(as the \.yaml beside it says\)/)).toBeVisible();
    await page.getByText('Advanced').click();
    await expect(predicted.locator('option:checked')).toHaveText('As the model says (v)');
    const v = await drawCase(app, 'v, by a .yaml', 'sd2-v', 'txt2img_euler');
    await predicted.selectOption('epsilon');
    expect(v.data.equals((await app.draw()).data)).toBe(false);
  });

  await test.step('a UNet alone says what it lacks', async () => {
    await app.importFiles(await unetOnly());
    await expectChosen(app, /unet-only/);
    await expect(page.getByRole('group', { name: 'Borrowed parts' })).toContainText(
      'has no VAE and text encoder of its own',
    );
  });

  await test.step('a checkpoint in one file is chosen, and what a person knows of another one does not touch it', async () => {
    await app.importFiles(sound);
    await expectChosen(app, /sd1/);
    await expect(predicted).toHaveValue('auto');
    await expect(predicted.locator('option:checked')).toHaveText('As the model says (noise)');
    await choose('moon');
    await expect(predicted).toHaveValue('epsilon');
  });

  await test.step('the UNet borrows from it, and draws as it does', async () => {
    await choose('unet-only');
    const borrowed = page.getByRole('group', { name: 'Borrowed parts' });
    for (const part of ['VAE from', 'Text encoder from'])
      await borrowed.getByRole('combobox', { name: part }).selectOption('sd1.safetensors');
    await drawCase(app, 'a UNet that borrows', 'sd1', 'txt2img_euler');
  });

  await test.step('a diffusers folder that is dropped is one model, named as the folder is', async () => {
    const folder = info.outputPath('my apples');
    for (const { path, buffer } of diffusers) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), buffer);
    }
    writeFileSync(join(folder, 'model_index.json'), '{}');
    await app.dropFiles(folder);
    await expectChosen(app, /my apples/);
    await expect(app.alert).toHaveCount(0);
    await expect(option('my apples')).toHaveCount(1);
    await drawCase(app, 'sd1 in parts', 'sd1', 'txt2img_euler');

    const known = page.getByText('my apples.safetensors is here already: it is the same file.');
    await page.getByLabel('Import a folder').setInputFiles(folder);
    await expect(known).toBeVisible();
    await expect(option('my apples')).toHaveCount(1);
    await expect(app.alert).toHaveCount(0);
  });

  await test.step('so are its parts that are chosen together', async () => {
    await removeModel(app, 'my apples');
    await app.importFiles(...diffusers);
    await expectChosen(app, /Stable Diffusion 1\.x/);
    await expect(app.alert).toHaveCount(0);
  });

  await test.step('another family', async () => {
    await app.importFiles(checkpointFile('sdxl'));
    await expectChosen(app, /tiny sdxl/);
    await drawCase(app, 'sdxl', 'sdxl', 'txt2img_dpmpp_2m_karras');
  });

  await test.step('a latent consistency model brings its settings, and says what it has no use for', async () => {
    await app.importFiles(await consistencyModel());
    await expectChosen(app, /quick/);
    await expect(page.getByRole('combobox', { name: 'Sampler' })).toHaveValue('LCM');
    await expect(page.getByRole('spinbutton', { name: 'Steps' })).toHaveValue('4');
    await expect(page.getByRole('spinbutton', { name: 'Guidance scale' })).toHaveValue('8');
    await app.fill({ negative: 'blurry' });
    await expect(page.getByRole('textbox', { name: 'Negative prompt' })).toHaveAccessibleDescription(
      'Has no effect: this model has its guidance built in.',
    );
  });

  await test.step('a .yaml that comes later is told to the checkpoint of its name; one without a checkpoint is told of', async () => {
    await expect(predicted.locator('option:checked')).toHaveText('As the model says (noise)');
    await app.importFiles(yaml('quick.yaml'));
    await expect(predicted.locator('option:checked')).toHaveText('As the model says (v)');
    await expect(app.alert).toHaveCount(0);
    await app.importFiles(yaml('nobody.yaml'));
    await expect(app.alert).toContainText('nobody.yaml holds settings and is no model.');
  });

  await test.step('what was removed is gone after a reload, and the rest is there', async () => {
    await removeModel(app, 'sd1.safetensors');
    await page.reload();
    await app.ready();
    await expect(app.model.locator('option:checked')).toHaveText(/quick/);
    await expect(option('tiny sdxl')).toHaveCount(1);
    await expect(option('sd1')).toHaveCount(0);
  });

  await expectRefused(app);
});

async function removeModel({ page, model }: App, name: string): Promise<void> {
  const remove = page.getByRole('button', { name: `Remove ${name}` });
  if (!(await remove.isVisible())) await page.getByText(/^Models on this device/).click();
  await remove.click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(model.locator('option', { hasText: name.replace('.safetensors', '') })).toHaveCount(0);
}

/** What is no checkpoint is refused in its own words, and nothing else is lost. */
async function expectRefused(app: App): Promise<void> {
  const options = app.model.locator('option');
  const had = await options.allTextContents();
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
    await test.step(`${what} is refused`, async () => {
      await app.importFiles(bad);
      await expect(app.alert.filter({ hasText: words })).toBeVisible();
      await expect(options).toHaveText(had);
      await expect(app.generate).toBeEnabled();
    });
  }
}

/** A sound file with one small tensor of this name. */
function tinySafetensors(name: string): Buffer {
  const header = Buffer.from(JSON.stringify({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(4)]);
}
