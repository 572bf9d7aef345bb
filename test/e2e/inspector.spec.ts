/** The inspector: what is in a file, and nothing that the file says is taken for more than text. */
import type { Locator } from 'playwright/test';
import { expect, test, type App } from './app';

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** A sound file of zeros, with these tensors and this metadata. */
function safetensors(
  name: string,
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {},
): { name: string; mimeType: string; buffer: Buffer } {
  let end = 0;
  const entries = Object.entries(tensors).map(([key, { dtype, shape }]) => {
    const begin = end;
    end += shape.reduce((product, d) => product * d, dtype === 'F32' ? 4 : 2);
    return [key, { dtype, shape, data_offsets: [begin, end] }];
  });
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return {
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.concat([length, json, Buffer.alloc(end)]),
  };
}

const inspector = ({ page }: App): Locator => page.getByRole('dialog', { name: /^Inspector/ });

async function inspect(app: App, file: ReturnType<typeof safetensors>): Promise<Locator> {
  await app.page.getByLabel('Inspect a file…').setInputFiles(file);
  return inspector(app);
}

test('a model is taken apart, whole, damaged or hostile, where it is stored and before it is imported', async ({
  app,
}) => {
  const { page } = app;
  await app.open();

  await test.step('the bundled one: totals, metadata, and its tensors filtered and sorted', async () => {
    await page.getByText(/Models on this device/).click();
    await page.getByRole('button', { name: 'Inspect mini-sd.safetensors' }).click();
    const window = inspector(app);
    await expect(window).toHaveAccessibleName('Inspector: mini-sd.safetensors');
    await expect(window).toContainText('A checkpoint that Drobė can run: Stable Diffusion 1.x');
    await expect(window).toContainText('15,098,491');
    await expect(window.getByRole('row', { name: 'UNet 324 6,715,588 13.4 MB' })).toBeVisible();

    // By keyboard from tab to tab.
    await window.getByRole('tab', { name: 'Overview' }).press('ArrowRight');
    await expect(window.getByRole('tab', { name: 'Metadata (37)' })).toBeFocused();
    await expect(window.getByText('Trained on Microsoft Fluent Emoji')).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await expect(window.getByRole('tab', { name: 'Tensors (554)' })).toBeFocused();
    await expect(window.getByText('554 tensors', { exact: true })).toBeVisible();

    const rows = window.getByRole('rowheader');
    await window.getByRole('searchbox', { name: 'Filter tensors' }).fill('attn1');
    await expect(window.getByText(/^\d+ of 554 tensors$/)).toBeVisible();
    for (const name of await rows.allTextContents()) expect(name).toContain('attn1');

    await window.getByRole('searchbox').fill('');
    await window.getByRole('button', { name: 'Size' }).press('Enter');
    await expect(window.getByRole('columnheader', { name: 'Size' })).toHaveAttribute(
      'aria-sort',
      'descending',
    );
    await expect(rows.first()).toHaveText(/token_embedding\.weight$/);
    await window.getByRole('button', { name: 'Next page' }).click();
    await expect(window.getByText('101–200')).toBeVisible();
    await window.getByRole('button', { name: 'Size' }).click();
    await expect(window.getByRole('columnheader', { name: 'Size' })).toHaveAttribute(
      'aria-sort',
      'ascending',
    );
    await expect(window.getByText('1–100')).toBeVisible();

    await page.keyboard.press('Escape');
    await expect(window).toBeHidden();
    await expect(page.getByRole('button', { name: 'Inspect mini-sd.safetensors' })).toBeFocused();
  });

  await test.step('a damaged file shows what is whole of it, and another one can be chosen in the window', async () => {
    const sound = safetensors('cut.safetensors', {
      'model.layers.0.self_attn.q_proj.weight': { dtype: 'F16', shape: [64, 1000] },
    });
    const window = await inspect(app, { ...sound, buffer: sound.buffer.subarray(0, 100_000) });
    await expect(window.getByRole('alert')).toContainText(
      /cut\.safetensors is incomplete: 100 kB of 128\.\d kB/,
    );
    await expect(window).toContainText(/a language model/);
    await expect(window.getByRole('tab', { name: 'Tensors (1)' })).toBeVisible();

    const other = window.getByLabel('Another file…');
    await other.setInputFiles({
      ...sound,
      name: 'page.bin',
      buffer: Buffer.from('<!doctype html><title>Hi</title>'),
    });
    await expect(window.getByRole('alert')).toContainText(/page\.bin is a web page/);
    await expect(window.getByRole('tab')).toHaveCount(0);
    await other.setInputFiles(sound);
    await expect(window.getByRole('tab', { name: 'Tensors (1)' })).toBeVisible();
    await expect(window.getByRole('alert')).toHaveCount(0);
    await page.keyboard.press('Escape');
  });

  await test.step('what hostile metadata says stays text; long values are cut, and shown whole when asked for', async () => {
    const attack = '<img src=x onerror="document.title=`taken`"><script>document.title=`taken`</script>';
    const window = await inspect(
      app,
      safetensors(
        'evil<b>.safetensors',
        { [`${attack}\u202e.weight`]: { dtype: 'F32', shape: [2, 2] } },
        {
          [attack]: attack,
          long: `begin ${'middle '.repeat(1000)}end`,
          nested: JSON.stringify({ buckets: { '512x512': 120, '640x384': 36 }, noise: 0.0375, attack }),
        },
      ),
    );
    await window.getByRole('tab', { name: 'Metadata (3)' }).click();
    await expect(window.getByRole('definition').filter({ hasText: /^<img/ })).toHaveText(attack);
    await expect(window.getByText(/^\{\s+"buckets": \{\s+"512x512": 120/)).toBeVisible();
    const long = window.getByRole('definition').filter({ hasText: 'begin' });
    await expect(long).not.toContainText('end');
    await long.getByRole('button', { name: 'Show all of 7,009 characters' }).click();
    await expect(long).toContainText('middle end');
    await long.getByRole('button', { name: 'Show less' }).click();
    await expect(long).not.toContainText('end');

    await window.getByRole('tab', { name: 'Tensors (1)' }).click();
    await expect(window.getByRole('rowheader')).toContainText(attack);
    expect(await window.locator('img, script, b').count()).toBe(0);
    await expect(page).not.toHaveTitle(/taken/);
    await page.keyboard.press('Escape');
  });

  await test.step('a chosen LoRA is named one, and neither it nor what is dropped on the window is imported', async () => {
    const window = await inspect(
      app,
      safetensors('style.safetensors', {
        'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight': { dtype: 'F16', shape: [4, 320] },
        'lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight': { dtype: 'F16', shape: [320, 4] },
      }),
    );
    await expect(window).toContainText(/LoRA/);
    await expect(window.getByRole('row', { name: 'UNet 2 2,560 5.1 kB' })).toBeVisible();

    const dataTransfer = await page.evaluateHandle(() => {
      const files = new DataTransfer();
      files.items.add(new File(['GGUF, and so on'], 'llm.gguf'));
      return files;
    });
    await window.dispatchEvent('drop', { dataTransfer });
    await expect(window.getByRole('alert')).toContainText(/llm\.gguf is not a \.safetensors file but GGUF/);
    await window.getByRole('button', { name: 'Close' }).click();
    await expect(window).toBeHidden();
    await expect(page.getByText('Models on this device (7)')).toBeVisible();
  });

  await test.step('an imported file is inspected where it is stored', async () => {
    await app.importFiles(
      safetensors('kept.safetensors', {
        'lora_unet_mid_block_attentions_0_proj_in.lora_down.weight': { dtype: 'F32', shape: [8, 640] },
      }),
    );
    await expect(page.getByText('Models on this device (8)')).toBeVisible();
    await page.getByRole('button', { name: 'Inspect kept.safetensors' }).click();
    await expect(inspector(app)).toHaveAccessibleName('Inspector: kept.safetensors');
    await expect(inspector(app).getByRole('row', { name: 'F32 1 5,120 20.5 kB' })).toBeVisible();
  });
});
