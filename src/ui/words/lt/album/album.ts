import type { album as English } from '../../en/album/album';
import { clean } from '../../format';
import { format, plural } from '../format';

const { count } = format;

const pictures = (n: number): string =>
  plural(n, { one: `${count(n)} vaizdas`, few: `${count(n)} vaizdai`, other: `${count(n)} vaizdų` });

const ofPictures = (n: number): string =>
  plural(n, { one: `${count(n)} vaizdo`, few: `${count(n)} vaizdų`, other: `${count(n)} vaizdų` });

export const album: typeof English = {
  kept(number, most, size) {
    const how = most === null ? 'kol juos ištrinsite' : `ne daugiau kaip ${count(most)}, kol juos ištrinsite`;
    return number === 0
      ? `Nė vieno. Ką nupiešite, liks šioje naršyklėje: ${how}.`
      : `${pictures(number)}, ${format.bytes(size)}. Jie laikomi šioje naršyklėje: ${how}.`;
  },

  strip(most) {
    const kept =
      most === null
        ? 'Vaizdai lieka šioje naršyklėje.'
        : `Šioje naršyklėje lieka ne daugiau kaip ${pictures(most)}.`;
    return `${kept} Įrašyti failai turi ir nustatymus: nuvilkite tokį čia, ir galėsite juos vėl naudoti.`;
  },

  left: (n) =>
    n === 0
      ? 'Šioje naršyklėje nebėra vietos kitam vaizdui: ištrinkite kelis vaizdus arba nereikalingus modelius. Kas nupiešta dabar, liks tik iki puslapio uždarymo.'
      : `Šioje naršyklėje liko vietos maždaug ${plural(n, { one: `${count(n)} vaizdui`, few: `${count(n)} vaizdams`, other: `${count(n)} vaizdams` })}. Ištrinkite kelis vaizdus arba nereikalingus modelius.`,

  downloadFile: 'Atsisiųsti failą',

  most: 'Laikomi vaizdai',
  asManyAsFit: 'Kiek telpa',
  mostAtOnce: 'Nurodytas skaičius',
  mostNumber: 'Vaizdų skaičius',
  mostHint: 'Tada seniausias užleidžia vietą kitam. Vaizdai su žvaigždute ir pridėti iš kitur lieka.',

  imported: (n) =>
    plural(n, {
      one: `Pridėtas ${count(n)} vaizdas.`,
      few: `Pridėti ${count(n)} vaizdai.`,
      other: `Pridėta ${count(n)} vaizdų.`,
    }),

  starred: (n, stars) =>
    stars === 0
      ? `Iš ${ofPictures(n)} pašalintos žvaigždutės.`
      : `${pictures(n)} gavo ${plural(stars, { one: 'žvaigždutę', few: `${stars} žvaigždutes`, other: `${stars} žvaigždučių` })}.`,

  filed: (n, folder) =>
    folder === ''
      ? `${pictures(n)} dabar nėra jokiame aplanke.`
      : `${pictures(n)} dabar aplanke „${clean(folder, 60)}“.`,
};
