/** A browser without WebGPU: the same pictures, from the CPU, and the page says so. */
import { readFile } from 'node:fs/promises';
import { launch } from '../chromium.mjs';
import type { MiniCase } from '../golden/pipeline-case';
import { expect, expectPicture, golden, test } from './app';
import { oneProcess } from './shared-context';

const { cases } = JSON.parse(await readFile(new URL('mini-sd/cases.json', golden), 'utf8')) as {
  cases: MiniCase[];
};

const args = [...launch.args.filter((arg) => !arg.includes('webgpu')), oneProcess];
test.use({ launchOptions: { ...launch, args }, threads: true });

test('without WebGPU the CPU draws the same picture, with a notice that it is slow', async ({ app }) => {
  await app.open();
  await expect(app.device).toContainText('CPU');
  await expect(app.page.getByText('No graphics card that WebGPU can use here')).toBeVisible();
  // One without noise on the way; tabs.spec.ts has one with, and all samplers are drawn in Node, with the same runtime.
  const { png, ...job } = cases.find(({ sampler }) => sampler === 'DPM++ 2M')!;
  await app.fill(job);
  await expectPicture(await app.draw(), `mini-sd/${png}`, `CPU ${job.sampler}`);
});
