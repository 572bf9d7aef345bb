/** A browser without WebGPU: the same pictures, from the CPU, and the page says so. */
import { readFile } from 'node:fs/promises';
import { launch } from '../chromium.mjs';
import type { MiniCase } from '../golden/pipeline-case';
import { colourAt, expect, expectPicture, golden, test } from './app';
import { oneProcess } from './shared-context';

const { cases } = JSON.parse(await readFile(new URL('mini-sd/cases.json', golden), 'utf8')) as {
  cases: MiniCase[];
};

const args = [...launch.args.filter((arg) => !arg.includes('webgpu')), oneProcess];
test.use({ launchOptions: { ...launch, args }, threads: true });

test('without WebGPU the CPU draws the same picture, and what is asked for, with a notice that it is slow', async ({
  app,
}) => {
  await app.open();
  await expect(app.device).toContainText('CPU');
  await expect(app.page.getByText('No graphics card that WebGPU can use here')).toBeVisible();
  // One without noise on the way; tabs.spec.ts has one with, and all samplers are drawn in Node, with the same runtime.
  const { png, ...job } = cases.find(({ sampler }) => sampler === 'DDIM')!;
  await app.fill(job);
  await expectPicture(await app.draw(), `mini-sd/${png}`, `CPU ${job.sampler}`);

  // A red apple on a blue background is red in the middle, and blue in the corners.
  await app.fill({ prompt: 'a red apple on a blue background', negative: '', steps: 6, guidance: 5 });
  const right: boolean[] = [];
  for (let seed = 0; seed < 5; seed++) {
    await app.fill({ seed });
    const drawn = await app.draw();
    const [red, , blue] = colourAt(drawn, 0.5, 0.625); // below leaf and stalk
    const corners = [0.03, 0.97].flatMap((x) => [0.03, 0.97].map((y) => colourAt(drawn, x, y)));
    right.push(red > blue + 80 && corners.every(([r, , b]) => b > r + 80));
  }
  console.log(`red apples on blue: ${right.join(', ')}`);
  expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(4);
});
