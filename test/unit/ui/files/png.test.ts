import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import type { Job } from '../../../../src/engine/api';
import { picture } from '../fake';
import { infotext, png } from '../../../../src/ui/files/png';
import { resultOf } from '../../../../src/ui/album/result';
import { detailsOf, jobOf } from '../../../../src/ui/settings/job';
import { initial, type Mode, type Settings } from '../../../../src/ui/settings/settings';

const rgba = Uint8ClampedArray.from({ length: 5 * 3 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256));

async function written(parameters: string) {
  const blob = await png({ width: 5, height: 3, rgba }, parameters);
  expect(blob.type).toBe('image/png');
  return Buffer.from(await blob.arrayBuffer());
}

test('another decoder reads exactly the pixels that were written', async () => {
  const { width, height, data } = PNG.sync.read(await written('words'));
  expect([width, height]).toEqual([5, 3]);
  expect([...data]).toEqual([...rgba]);
});

test('the settings stand in the file as text, as UTF-8 where they must', async () => {
  expect((await written('a cat\nSteps: 20')).includes('tEXtparameters\0a cat\nSteps: 20')).toBe(true);
  expect((await written('drobė 🎨')).includes(Buffer.from('iTXtparameters\0\0\0\0\0drobė 🎨'))).toBe(true);
});

test('the settings are written as other tools read them', () => {
  const settings = { ...initial, prompt: 'a cat', negative: 'a dog', seed: '42' };
  const job = jobOf(settings, null);
  expect(infotext(job, 'my model: v1', {})).toBe(
    'a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, Schedule type: Automatic, Schedule spacing: leading, CFG scale: 7, Seed: 42, ' +
      'Size: 512x512, Model: my model v1, Version: Drobe',
  );

  const told = (mode: Mode, more: Partial<Settings> = {}): string =>
    infotext(job, 'm', detailsOf(mode, { ...settings, ...more })).replace(/^.*Model: m/s, '');
  expect(told('image', { strength: 0.6 })).toBe(', Denoising strength: 0.6, Version: Drobe');
  expect(told('instruct', { imageGuidance: 1.8 })).toBe(', Image CFG scale: 1.8, Version: Drobe');
  expect(told('inpaint', { soft: false })).toBe(
    ', Denoising strength: 0.75, Mask blur: 4, Masked content: original, Version: Drobe',
  );
  expect(told('inpaint', { maskMode: 'rest', area: 'masked', content: 'latent noise' })).toBe(
    ', Denoising strength: 0.75, Mask blur: 4, Masked content: latent noise, Mask mode: Inpaint not masked, ' +
      'Inpaint area: Only masked, Masked area padding: 32, Soft inpainting enabled: True, Version: Drobe',
  );
  expect(told('outpaint', { soft: false })).toBe(', Denoising strength: 0.9, Feather: 16, Version: Drobe');
});

test('another VAE and a TAESD are told by the names that A1111 gives them', async () => {
  const settings: Settings = { ...initial, taesd: 'served:taesd', vae: 'served:vae', decoder: 'TAESD' };
  const of = async (job: Job, vaeFile?: string): Promise<string> => {
    const { itself } = await resultOf(
      { ...picture(job), ...(vaeFile && { vaeFile }) },
      { mode: 'image', settings, original: null, place: null, model: 'm', took: 1 },
    );
    return /Model: m.*Version/s.exec(await itself.blob.text())?.[0] ?? '';
  };
  expect(await of(jobOf(settings, null), 'vae/soft: v1.safetensors')).toBe(
    'Model: m, VAE: soft v1.safetensors, Denoising strength: 0.75, VAE Decoder: TAESD, Version',
  );
  expect(await of(jobOf({ ...settings, decoder: 'VAE' }, null))).toBe(
    'Model: m, Denoising strength: 0.75, Version',
  );
  // What no TAESD is chosen for is done by the VAE.
  expect(jobOf({ ...settings, taesd: '' }, null)).not.toHaveProperty('decoder');
});
