import { clean } from '../../format';
import type { grid as English } from '../../en/make/grid';
import { format, plural } from '../format';

const { count, roughly } = format;

const listed = 'Pavadinimai, atskirti kableliais.';
const numbers = '10, 20, 30 arba 10-30 (+10), arba 10-30 [3].';

export const grid: typeof English = {
  title: 'Tinklelis',
  open: 'Tinklelis…',
  openHint: 'Po vaizdą kiekvienai pasirinktų nustatymų reikšmei – greta',
  intro: 'Po vaizdą kiekvienai vienos ašies reikšmei su kiekviena kitų ašių reikšme – greta.',
  axis: { x: 'Stulpeliai (X)', y: 'Eilutės (Y)', z: 'Lapai (Z)' },
  values: { x: 'Stulpelių reikšmės', y: 'Eilučių reikšmės', z: 'Lapų reikšmės' },
  axes: {
    none: 'Niekas',
    seed: 'Sėkla',
    variationSeed: 'Atmainos sėkla',
    variationStrength: 'Atmainos stiprumas',
    steps: 'Žingsniai',
    hiresSteps: 'Hires žingsniai',
    guidance: 'Užklausos laikymasis (CFG)',
    imageGuidance: 'Vaizdo laikymasis (image CFG)',
    replace: 'Žodžių keitimas užklausoje (Prompt S/R)',
    sampler: 'Atrinkėjas (sampler)',
    schedule: 'Triukšmo tvarkaraštis',
    model: 'Modelis',
    strength: 'Perpiešimo stiprumas (denoising strength)',
    clipSkip: 'CLIP praleidimas (clip skip)',
    vae: 'VAE',
    styles: 'Stilius',
    size: 'Dydis',
    lora: 'LoRA svoris',
    hiresUpscaler: 'Hires didintuvas',
    hiresStrength: 'Hires stiprumas',
    eta: 'Eta',
    shift: 'Poslinkis (shift)',
    guidanceRescale: 'CFG permastelinimas (rescale)',
  },
  hints: {
    seed: '1, 2, 3 arba 1-3. −1 parenka atsitiktinę sėklą.',
    variationSeed: '1, 2, 3 arba 1-3. −1 parenka atsitiktinę sėklą.',
    variationStrength: '0, 0.5 arba 0-1 (+0.25), arba 0-1 [5].',
    steps: numbers,
    hiresSteps: numbers,
    guidance: '3, 5, 7 arba 3-9 (+2), arba 3-9 [4].',
    imageGuidance: '1, 1.5, 2 arba 1-2 [3].',
    replace:
      'Pirmo žodžio ieškoma užklausose, o jo vietą paeiliui užima kiekvienas. Jei viduje yra kablelis – dvigubose kabutėse.',
    sampler: listed,
    schedule: listed,
    model: listed,
    strength: '0.3, 0.6 arba 0.2-0.8 (+0.2), arba 0.2-0.8 [4].',
    clipSkip: '1, 2 arba 1-3.',
    vae: listed,
    styles: listed,
    size: '512 × 512, 768 × 512.',
    lora: 'LoRA pavadinimas, o po jo – svoriai: 0, 0.5, 1.',
    hiresUpscaler: listed,
    hiresStrength: '0.3, 0.6 arba 0.2-0.8 (+0.2).',
    eta: '0, 0.5, 1 arba 0-1 [3].',
    shift: '1, 3, 5 arba 1-5 (+2).',
    guidanceRescale: '0, 0.7 arba 0-1 [3].',
  },
  all: 'Visos reikšmės',
  swap: { xy: 'Sukeisti stulpelius su eilutėmis', yz: 'Sukeisti eilutes su lapais' },
  legend: 'Užrašai vaizde',

  wrong: (axis, items) => {
    const told = items
      .slice(0, 3)
      .map((item) => `„${clean(item, 40)}“`)
      .join(', ');
    if (axis === 'replace') return `Nė vienoje užklausoje nėra ${told}.`;
    return `Čia netinka: ${told}${items.length > 3 ? ` ir dar ${count(items.length - 3)}` : ''}.`;
  },

  size: (cells, factors) => {
    const told = plural(cells, {
      one: `${count(cells)} vaizdas`,
      few: `${count(cells)} vaizdai`,
      other: `${count(cells)} vaizdų`,
    });
    return factors.length > 1 ? `${factors.map((n) => count(n)).join(' × ')} = ${told}` : told;
  },
  takes: (milliseconds) => `apie ${roughly(milliseconds / 1000)}`,
  nothing: 'Pasirinkite ašį ir įrašykite bent vieną jos reikšmę.',
  tooMany: (most) => `Daugiau kaip ${count(most)} vaizdų: palikite mažiau reikšmių.`,
  start: 'Piešti tinklelį',

  called: (axes) => `Tinklelis: ${axes.map((name) => grid.axes[name]).join(' × ')}`,
};
