import type { gallery as English } from '../../en/album/gallery';
import { format, plural } from '../format';

const { count, duration, number } = format;

export const gallery: typeof English = {
  pictures: 'Vaizdai',
  picture: (number, prompt) => `Vaizdas ${number}: ${prompt || 'be užklausos'}`,
  download: (pictures) => (pictures === 1 ? 'Atsisiųsti jį' : 'Atsisiųsti juos'),

  readOn: 'Skaityti toliau',
  less: 'Mažiau',
  result: 'Rezultatas',
  before: 'Prieš tai',
  beforeAndAfter: 'Prieš ir po',

  candidates: 'Kandidatai',
  previous: 'Ankstesnis',
  next: 'Kitas',
  withKey: (words, key) => `${words} (${key})`,
  placeOf: (number, of) => `${number} iš ${of}`,
  compare: 'Palyginti',
  compareTitle: 'Laikykite nuspaudę, kad matytumėte ankstesnį vaizdą',
  slider: 'Slankiklis',
  sliderTitle: 'Riba tarp to, kas buvo, ir to, kas yra',
  toCanvas: 'Atgal į drobę',
  accept: 'Priimti',

  seed: 'Sėkla',
  inBatch: 'Vaizdas',
  steps: 'Žingsniai',
  sampler: 'Atrinkėjas',
  guidance: 'CFG',
  strength: 'Stiprumas',
  imageGuidance: 'Vaizdo laikymasis',
  size: 'Dydis',
  drawnAt: (own, drawn) => `${own}, pieštas ${drawn}`,
  enlarged: 'Padidintas',
  enlargedBy: (times, upscaler) => `${number(times)}× su ${upscaler}`,
  redrawn: 'Perpieštas',
  timeTaken: 'Užtruko',
  times: ({ enlarging, reading, withPicture, steps, stepping, decoding }) =>
    [
      ...(enlarging === null ? [] : [`didinimas – ${duration(enlarging)}`]),
      `užklausos${withPicture ? ' ir vaizdo' : ''} skaitymas – ${duration(reading)}`,
      `${count(steps)} ${plural(steps, { one: 'žingsnis', few: 'žingsniai', other: 'žingsnių' })} – ${duration(stepping)}`,
      `dekodavimas – ${duration(decoding)}`,
    ].join(', '),
  model: 'Modelis',

  edit: 'Keisti šį',
  useSettings: 'Naudoti šiuos nustatymus',
  downloadPng: 'Atsisiųsti PNG',
  deletePicture: 'Ištrinti vaizdą',
};
