import type { inspecting as English } from '../../en/models/inspecting';
import { format, plural } from '../format';

const { bytes, count } = format;

export const inspecting: typeof English = {
  title: 'Failo apžiūra: ',
  inspectFile: 'Apžiūrėti failą…',
  otherFile: 'Kitas failas…',
  reading: 'Skaitoma antraštė…',

  views: 'Ką rodyti',
  overview: 'Apžvalga',
  metadata: (entries) => `Metaduomenys (${count(entries)})`,
  allTensors: (tensors) => `Tenzoriai (${count(tensors)})`,

  modelTitle: 'Pavadinimas',
  family: 'Šeima',
  storedAs: 'Įrašyta kaip',
  drawsBestAt: 'Geriausiai piešia',
  pixels: (width, height) => `${width} × ${height} pikselių`,
  fileSize: 'Failo dydis',
  exactSize: (size) =>
    `${bytes(size)} (${count(size)}\u00a0${plural(size, { one: 'baitas', few: 'baitai', other: 'baitų' })})`,
  notUsed: 'Nenaudojama',
  countedTensors: (tensors) => counted(tensors),

  byPart: 'Pagal dalį',
  part: 'Dalis',
  byFormat: 'Pagal skaičių formatą',
  format: 'Formatas',
  tensors: 'Tenzoriai',
  parameters: 'Parametrai',
  size: 'Dydis',
  name: 'Vardas',
  shape: 'Matmenys',

  noMetadata: 'Šiame faile nėra metaduomenų: jis nieko apie save nepasako.',
  moreEntries: (entries) => `Rodyti daugiau (iš viso įrašų: ${count(entries)})`,
  moreCharacters: (characters, isRest) =>
    `Rodyti ${isRest ? 'viską' : 'daugiau'} (iš viso ženklų: ${count(characters)})`,
  less: 'Rodyti mažiau',

  filter: 'Tenzorių filtras',
  filterBy: 'Vardas, matmenys ar formatas',
  found: (found, all) =>
    found === null ? counted(all) : `${count(found)} iš ${count(all)} ${plural(all, ofThem)}`,
  noneFound: 'Tokio tenzoriaus nėra.',
  pages: 'Puslapiai',
  previousPage: 'Ankstesnis puslapis',
  nextPage: 'Kitas puslapis',
};

const ofThem = { one: 'tenzoriaus', few: 'tenzorių', other: 'tenzorių' };

const counted = (tensors: number): string =>
  `${count(tensors)} ${plural(tensors, { one: 'tenzorius', few: 'tenzoriai', other: 'tenzorių' })}`;
