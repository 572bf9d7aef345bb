/** What diffusers draws with each of its samplers, drawn by way of the page: on the CPU, which is quick here. */
import { readdirSync } from 'node:fs';
import { caseOf, unlike } from '../golden/picture-cases';
import { jobOf, picturesIn } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, golden, test } from './app';

test('each sampler draws what diffusers draws, and clip skip what A1111 means by it', async ({ app }) => {
  test.setTimeout(600_000);
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });

  const at = 'models/sd1/cases';
  const drawn = readdirSync(new URL(at, golden)).filter((name) => {
    // Ancestral noise comes from another generator there, and long prompts are cut.
    if (!/^txt2img_(?!euler_a|long)/.test(name)) return false;
    const wanted = caseOf(`${at}/${name}`);
    return !unlike(wanted) && picturesIn(wanted) === 1;
  });
  expect(drawn.length).toBeGreaterThan(8);
  for (const name of drawn) {
    await test.step(name, async () => {
      const job = jobOf(caseOf(`${at}/${name}`));
      await app.fill({ clipSkip: 1, ...job });
      await app.page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
      await expectPicture(await app.draw(), `${at}/${name}/expected.png`, name);
    });
  }
});
