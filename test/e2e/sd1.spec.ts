/**
 * Golden checkpoints of Stable Diffusion 1.x, by the page's names: samplers, schedules and spacings, a picture to start from, a
 * mask, an instruction, what is added (`addons.ts`), pictures that guide and that are drawn like (`guides.ts`); and what diffusers
 * draws with them. On the CPU, which is quick here, in one visit: what a page costs is its first picture. One case for each setting of
 * the page that has its say; all others are drawn in Node, with the same runtime.
 */
import { caseOf } from '../golden/picture-cases';
import { jobOf } from '../golden/pipeline-case';
import { additionsAreUsed } from './addons';
import { checkpointFile, expect, expectPicture, test, type App } from './app';
import { expectFilledIn, startFrom, startMasked } from './filled-in';
import { controlsGuide, referencesAreFollowed } from './guides';

/** Imports a golden checkpoint, which is chosen by that. */
async function bring(app: App, name: string): Promise<void> {
  await app.importFiles(checkpointFile(name));
  await expect(app.model.locator('option:checked')).toHaveText(new RegExp(name), { timeout: 60_000 });
}

/** Sets all that a case asks of the page. */
async function fillCase(app: App, at: string): Promise<void> {
  const job = jobOf(caseOf(at));
  await app.fill({ clipSkip: 1, ...job });
  await app.page.getByRole('combobox', { name: 'Timestep spacing' }).selectOption(job.spacing);
}

async function expectCaseFilledIn(app: App, at: string, what: string): Promise<void> {
  await startMasked(app, at);
  const strength = app.page.getByRole('slider', { name: 'Denoising strength' });
  await strength.fill(String(caseOf(at).call.strength));
  await fillCase(app, at);
  expectFilledIn(await app.draw(), at, what);
}

test('what is set on the page draws what diffusers draws so, and clip skip what A1111 means by it; LoRAs, textual inversions and VAEs are added; ControlNets, a T2I-Adapter and an IP-Adapter guide as diffusers has them guide', async ({
  app,
}) => {
  const { page } = app;
  await app.open();
  await bring(app, 'sd1');
  await additionsAreUsed(app);

  for (const [name, what] of [
    ['txt2img_pndm', 'a sampler that asks more often than it has steps'],
    ['txt2img_dpmpp_2m_karras', 'a schedule'],
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
    await page.getByRole('slider', { name: 'Denoising strength' }).fill(String(caseOf(at).call.strength));
    await fillCase(app, at);
    await expectPicture(await app.draw(), `${at}/expected.png`, 'image to image');
  });

  await test.step('a mask from a file is filled in', async () => {
    await expectCaseFilledIn(app, 'models/sd1/cases/inpaint4_euler_s075', 'a plain checkpoint');
  });

  await controlsGuide(app);

  await test.step('an inpainting checkpoint (9 channels) fills in, too', async () => {
    await bring(app, 'sd1-inpaint');
    await expectCaseFilledIn(app, 'models/sd1-inpaint/cases/inpaint9_euler_s08', 'an inpainting checkpoint');
  });

  await test.step('an InstructPix2Pix checkpoint changes a picture', async () => {
    const at = 'models/sd1-pix2pix/cases/pix2pix_ddim';
    await page.getByRole('tab', { name: 'Instruct' }).click();
    await expect(page.getByText('choose an InstructPix2Pix model')).toBeVisible();
    await bring(app, 'sd1-pix2pix');
    await startFrom(app, at);
    const { image_guidance_scale: scale } = caseOf(at).call;
    await page.getByRole('slider', { name: 'Image guidance scale' }).fill(String(scale));
    await fillCase(app, at);
    await expectPicture(await app.draw(), `${at}/expected.png`, 'InstructPix2Pix');
  });

  const plain = app.model.locator('option', { hasText: /^\s*sd1(?!-)/ });
  await app.model.selectOption(await plain.getAttribute('value'));
  await referencesAreFollowed(app);
});
