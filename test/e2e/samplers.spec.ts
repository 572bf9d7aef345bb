/**
 * Samplers, schedules and spacings by the page's names, and what diffusers draws with them: on the CPU, which is quick here.
 * One case for each setting of the page that has its say; all samplers are drawn in Node, with the same runtime.
 */
import { caseOf } from '../golden/picture-cases';
import { jobOf } from '../golden/pipeline-case';
import { checkpointFile, expect, expectPicture, test } from './app';

test('what is set on the page draws what diffusers draws so, and clip skip what A1111 means by it', async ({
  app,
}) => {
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/, { timeout: 60_000 });

  const at = 'models/sd1/cases';
  for (const [name, what] of [
    ['txt2img_pndm', 'a sampler that asks more often than it has steps'],
    ['txt2img_dpmpp_2m_karras', 'a schedule'],
    ['txt2img_nocfg', 'a spacing, and no guidance'],
    ['txt2img_clipskip2', 'clip skip'],
  ] as const) {
    await test.step(what, async () => {
      const job = jobOf(caseOf(`${at}/${name}`));
      await app.fill({ clipSkip: 1, ...job });
      await app.page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
      await expectPicture(await app.draw(), `${at}/${name}/expected.png`, name);
    });
  }
});
