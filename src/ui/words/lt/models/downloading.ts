import type { downloading as English } from '../../en/models/downloading';
import { clean } from '../../format';
import { format } from '../format';

const { bytes } = format;

export const downloading: typeof English = {
  title: 'Atsisiųsti modelį',
  download: 'Atsisiųsti',
  address: 'Adresas',
  look: 'Žiūrėti',
  addressHint: [
    '„Hugging Face“ modelis ar failas arba bet kuris ',
    { code: '.safetensors' },
    ' failas, kurį jo serveris leidžia skaityti kitoms svetainėms. Žiūrint iš serverio paimamos tik antraštės: prieš atsisiųsdami matote, koks tai modelis, jo dydį ir licenciją.',
  ],
  lookingAt: (address) => `Žiūrima: ${address}…`,

  known: 'Žinomi modeliai su atviromis licencijomis',
  gated: 'Jo puslapis prašo prisijungti ir sutikti su licencija. Atsisiųskite failą ten ir nuvilkite jį čia.',
  openPage: 'Atverti puslapį',
  openPageOf: (name) => `Atverti puslapį: ${name}`,
  lookAt: (name) => `Žiūrėti: ${name}`,

  licence: (licence) => `Licencija: ${clean(licence, 60)}.`,
  noLicence: 'Jo serveris licencijos nenurodo.',
  downloadNamed: (file, size) => `Atsisiųsti ${file}, ${bytes(size)}`,
  another: 'Jau atsisiunčiamas kitas failas; šį bus galima atsisiųsti po jo.',

  progress: 'Atsisiuntimas',
  checking: (file) => ['Tikrinama: ', { strong: file }],
  coming: (file) => ['Atsisiunčiama: ', { strong: file }],
  stop: 'Stabdyti atsisiuntimą',
  unfinished: (file, done, total) => [
    { strong: file },
    ` atsisiųstas ne visas: čia yra ${bytes(done)} iš ${bytes(total)}.`,
  ],
  unreadable: (file) => [
    { strong: file || 'Modelis' },
    ' buvo atsisiunčiamas, bet to, ką naršyklė apie tai įsiminė, perskaityti nebepavyksta. Atmeskite ir pradėkite iš naujo.',
  ],
  goOnWith: (file) => `Toliau atsisiųsti ${file}`,
  discard: (file) => `Nebeatsisiųsti ir atmesti ${file}`,
  discardAsked: (file) => `Atmesti atsisiunčiamą ${file}?`,
  discardHint: (done) => `Ištrinti, kas jau atsisiųsta? ${bytes(done)} tektų siųstis iš naujo.`,
};
