import type { library as English } from '../../en/models/library';
import { clean } from '../../format';
import { format, plural } from '../format';

const { bytes, count } = format;

export const library: typeof English = {
  model: 'Modelis',
  looking: 'Ieškoma modelių…',
  noModel: 'Modelio dar nėra',
  begin: [
    'Pradėkite: į šį puslapį nuvilkite „Stable Diffusion“ ',
    { code: '.safetensors' },
    ' failą arba modelį atsisiųskite.',
  ],
  importModel: 'Importuoti',
  folder: 'Aplankas',
  importFolder: 'Importuoti aplanką',
  folderTitle: 'Modelis aplanke, kaip jį laiko diffusers',
  borrowedParts: 'Pasiskolintos dalys',

  importing: (file, number, of) => [
    'Importuojama: ',
    { strong: clean(file, 60) },
    of > 1 ? `, failas ${number} iš ${of}` : '',
  ],
  amount: (done, total) => `${bytes(done)} iš ${bytes(total)}`,
  importProgress: 'Importas',
  usableNow: 'Juo jau galima piešti. Neuždarykite šio puslapio, kol importas nesibaigs.',
  stopImport: 'Stabdyti importą',
  importStopped: (file, others) =>
    `Importas sustabdytas: ${clean(file, 60)}${others > 0 ? ` ir dar ${count(others)}` : ''}.`,
  tryAgain: 'Bandyti dar kartą',

  onDevice: (models) => `Modeliai šiame įrenginyje (${models})`,
  origins: {
    stored: 'importuotas',
    arriving: 'importuojamas',
    linked: 'naudojamas iš savo vietos',
    served: 'iš modelių aplanko',
  },
  unusedTensors: (tensors) =>
    plural(tensors, {
      one: `${count(tensors)} jo tenzorius nenaudojamas.`,
      few: `${count(tensors)} jo tenzoriai nenaudojami.`,
      other: `${count(tensors)} jo tenzorių nenaudojama.`,
    }),
  inspect: 'Apžiūrėti',
  inspectNamed: (name) => `Apžiūrėti „${name}“`,
  choose: 'Naudoti jį',
  remove: 'Pašalinti…',
  removeNamed: (name) => `Pašalinti „${name}“`,
  removeAsked: (name) => `Pašalinti „${name}“?`,
  forgetHint: 'Pamiršti šį modelį? Jo failas liks, kur yra.',
  removeHint: 'Pašalinti šią kopiją iš naršyklės? Importuotas failas liks, kur yra.',
  keep: 'Palikti',
  withoutCopy: 'Importuoti be kopijos: failus skaityti iš ten, kur jie yra',
  storage: 'Saugykla…',

  rename: 'Pervardyti…',
  renameNamed: (name) => `Pervardyti „${name}“`,
  newNameOf: (name) => `Naujas „${name}“ vardas`,
  takeName: 'Pervardyti',
};
