/** The bundled model on WebGPU: what is typed into the page becomes diffusers' picture. */
import { readFile } from 'node:fs/promises';
import type { MiniCase } from '../golden/pipeline-case';
import { expect, expectPicture, golden, test } from './app';

const { cases } = JSON.parse(await readFile(new URL('mini-sd/cases.json', golden), 'utf8')) as {
  cases: MiniCase[];
};

for (const { png, ...job } of cases) {
  test(`${job.sampler}, ${job.width}×${job.height}: ${job.prompt}`, async ({ app }) => {
    await app.open();
    await expect(app.page.getByTestId('device')).toContainText('WebGPU');
    await app.fill(job);
    await expectPicture(await app.draw(), `mini-sd/${png}`, `WebGPU ${job.sampler}`);
    // Nothing escaped the list that is checked for foreign origins: the worker's own requests are in it.
    for (const file of ['mini-sd.safetensors', 'tokenizer.json', '.wasm']) {
      expect(app.requests.some((url) => url.includes(file))).toBe(true);
    }
  });
}
