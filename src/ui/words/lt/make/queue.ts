import type { queue as English } from '../../en/make/queue';
import { clean } from '../../format';
import { format, plural } from '../format';

const { count } = format;

const pictures = (n: number): string =>
  plural(n, { one: `${count(n)} vaizdas`, few: `${count(n)} vaizdai`, other: `${count(n)} vaizdų` });

const time = (milliseconds: number): string => `apie ${format.roughly(milliseconds / 1000)}`;

export const queue: typeof English = {
  waits: (waiting, held) =>
    `Įtraukta į eilę${held ? ', kuri pristabdyta' : ''}${waiting === 1 ? '' : `: laukia ${count(waiting)}`}.`,

  alikeNow: '„Generuoti be pabaigos“ baigėsi: su šia sėkla visi vaizdai būtų vienodi.',
  alike: 'Su šia sėkla visi vaizdai būtų vienodi: kad būtų piešiama vienas po kito, pasirinkite atsitiktinę.',

  picture: (number, of) => `Baigtas vaizdas ${number}${of === null ? '' : ` iš ${of}`}.`,

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

  title: 'Eilė',
  inWork: 'Piešiama',
  facts: ({ width, height, steps, count: runs }, model) =>
    [
      `${width} × ${height}`,
      plural(steps, {
        one: `${count(steps)} žingsnis`,
        few: `${count(steps)} žingsniai`,
        other: `${count(steps)} žingsnių`,
      }),
      ...(runs > 1 ? [pictures(runs)] : []),
      clean(model, 40),
    ].join(' · '),
  modelGone: 'jos modelio nėra',
  cost: (runs, cost) => {
    const long = cost.milliseconds === null ? '' : `${time(cost.milliseconds)}, `;
    return `laukia ${count(runs)}: ${long}${pictures(cost.pictures)}`;
  },
  memory: (room) => `Svoriai užima apie ${format.bytes(room)} atminties.`,
  time,
  paused: 'pristabdyta',
  pause: 'Pristabdyti',
  goOn: 'Tęsti',
  clear: 'Išvalyti eilę',
  cancelAll: 'Atšaukti viską',
  again: 'Bandyti dar kartą',
  drag: 'Vilkite į kitą vietą',
  moveUp: 'Anksčiau (Alt+↑)',
  moveDown: 'Vėliau (Alt+↓)',
  useSettings: 'Naudoti šiuos nustatymus',
  takeOut: 'Pašalinti',
  earlier: (name) => `Piešti anksčiau: ${name}`,
  later: (name) => `Piešti vėliau: ${name}`,
  useSettingsOf: (name) => `Naudoti nustatymus: ${name}`,
  remove: (name) => `Pašalinti: ${name}`,

  more: 'Kiti piešimo būdai',
  forever: 'Generuoti be pabaigos',
  foreverHint: 'Vienas vaizdas po kito pagal tuo metu esančius nustatymus, kol bus sustabdyta',
  goesOn: 'piešiama be pabaigos',
  stopAfter: 'Sustoti po šio',
};

function called(prompt: string): string {
  return prompt.trim() ? `„${clean(prompt, 40)}“` : 'užduotis be žodžių';
}
