/** What is added to a model: LoRAs, textual inversions, another VAE. On the CPU, which is quick here. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { pictureDifference } from '../golden/tensors';
import { tensorsOf, written } from '../safetensors';
import { checkpointFile, expect, expectPicture, golden, test } from './app';

const caseOf = (at: string): PipelineCase =>
  JSON.parse(readFileSync(new URL(`${at}/case.json`, golden), 'utf8')) as PipelineCase;

test('a LoRA is imported, weighed in the prompt, and changes the picture by as much', async ({ app }) => {
  const { page } = app;
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });
  await app.importFiles({
    name: 'winter.safetensors',
    buffer: readFileSync(new URL('lora/kohya/kohya.safetensors', golden)),
  });
  await expect(page.getByText('LoRAs (2)')).toBeVisible();
  // It is no model to draw with: the model stays.
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/);

  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  await app.fill({ prompt: 'a fox', steps: 3, seed: 4, width: 128, height: 64, sampler: 'DDIM' });
  const plain = await app.draw();
  await page.getByText('LoRAs (2)').click();
  await page.getByRole('checkbox', { name: 'winter' }).check();
  await expect(prompt).toHaveValue('a fox <lora:winter:1>');
  const full = await app.draw();
  await page.getByRole('slider', { name: 'Weight of winter' }).fill('0');
  await expect(prompt).toHaveValue('a fox <lora:winter:0>');
  const none = await app.draw();

  const by = (drawn: typeof plain): number => pictureDifference(drawn.data, plain.data).mean;
  console.log(`mean difference from the picture without it: ${by(full).toFixed(1)} at 1, ${by(none)} at 0`);
  expect(by(full)).toBeGreaterThan(5);
  expect(by(none)).toBe(0);

  await page.getByRole('checkbox', { name: 'winter' }).uncheck();
  await expect(prompt).toHaveValue('a fox');
  await prompt.fill('a fox <lora:summer:0.8>');
  await app.generate.click();
  await expect(app.alert).toContainText('no LoRA named “summer”');
  await expect(app.alert).toContainText('winter');

  // It was made for a model of another size: of that one it uses what fits, and says so.
  await prompt.fill('penguin <lora:winter>');
  await app.model.selectOption({ label: (await app.model.locator('option').first().textContent()) ?? '' });
  await app.draw();
  await expect(
    page.getByText(/Of the LoRA “winter” 18 of 216 modules used; 138 are for layers/),
  ).toBeVisible();
});

// One visit: what a page costs is its first picture.
test('what is added to one model is imported, called and chosen', async ({ app }) => {
  const { page } = app;
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });
  await page.getByText('Advanced', { exact: true }).click();

  await test.step('a LoRA of which the model has a part only is used as far as it goes, and that is told', async () => {
    // As if its text half were for SDXL's second text encoder.
    const kohya = await tensorsOf(new Blob([readFileSync(new URL('lora/kohya/kohya.safetensors', golden))]));
    const renamed = [...kohya].map(
      ([name, tensor]) => [name.replace('lora_te_', 'lora_te2_'), tensor] as const,
    );
    await app.importFiles({
      name: 'half.safetensors',
      buffer: Buffer.from(await written(new Map(renamed)).arrayBuffer()),
    });
    const told = '192 of 216 modules used; 24 belong to a text encoder this model does not have';
    await page.getByText(/^Models on this device/).click();
    const line = page.getByRole('listitem').filter({ hasText: 'half.safetensors' });
    await expect(line).toContainText(told);
    await line.getByRole('button', { name: 'Inspect half.safetensors' }).click();
    await expect(page.getByRole('dialog')).toContainText(told);
    await page.keyboard.press('Escape');

    const small = { steps: 1, seed: 4, width: 64, height: 64, sampler: 'DDIM' } as const;
    await app.fill({ ...small, prompt: 'a fox <lora:half:1>' });
    await app.draw();
    await expect(page.getByText(`Of the LoRA “half” ${told}.`)).toBeVisible();
  });

  await test.step('a textual inversion is imported, and called by its word', async () => {
    // As PyTorch saves it: the same vectors as in the .safetensors of textual_inversion_diffusers_4vec.
    await app.importFiles({ name: 'toy.pt', buffer: readFileSync(new URL('torch/toy.pt', golden)) });
    await page.getByText('Embeddings (2)').click();
    const settings = { steps: 2, seed: 4, width: 128, height: 64, sampler: 'DDIM' } as const;
    await app.fill({ ...settings, prompt: 'a photo of' });
    const plain = await app.draw();
    await page.getByRole('button', { name: '<cat-toy>' }).click();
    await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue(
      'a photo of <cat-toy>',
    );
    const called = await app.draw();
    await app.fill({ prompt: 'a photo of toy' });
    const byFile = await app.draw();
    expect(pictureDifference(called.data, plain.data).mean).toBeGreaterThan(1);
    expect(pictureDifference(byFile.data, called.data).mean).toBe(0);
  });

  await test.step('a VAE of its own is imported, chosen under Advanced, and draws as the model\u2019s own, which it is', async () => {
    const wanted = caseOf('models/sd1/cases/txt2img_euler');
    await app.importFiles({
      name: 'soft.safetensors',
      buffer: gunzipSync(
        readFileSync(new URL('models/sd1/diffusers/vae/diffusion_pytorch_model.safetensors.gzip', golden)),
      ),
    });
    await page.getByRole('combobox', { name: 'VAE', exact: true }).selectOption({ label: 'soft' });
    const { spacing: _, ...job } = jobOf(wanted);
    await app.fill(job);
    await expectPicture(await app.draw(), 'models/sd1/cases/txt2img_euler/expected.png', 'a VAE of its own');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download PNG' }).click(),
    ]);
    expect(readFileSync(await download.path(), 'latin1')).toContain(', VAE: soft.safetensors,');
  });

  await test.step('a TAESD shows what is being drawn, at its full size', async () => {
    await app.importFiles({
      name: 'taesd_decoder.safetensors',
      buffer: gunzipSync(readFileSync(new URL('models/taesd/taesd_decoder.safetensors.gzip', golden))),
    });
    await app.fill({ prompt: 'a fox', steps: 40, seed: 4, width: 128, height: 64, sampler: 'DDIM' });
    const preview = page.getByRole('img', { name: 'Preview' }).locator('canvas');
    await app.generate.click();
    await expect(preview).toHaveAttribute('width', '16', { timeout: 60_000 });
    await page.keyboard.press('Escape');
    await expect(app.progress).toBeHidden();

    await page.getByRole('combobox', { name: 'Preview' }).selectOption({ label: 'taesd_decoder' });
    await app.generate.click();
    await expect(preview).toHaveAttribute('width', '128', { timeout: 60_000 });
    await page.keyboard.press('Escape');
    await expect(app.progress).toBeHidden();

    await page.getByRole('combobox', { name: 'Decode with' }).selectOption('TAESD (fast)');
    const { spacing: _, ...job } = jobOf(caseOf('models/sd1/cases/txt2img_ddim'));
    await app.fill(job);
    await expectPicture(await app.draw(), 'models/taesd/sd1_txt2img_ddim.png', 'decoded by TAESD');
  });
});

test('LoRAs with any name, and two of one name, are ticked, weighed and called; all files are told by hashes', async ({
  app,
}) => {
  const { page } = app;
  const file = (name: string, at = 'lora/kohya/kohya') => ({
    name: `${name}.safetensors`,
    buffer: readFileSync(new URL(`${at}.safetensors`, golden)),
  });
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });
  await app.importFiles(file('ink'), file('a<b>: {x|y}  __z__ 🎨'));
  await expect(page.getByText('LoRAs (3)')).toBeVisible();
  await app.importFiles(file('ink'), file('ink', 'lora/peft/peft'));
  await expect(page.getByText('ink.safetensors is here already')).toBeVisible();
  await expect(page.getByText(/Something else here is called ink.safetensors.*ink-2/)).toBeVisible();
  await page.getByText(/^LoRAs \(/).click();

  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  await app.fill({ prompt: 'a fox', steps: 2, seed: 4, width: 128, height: 64, sampler: 'DDIM' });
  const odd = 'a_b_: _x_y_ _z_ 🎨';
  await page.getByRole('checkbox', { name: odd }).check();
  await page.getByRole('slider', { name: `Weight of ${odd}` }).fill('0.5');
  await page.getByRole('checkbox', { name: 'ink-2', exact: true }).check();
  await expect(prompt).toHaveValue(`a fox <lora:${odd}:0.5> <lora:ink-2:1>`);
  await expect(page.getByRole('checkbox', { name: 'ink', exact: true })).not.toBeChecked();

  await page.getByText(/^Models on this device/).click();
  await page.getByRole('button', { name: 'Rename ink-2.safetensors' }).click();
  await page.getByRole('textbox', { name: /^New name of ink-2/ }).fill('chalk');
  await page.keyboard.press('Enter');
  await expect(prompt).toHaveValue(`a fox <lora:${odd}:0.5> <lora:chalk:1>`);
  await expect(page.getByRole('button', { name: 'Rename chalk.safetensors' })).toBeFocused();

  await app.draw();
  await expect(app.alert).toHaveCount(0);
  const told = async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download PNG' }).click(),
    ]);
    return readFileSync(await download.path(), 'utf8');
  };
  expect(await told()).toMatch(/Model hash: [\da-f]{10}, Model: sd1,.*Lora hashes: .*chalk: [\da-f]{12}/s);
  await page.getByRole('checkbox', { name: odd }).uncheck();
  await page.getByRole('checkbox', { name: 'chalk' }).uncheck();
  await expect(prompt).toHaveValue('a fox');

  // What lies beside the app is known by its hash, too, at the latest some pictures later: it is computed meanwhile.
  await app.model.selectOption({ label: (await app.model.locator('option').first().textContent()) ?? '' });
  await app.fill({ prompt: 'penguin <lora:outline:0.5>', steps: 2 });
  await expect
    .poll(
      async () => {
        await app.draw();
        return /\nSteps: .*/.exec(await told())?.[0] ?? '';
      },
      { timeout: 120_000 },
    )
    .toMatch(/Model hash: [\da-f]{10}, Model: mini-sd.*Lora hashes: "?outline: [\da-f]{12}/);
});
