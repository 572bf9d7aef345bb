import type { storing as English } from '../../en/models/storing';
import { format } from '../format';

const { bytes } = format;

export const storing: typeof English = {
  title: 'Saugykla',
  size: (size, shared) =>
    `${bytes(size)}${shared > 0 ? `, iš jų ${bytes(shared)} bendri su kitais modeliais ir laikomi vieną kartą` : ''}`,
  repair: 'Taisyti',
  repairNamed: (name) => `Taisyti „${name}“`,
  verify: 'Tikrinti',
  verifyNamed: (name) => `Tikrinti „${name}“`,
  saveAsFile: 'Įrašyti kaip failą',
  saveNamed: (name) => `Įrašyti „${name}“ kaip failą`,
  verifying: (name) => `Tikrinama: ${name}`,
  repairing: (name) => `Taisoma: ${name}`,
  noModels: 'Šioje naršyklėje modelių nelaikoma.',
  pictures: 'Vaizdai',
  deletePictures: 'Ištrinti visus vaizdus',
};
