/** What is added to a model: LoRAs, textual inversions, another VAE. A part of the visit of `sd1.spec.ts`, whose checkpoint is chosen. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { jobOf, type PipelineCase } from '../golden/pipeline-case';
import { pictureDifference } from '../golden/tensors';
import { tensorsOf, written } from '../safetensors';
import { expect, expectPicture, golden, test, type App } from './app';

const unpacked = (path: string): Buffer => gunzipSync(readFileSync(new URL(`${path}.gzip`, golden)));
const lora = (name: string, at = 'lora/kohya/kohya') => ({
  name: `${name}.safetensors`,
  buffer: readFileSync(new URL(`${at}.safetensors`, golden)),
});

/** As if the LoRA's text half were for SDXL's second text encoder. */
async function halfForSdxl(): Promise<Buffer> {
  const kohya = await tensorsOf(new Blob([lora('whole').buffer]));
  const renamed = [...kohya].map(
    ([name, tensor]) => [name.replace('lora_te_', 'lora_te2_'), tensor] as const,
  );
  return Buffer.from(await written(new Map(renamed)).arrayBuffer());
}

/** What the file of the picture says of it. */
const told = async (app: App): Promise<string> => (await app.downloadFile()).toString();

/** They are imported, called, weighed, chosen and told in recipes. At the end the model is as it was. */
export async function additionsAreUsed(app: App): Promise<void> {
  const { page } = app;
  const chosenModel = app.model.locator('option:checked');
  const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
  const box = (name: string) => page.getByRole('checkbox', { name, exact: true });
  const settings = { steps: 2, seed: 4, width: 64, height: 64, sampler: 'DDIM' } as const;
  const odd = 'a_b_: _x_y_ _z_ 🎨';
  const ofHalf = '192 of 216 modules used; 24 belong to a text encoder this model does not have';
  await page.getByText('Advanced', { exact: true }).click();
  await app.fill({ ...settings, prompt: 'a fox' });
  const plain = await app.draw();

  await test.step('LoRAs with any name, two of one name, and one that is there already are imported', async () => {
    const half = { name: 'half.safetensors', buffer: await halfForSdxl() };
    await app.importFiles(lora('ink'), lora('a<b>: {x|y}  __z__ 🎨'), half);
    await expect(page.getByText('LoRAs (4)')).toBeVisible();
    await app.importFiles(lora('ink'), lora('ink', 'lora/peft/peft'));
    await expect(page.getByText('ink.safetensors is here already')).toBeVisible();
    await expect(page.getByText(/Something else here is called ink.safetensors.*ink-2/)).toBeVisible();
    await expect(chosenModel).toHaveText(/sd1/); // they are no models to draw with: the model stays
  });

  await test.step('they are ticked, weighed and renamed, and the prompt calls them so', async () => {
    await page.getByText(/^LoRAs \(/).click();
    await box(odd).check();
    await page.getByRole('slider', { name: `Weight of ${odd}` }).fill('0.5');
    await box('ink-2').check();
    await expect(prompt).toHaveValue(`a fox <lora:${odd}:0.5> <lora:ink-2:1>`);
    await expect(box('ink')).not.toBeChecked();

    await page.getByText(/^Models on this device/).click();
    await page.getByRole('button', { name: 'Rename ink-2.safetensors' }).click();
    await page.getByRole('textbox', { name: /^New name of ink-2/ }).fill('chalk');
    await page.keyboard.press('Enter');
    await expect(prompt).toHaveValue(`a fox <lora:${odd}:0.5> <lora:chalk:1>`);
    await expect(page.getByRole('button', { name: 'Rename chalk.safetensors' })).toBeFocused();
  });

  await test.step('the picture changes by as much, is told by hashes, and of a LoRA with a part for no model is told what is used', async () => {
    const line = page.getByRole('listitem').filter({ hasText: 'half.safetensors' });
    await expect(line).toContainText(ofHalf);
    await line.getByRole('button', { name: 'Inspect half.safetensors' }).click();
    await expect(page.getByRole('dialog')).toContainText(ofHalf);
    await page.keyboard.press('Escape');

    const slider = (name: string) => page.getByRole('slider', { name: `Weight of ${name}` });
    await box('half').check();
    await slider(odd).fill('1');
    const full = await app.draw();
    await expect(app.alert).toHaveCount(0);
    await expect(page.getByText(`Of the LoRA “half” ${ofHalf}.`)).toBeVisible();
    expect(await told(app)).toMatch(
      /Model hash: [\da-f]{10}, Model: sd1,.*Lora hashes: .*chalk: [\da-f]{12}/s,
    );
    for (const name of [odd, 'chalk', 'half']) await slider(name).fill('0');
    await expect(prompt).toHaveValue(`a fox <lora:${odd}:0> <lora:chalk:0> <lora:half:0>`);
    const none = await app.draw();
    const by = (drawn: typeof plain): number => pictureDifference(drawn.data, plain.data).mean;
    console.log(
      `mean difference from the picture without them: ${by(full).toFixed(1)} at 1, ${by(none)} at 0`,
    );
    expect(by(full)).toBeGreaterThan(5);
    expect(by(none)).toBe(0);
    for (const name of [odd, 'chalk', 'half']) await box(name).uncheck();
    await expect(prompt).toHaveValue('a fox');
  });

  await test.step('one that is not there is named, with what is', async () => {
    await prompt.fill('a fox <lora:summer:0.8>');
    await app.generate.click();
    await expect(app.alert).toContainText('no LoRA named “summer”');
    await expect(app.alert).toContainText('chalk');
  });

  await test.step('a textual inversion is imported, and called by its word', async () => {
    // As PyTorch saves it: the same vectors as in the .safetensors of textual_inversion_diffusers_4vec.
    await app.importFiles({ name: 'toy.pt', buffer: readFileSync(new URL('torch/toy.pt', golden)) });
    await page.getByText('Embeddings (2)').click();
    await prompt.fill('a fox');
    await page.getByRole('button', { name: '<cat-toy>' }).click();
    await expect(prompt).toHaveValue('a fox <cat-toy>');
    const called = await app.draw();
    await prompt.fill('a fox toy');
    const byFile = await app.draw();
    expect(pictureDifference(called.data, plain.data).mean).toBeGreaterThan(1);
    expect(pictureDifference(byFile.data, called.data).mean).toBe(0);
  });

  await test.step('a VAE of its own is chosen under Advanced, and draws as the model\u2019s own, which it is', async () => {
    const buffer = unpacked('models/sd1/diffusers/vae/diffusion_pytorch_model.safetensors');
    await app.importFiles({ name: 'soft.safetensors', buffer });
    await page.getByRole('combobox', { name: 'VAE', exact: true }).selectOption({ label: 'soft' });
    await prompt.fill('a fox');
    expect((await app.draw()).data.equals(plain.data)).toBe(true);
    expect(await told(app)).toContain(', VAE: soft.safetensors,');
  });

  await test.step('a TAESD shows what is being drawn, at its full size, and decodes it', async () => {
    const buffer = unpacked('models/taesd/taesd_decoder.safetensors');
    await app.importFiles({ name: 'taesd_decoder.safetensors', buffer });
    await app.fill({ ...settings, steps: 40 });
    const preview = page.getByRole('img', { name: 'Preview' }).locator('canvas');
    await page.getByRole('combobox', { name: 'Preview' }).selectOption({ label: 'taesd_decoder' });
    await app.generate.click();
    await expect(preview).toHaveAttribute('width', '64'); // 8 without it
    await page.keyboard.press('Escape');
    await expect(app.progress).toBeHidden();

    await page.getByRole('combobox', { name: 'Decode with' }).selectOption('TAESD (fast)');
    const path = new URL('models/sd1/cases/txt2img_ddim/case.json', golden);
    const { spacing: _, ...job } = jobOf(JSON.parse(readFileSync(path, 'utf8')) as PipelineCase);
    await app.fill(job);
    await expectPicture(await app.draw(), 'models/taesd/sd1_txt2img_ddim.png', 'decoded by TAESD');
  });

  await page.getByRole('combobox', { name: 'Decode with' }).selectOption({ index: 0 });
  await page.getByRole('combobox', { name: 'Preview' }).selectOption({ index: 0 });
  await page.getByRole('combobox', { name: 'VAE', exact: true }).selectOption({ index: 0 });
}
