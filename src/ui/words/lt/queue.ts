import type { queue as English } from '../en/queue';
import { clean } from '../format';
import { format, plural } from './format';

const { count } = format;

const pictures = (n: number): string =>
  plural(n, { one: `${count(n)} vaizdas`, few: `${count(n)} vaizdai`, other: `${count(n)} vaizdų` });

export const queue: typeof English = {
  waits: (waiting, held) =>
    `Įtraukta į eilę${held ? ', kuri pristabdyta' : ''}${waiting === 1 ? '' : `: laukia ${count(waiting)}`}.`,

  alike: 'Su šia sėkla visi vaizdai būtų vienodi: kad būtų piešiama vienas po kito, pasirinkite atsitiktinę.',

  picture: (number, of) =>
    of === null ? `${number}-as vaizdas baigtas.` : `Baigtas ${number}-as vaizdas iš ${of}.`,

  cancelledNext: 'Atšaukta. Pradedamas kitas.',
  failedNext: 'Nepavyko. Pradedamas kitas.',
  failed: (runs) =>
    plural(runs, {
      one: `${count(runs)} kartą nepavyko.`,
      few: `${count(runs)} kartus nepavyko.`,
      other: `${count(runs)} kartų nepavyko.`,
    }),

  place: (number, of) => (of === null ? `(${number})` : `(${number} iš ${of})`),

  removed: (runs, prompt) =>
    runs === 1
      ? `Iš eilės pašalinta: ${called(prompt)}.`
      : plural(runs, {
          one: `Iš eilės pašalinta ${count(runs)} užduotis.`,
          few: `Iš eilės pašalintos ${count(runs)} užduotys.`,
          other: `Iš eilės pašalinta ${count(runs)} užduočių.`,
        }),

  settingsTaken: 'Jūsų nustatymus pakeitė šios užduoties nustatymai.',

  add: (waiting) => (waiting === 0 ? 'Į eilę' : `Į eilę (${count(waiting)})`),

  called,
  pictures,
};

function called(prompt: string): string {
  return prompt.trim() ? `„${clean(prompt, 40)}“` : 'užduotis be žodžių';
}
