/**
 * A golden checkpoint of Stable Diffusion 1.x, by the page's names: a spacing, clip skip, a picture to start from, a mask, what is
 * added (`addons.ts`), pictures that guide and that are drawn like (`guides.ts`); and what diffusers draws with them. On the CPU,
 * which is quick here, in one visit: what a page costs is its first picture. One case for each setting of the page that has its say;
 * all others are drawn in Node, with the same runtime. A schedule: `import.spec.ts`; models that fill in and that are told what to
 * change: `companions.spec.ts`.
 */
import { caseOf } from '../golden/picture-cases';
import { jobOf } from '../golden/pipeline-case';
import { additionsAreUsed } from './addons';
import { checkpointFile, expect, expectPicture, test, type App } from './app';
import { expectFilledIn, startFrom, startMasked } from './filled-in';
import { controlsGuide, referencesAreFollowed } from './guides';

/** Sets all that a case asks of the page. */
async function fillCase(app: App, at: string): Promise<void> {
  const job = jobOf(caseOf(at));
  await app.fill({ clipSkip: 1, ...job });
  await app.page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
}

test('what is set on the page draws what diffusers draws so, and clip skip what A1111 means by it; LoRAs, textual inversions and VAEs are added; ControlNets and an IP-Adapter guide as diffusers has them guide', async ({
  app,
}) => {
  const { page } = app;
  const strength = page.getByRole('slider', { name: 'Denoising strength' });
  await app.open();
  await app.importFiles(checkpointFile('sd1'));
  await expect(app.model.locator('option:checked')).toHaveText(/sd1/);
  await additionsAreUsed(app);

  for (const [name, what] of [
    ['txt2img_nocfg', 'a spacing, and no guidance'],
    ['txt2img_clipskip2', 'clip skip'],
  ] as const) {
    await test.step(what, async () => {
      const at = `models/sd1/cases/${name}`;
      await fillCase(app, at);
      await expectPicture(await app.draw(), `${at}/expected.png`, name);
    });
  }

  await test.step('a picture from a file is drawn anew', async () => {
    const at = 'models/sd1/cases/img2img_euler';
    await page.getByRole('tab', { name: 'Image' }).click();
    await expect(page.getByText('Choose a picture to start from')).toBeVisible();
    await startFrom(app, at);
    await strength.fill(String(caseOf(at).call.strength));
    await fillCase(app, at);
    await expectPicture(await app.draw(), `${at}/expected.png`, 'image to image');
  });

  await test.step('a mask from a file is filled in', async () => {
    const at = 'models/sd1/cases/inpaint4_euler_s075';
    await startMasked(app, at);
    await strength.fill(String(caseOf(at).call.strength));
    await fillCase(app, at);
    expectFilledIn(await app.draw(), at, 'a plain checkpoint');
  });

  await test.step('it is not told what to change: another model is asked for', async () => {
    await page.getByRole('tab', { name: 'Instruct' }).click();
    await expect(page.getByText('choose an InstructPix2Pix model')).toBeVisible();
  });

  await controlsGuide(app);

  await referencesAreFollowed(app);
});
