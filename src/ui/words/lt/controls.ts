import type { controls as English } from '../en/controls';

export const controls: typeof English = {
  close: 'Užverti',
  dismiss: 'Paslėpti',
  undo: 'Anuliuoti',
  redo: 'Grąžinti',
  cancel: 'Atšaukti',
  remove: 'Pašalinti',
  replace: 'Pakeisti',
  discard: 'Atmesti',
  goOn: 'Tęsti',
  choosePicture: 'Pasirinkti vaizdą',
  noPicture: 'Vaizdo dar nėra',
  none: 'Nėra',
  automatic: 'Automatiškai',
};
