import type { sharing as English } from '../../en/share/sharing';

export const sharing: typeof English = {
  recipe: 'Receptas',
  recipeTitle: 'Iš vaizdo ar teksto: nustatymai, kuriais kas nors dalijasi',

  foreign: (family: string): string =>
    `Jo modelis yra rūšies, kuria Drobė piešti nemoka (${family}). Su jūsų modeliu tie patys žodžiai ir nuostatos duos kitokį vaizdą.`,
  missing: 'Šiame įrenginyje nėra',
  missingHint: 'Be jų vaizdas bus kitoks. Pirmiau galima juos importuoti.',
  changes: 'Kas pasikeis',
  noChanges: 'Niekas: visi nustatymai tokie, kaip recepte.',
  found: 'Rasta čia',
  match: (resource, name, isSame) =>
    `${resource}: ${name}, ${isSame ? 'tas pats failas' : 'toks pat vardas'}`,
  unknown: 'Nesuprasta',
  startFrom: 'Pradėti nuo vaizdo',
  useSeed: 'Imti tik sėklą',
  use: 'Naudoti',

  copyRecipe: 'Kopijuoti receptą',
  copyLink: 'Kopijuoti nuorodą',
  copyText: 'Kopijuoti kaip A1111 tekstą',
  copyWorkflow: 'Kopijuoti kaip ComfyUI darbo eigą',
  copyScript: 'Kopijuoti kaip diffusers programą',
  copied: 'Nukopijuota.',
  notCopied: 'Naršyklė neleidžia šiam puslapiui kopijuoti. Įrašytas PNG turi tuos pačius nustatymus.',
};
