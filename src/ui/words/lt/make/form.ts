import type { form as English } from '../../en/make/form';
import { format } from '../format';

const { number } = format;

export const form: typeof English = {
  settings: 'Nustatymai',
  startFrom: 'Nuo ko pradėti',
  width: 'Plotis',
  height: 'Aukštis',
  swapSize: 'Sukeisti plotį su aukščiu',
  count: 'Vaizdų skaičius',
  steps: 'Žingsniai',
  sampler: 'Atrinkėjas',
  schedule: 'Tvarkaraštis',
  automaticSchedule: 'Auto',
  guidance: 'Laikymasis (CFG)',

  sampling: 'Atranka',
  faster: 'Greičiau, bet kitoks vaizdas',
  advanced: 'Išsamiau',

  vae: 'VAE',
  ownVae: 'Paties modelio',
  preview: 'Peržiūra',
  quickGuess: 'Greitas spalvų spėjimas',
  decodeWith: 'Kuo dekoduoti',
  tiling: 'VAE plytelės',
  tilingHint:
    'Dideli vaizdai koduojami ir dekoduojami dalimis: reikia mažiau atminties, bet daugiau laiko. Automatiškai – kai trūksta atminties.',
  precision: 'Svorių tikslumas',
  precisionHint:
    'Piešiančio tinklo svorių, o kur tai atlaisvina vietos – ir didelių teksto koduotojų. Mažiau bitų – mažiau atminties, bet ir kitoks vaizdas: su 8 beveik nepastebimai, su 4 matomai. Kaip yra – apvalinama tik tada, kai trūksta atminties.',
  runOn: 'Kuo skaičiuoti',

  seed: 'Sėkla',
  randomSeed: 'Atsitiktinė sėkla',
  random: 'atsitiktinė',
  newSeed: 'Kiekvienam vaizdui nauja sėkla',
  reuseSeed: 'Naudoti tą pačią sėklą',
  takeSeed: 'Paimti rodomo vaizdo sėklą',
  seedIsNew: 'Kiekvienas vaizdas gauna naują sėklą.',
  seedIsKept: 'Sėkla nesikeičia: tie patys nustatymai – tas pats vaizdas.',
  seedErrors: {
    'no-seed': (written) => `„${written}“ nėra sėkla: tai sveikasis skaičius arba −1, jei ji atsitiktinė.`,
    'seed-too-large': (written, largest) => `Sėkla ${written} per didelė: didžiausia yra ${largest}.`,
  },

  hires: 'Didelės raiškos pataisa (Hires fix)',
  hiresScale: 'Hires didinimas',
  hiresSteps: 'Hires žingsniai',
  hiresStrength: 'Hires stiprumas',
  hiresGuidance: 'Hires CFG',
  hiresUpscaler: 'Hires didintuvas',
  hiresHint:
    'Vaizdas nupiešiamas, padidinamas ir dar kartą perpiešiamas tiek, kiek sako stiprumas. 0 žingsnių ar CFG 0 – kaip pirmąkart.',

  atLeast: (least) => `ne mažiau kaip ${number(least)}`,
  atMost: (most) => `ne daugiau kaip ${number(most)}`,
  rounded: 'suapvalinta',
  roundedTo: (multiple) => `suapvalinta iki skaičiaus ${number(multiple)} kartotinio`,
};
