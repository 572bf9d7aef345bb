import type { keys as English } from '../../en/shell/keys';

export const keys: typeof English = {
  title: 'Spartieji klavišai',
  or: 'arba',
  everywhere: 'Visur',
  inPrompt: 'Užklausoje',
  onCanvas: 'Kaukės drobėje',
  amongPictures: 'Tarp vaizdų',
  byPointer: 'Pelė, rašiklis ir pirštai',

  theseKeys: 'Šie klavišai',
  generate: 'Generuoti',
  cancel: 'Atšaukti',
  undoTold: 'Anuliuoti paskutinį pakeitimą, apie kurį pranešta',
  previousPicture: 'Ankstesnis vaizdas',
  nextPicture: 'Kitas vaizdas',
  enlarge: 'Padidinti vaizdą',
  moreWeight: 'Daugiau svorio tam, kas pažymėta',
  lessWeight: 'Mažiau svorio tam, kas pažymėta',
  promptBefore: 'Anksčiau piešta užklausa',
  promptAfter: 'Vėlesnė, o galiausiai tai, ką rašėte',
};
