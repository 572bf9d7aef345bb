import type { likeness as English } from '../../en/guide/likeness';

export const likeness: typeof English = {
  reference: 'Pavyzdinis vaizdas',
  numbered: (number) => `Pavyzdinis vaizdas ${number}`,
  add: 'Pridėti pavyzdinį vaizdą',
  remove: 'Pašalinti pavyzdinį vaizdą',
  toDrawLike: 'Vaizdas, į kurį turi būti panašu',
  adapter: 'Adapteris',
  encoder: 'Vaizdų koduotojas',
  weight: 'Pavyzdžio svoris',
  weightHint: 'Kiek šio vaizdo laikomasi. Matomas tik jo vidurys, kaip kvadratas.',
  start: 'Pradžia',
  end: 'Pabaiga',

  where: 'Kur galioja',
  everywhere: 'Visur',
  theMask: 'Kaukė',
  paintMask: 'Nupiešti kaukę…',
  fromFile: 'Iš failo',
  mask: 'Pavyzdinio vaizdo kaukė',
  removeMask: 'Pašalinti pavyzdinio vaizdo kaukę',
};
