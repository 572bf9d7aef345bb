import type { styling as English } from '../../en/make/styling';

export const styling: typeof English = {
  title: 'Stiliai',
  chosen: (chosen) => (chosen > 0 ? `Stiliai (${chosen})` : 'Stiliai'),
  explained: 'Pažymėtas stilius prie jūsų žodžių prideda savo: ten, kur jame parašyta {prompt}, arba po jų.',
  saveAs: 'Įrašyti kaip stilių…',
  edit: 'Tvarkyti stilius…',
  importFile: 'Importuoti styles.csv',
  importTitle: 'A1111 ir „Forge“ stiliai',
  exportFile: 'Eksportuoti styles.csv',

  saveTitle: 'Įrašyti kaip stilių',
  name: 'Pavadinimas',
  isKnown: 'Tokio pavadinimo stilius jau yra: jis bus pakeistas.',
  prompt: 'Užklausa',
  negative: 'Neigiama užklausa',
  nothing: 'Nėra ko įrašyti: pirmiau parašykite užklausą arba neigiamą užklausą.',
  whereOthers:
    'Kur turi eiti kiti žodžiai, dabar ar vėliau įrašykite {prompt}; kitaip šie žodžiai eis po jų.',
  save: 'Įrašyti',

  whereYours:
    '{prompt} pasako, kur eina jūsų pačių žodžiai. Kitaip stiliaus žodžiai eina po jų, atskirti kableliu.',
  words: { prompt: 'Stiliaus užklausa', negative: 'Stiliaus neigiama užklausa' },
  delete: 'Ištrinti',
  deleteNamed: (name) => `Ištrinti „${name}“`,
  none: 'Stilių nėra.',
};
