import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { infotext, png } from '../../../src/ui/png';
import { initial, jobOf } from '../../../src/ui/settings';

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
  const settings = { ...initial, prompt: 'a cat', negative: 'a dog', seed: 42 };
  const job = jobOf(settings, null);
  expect(infotext(job, 'my model: v1')).toBe(
    'a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, Schedule spacing: leading, CFG scale: 7, Seed: 42, ' +
      'Size: 512x512, Model: my model v1, Version: Drobe',
  );

  const pixels = { width: 5, height: 3, rgba };
  const source = { kind: 'image', pixels, strength: 0.6 } as const;
  expect(infotext(jobOf(settings, source), 'm')).toMatch(
    /Model: m, Denoising strength: 0\.6, Version: Drobe$/,
  );
  const instruct = { kind: 'instruct', pixels, imageGuidance: 1.8 } as const;
  expect(infotext(jobOf(settings, instruct), 'm')).toMatch(
    /Model: m, Image CFG scale: 1\.8, Version: Drobe$/,
  );
});
