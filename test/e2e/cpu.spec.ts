/** A browser without WebGPU: the same pictures, from the CPU, and the page says so. */
import { readFile } from 'node:fs/promises';
import { launch } from '../chromium.mjs';
import type { MiniCase } from '../golden/pipeline-case';
import { colourAt, expect, expectPicture, golden, test } from './app';

const { cases } = JSON.parse(await readFile(new URL('mini-sd/cases.json', golden), 'utf8')) as {
  cases: MiniCase[];
};

test.use({ launchOptions: { ...launch, args: launch.args.filter((arg) => !arg.includes('webgpu')) } });

test('without WebGPU the CPU draws the same pictures, with a notice that it is slow', async ({ app }) => {
  await app.open();
  await expect(app.device).toContainText('CPU');
  await expect(app.page.getByText('No graphics card that WebGPU can use here')).toBeVisible();
  // One plain and one with noise in every step; all samplers are drawn in Node, with the same runtime.
  for (const { png, ...job } of cases.filter(({ sampler }) => /^(DDIM|Euler a)$/.test(sampler))) {
    await app.fill(job);
    await expectPicture(await app.draw(), `mini-sd/${png}`, `CPU ${job.sampler}`);
  }
});

test('a red apple on a blue background is red in the middle, and blue in the corners', async ({ app }) => {
  await app.open();
  await app.fill({ prompt: 'a red apple on a blue background', steps: 10, guidance: 5, sampler: 'DDIM' });
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
