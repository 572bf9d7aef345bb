import type { albumView as English } from '../../en/album/album-view';
import { clean } from '../../format';
import { format, plural } from '../format';

const { bytes, count } = format;

const pictures = (n: number): string =>
  plural(n, { one: `${count(n)} vaizdas`, few: `${count(n)} vaizdai`, other: `${count(n)} vaizdų` });
const given = (stars: number): string =>
  plural(stars, {
    one: `${stars} žvaigždutė`,
    few: `${stars} žvaigždutės`,
    other: `${stars} žvaigždučių`,
  });
const day = new Intl.DateTimeFormat('lt', { dateStyle: 'full' });
const moment = new Intl.DateTimeFormat('lt', { dateStyle: 'long', timeStyle: 'short' });

export const albumView: typeof English = {
  title: 'Albumas',
  open: 'Atverti albumą',
  back: 'Visi vaizdai',

  holds: (shown, all, size) =>
    shown === all ? `${pictures(all)}, ${bytes(size)}` : `${count(shown)} iš ${count(all)}, ${bytes(size)}`,

  search: 'Ieškoti',
  searchHint:
    'Žodžiai, „frazė“, -be žodžio, model:pavadinimas, seed:42, stars:>=3, folder:aplankas, in:negative',
  clearSearch: 'Išvalyti paiešką',
  more: 'Rikiuoti, atrinkti, pridėti',
  sort: 'Rikiuoti pagal',
  sorts: { newest: 'Naujausi pirmi', oldest: 'Seniausi pirmi', stars: 'Daugiausia žvaigždučių pirmi' },
  rating: 'Žvaigždutės',
  atLeast: (stars) =>
    stars === 0 ? 'Su bet kiek žvaigždučių' : stars === 5 ? given(5) : `${given(stars)} ar daugiau`,
  folders: 'Aplankai',
  folder: 'Aplankas',
  everything: 'Visi vaizdai',
  noFolder: 'Be aplanko',
  folderName: 'Aplanko pavadinimas',
  move: 'Perkelti',
  toFolder: 'Perkelti į aplanką…',

  today: 'Šiandien',
  yesterday: 'Vakar',
  day: (time) => day.format(time),
  moment: (time) => moment.format(time),
  before: 'Anksčiau, kai dienos nebuvo žymimos',
  stars: (stars) => (stars === 0 ? 'Be žvaigždučių' : given(stars)),
  untitled: 'Be užklausos',

  card: (title, size, stars, when) =>
    [
      clean(title, 200) || 'Be užklausos',
      size,
      ...(stars > 0 ? [given(stars)] : []),
      ...(when ? [when] : []),
    ].join(', '),

  reading: 'Ieškoma vaizdų…',
  empty: 'Vaizdų dar nėra',
  emptyHint:
    'Čia su receptais laikoma visa, ką sukuriate. Galite pridėti ir kitur sukurtų vaizdų: nuvilkite juos čia arba pasirinkite failus ar aplanką.',
  nothing: 'Nieko nerasta',
  nothingHint: 'Nėra vaizdo, kuris atitiktų visas sąlygas.',

  add: 'Pridėti vaizdų…',
  addFolder: 'Pridėti aplanką…',
  adding: 'Pridedami vaizdai',
  read: (done, of) => `Perskaityta: ${count(done)} iš ${count(of)}`,
  left: (known, refused) => {
    const [first = '', ...others] = refused;
    const more =
      others.length > 0
        ? ` ir dar ${plural(others.length, { one: `${count(others.length)} failo`, few: `${count(others.length)} failų`, other: `${count(others.length)} failų` })}`
        : '';
    const there = plural(known, {
      one: `${count(known)} vaizdas albume jau buvo.`,
      few: `${count(known)} vaizdai albume jau buvo.`,
      other: `${count(known)} vaizdų albume jau buvo.`,
    });
    return [
      ...(known > 0 ? [there] : []),
      ...(first ? [`Failo „${first}“${more} perskaityti nepavyko.`] : []),
    ].join(' ');
  },
  noPictures: 'Vaizdų čia nėra.',
  dropHere: 'Paleiskite vaizdus čia, ir jie bus pridėti prie albumo',

  selectAll: 'Žymėti visus',
  deleteAll: 'Ištrinti visus vaizdus',
  selection: 'Pažymėti vaizdai',
  selected: (n) => `Pažymėta: ${count(n)}`,
  unselect: 'Nieko nežymėti',
  compare: 'Palyginti',
  compareHint: 'Du pažymėti vaizdai greta',
  exportZip: 'Eksportuoti kaip ZIP',
  exportFolder: 'Eksportuoti į aplanką',
  exporting: 'Eksportuojami vaizdai',
  written: (done, of) => `Įrašyta: ${count(done)} iš ${count(of)}`,
  exported: (n) =>
    plural(n, {
      one: `Eksportuotas ${pictures(n)}.`,
      few: `Eksportuoti ${pictures(n)}.`,
      other: `Eksportuota ${pictures(n)}.`,
    }),
  delete: 'Ištrinti',

  picture: 'Vaizdas',
  previous: 'Ankstesnis vaizdas',
  next: 'Kitas vaizdas',
  which: (at, of) => `${count(at)} iš ${count(of)}`,
  nearer: 'Artyn',
  further: 'Tolyn',
  whole: 'Visas vaizdas',
  play: 'Skaidrių peržiūra',
  pace: 'Sekundės vienam vaizdui',
  seconds: (n) => `${n} s`,
  gone: 'Šio vaizdo atverti nepavyko.',

  use: 'Naudoti',
  useAll: 'Viską',
  usePrompt: 'Užklausą',
  useSeed: 'Sėklą',
  useAllHint: 'Grįžti į puslapį su visais šio vaizdo nustatymais',
  usePromptHint: 'Perimti jo užklausą ir neigiamą užklausą',
  useSeedHint: 'Perimti jo sėklą',
  edit: 'Keisti šį',
  download: 'Atsisiųsti PNG',
  deleteOne: 'Ištrinti vaizdą',
  facts: {
    negative: 'Neigiama užklausa',
    seed: 'Sėkla',
    size: 'Dydis',
    model: 'Modelis',
    steps: 'Žingsniai',
    sampler: 'Atrinkėjas',
    guidance: 'CFG',
    made: 'Sukurta',
    origin: 'Iš kur',
  },
  elsewhere: 'Iš kitur',

  slider: 'Slankiklis',
  line: 'Riba tarp dviejų vaizdų',
  first: 'Pirmas vaizdas',
  second: 'Antras vaizdas',

  keys: {
    group: 'Albume',
    move: 'Nuo vaizdo prie vaizdo',
    ends: 'Pirmas ir paskutinis vaizdas',
    pages: 'Puslapiu aukštyn ar žemyn',
    enlarge: 'Atverti vaizdą',
    select: 'Pažymėti arba nebežymėti',
    extend: 'Žymėti visus iš eilės',
    all: 'Žymėti visus',
    rate: 'Žvaigždutės',
    delete: 'Ištrinti',
    undo: 'Anuliuoti paskutinį pakeitimą, apie kurį pranešta',
    search: 'Ieškoti',
    play: 'Skaidrių peržiūra nuo atverto vaizdo',
    nearer: 'Artyn',
    further: 'Tolyn',
    back: 'Atgal',
  },
};
