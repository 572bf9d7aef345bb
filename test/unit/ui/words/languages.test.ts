import { expect, test } from 'vitest';
import { en } from '../../../../src/ui/words/en';
import { lt } from '../../../../src/ui/words/lt';
import { anything, samples } from './samples';

const languages = { en, lt };

/** All that a language says: sentences by their place in it, and those that functions make of samples. */
function said(language: object): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, place: string): void => {
    if (typeof value === 'function' && value !== anything)
      for (const [i, given] of samples(place).entries())
        walk(Reflect.apply(value, language, given), `${place}(${i + 1})`);
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(inner, place ? `${place}.${name}` : name);
    else found.set(place, String(value));
  };
  walk(language, '');
  return found;
}

/** A weight that is NaN is told of. */
const hole = /^\s*$|undefined|NaN(?! (?:or|arba))|\[object|\(\)| {2}/;

test.each(Object.entries(languages))('%s has words for everything, and no holes in them', (_, language) => {
  const all = [...said(language)];
  expect(all.length).toBeGreaterThan(1000);
  expect(all.filter(([, text]) => hole.test(text))).toEqual([]);
});

/** Names, and words that are the same in Lithuanian. */
const same: ReadonlySet<string> = new Set([
  ...[
    'Stable Diffusion 1.5',
    'SSD-1B',
    'Stable Diffusion XL',
    'Stable Diffusion 3.5 Medium',
    'CLIP-L',
    'CLIP-G',
  ],
  ...['TAESD', 'Depth Anything V2 Small', 'Informative drawings', 'IP-Adapter', 'Real-ESRGAN x4plus'],
  ...['ComfyUI', 'CPU (torch)', 'VAE', 'UNet', 'MMDiT', 'Eta', 'Sigma', '.safetensors'],
]);

test('what is said in Lithuanian is not what is said in English, but for names', () => {
  const english = said(en);
  const alike = [...said(lt)].filter(
    ([place, text]) => /\p{L}{2}/u.test(text) && text === english.get(place) && !same.has(text),
  );
  expect(alike).toEqual([]);
});

test('Lithuanian has quotes and dashes of its own', () => {
  const foreign = [...said(lt)].filter(([, text]) => /[”"’]| - |—/.test(text));
  expect(foreign).toEqual([]);
});
