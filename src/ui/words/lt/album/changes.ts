import type { changes as English } from '../../en/album/changes';
import { clean } from '../../format';
import { format, plural } from '../format';

const { count } = format;

export const changes: typeof English = {
  replaced: (name, masked) => `Pakeistas „${clean(name, 60)}“${masked ? ' ir jo kaukė' : ''}.`,
  removed: (name, masked) => `Pašalintas „${clean(name, 60)}“${masked ? ' ir jo kaukė' : ''}.`,

  deleted: (pictures) =>
    pictures === 1
      ? 'Vaizdas ištrintas.'
      : plural(pictures, {
          one: `Ištrintas ${count(pictures)} vaizdas.`,
          few: `Ištrinti ${count(pictures)} vaizdai.`,
          other: `Ištrinta ${count(pictures)} vaizdų.`,
        }),

  full: (pictures, most) => {
    const kept = plural(most, {
      one: `Laikomas ${count(most)} vaizdas`,
      few: `Laikomi ${count(most)} vaizdai`,
      other: `Laikoma ${count(most)} vaizdų`,
    });
    const going =
      pictures === 1
        ? 'seniausias užleis vietą kitam'
        : plural(pictures, {
            one: `${count(pictures)} seniausias užleis vietą kitiems`,
            few: `${count(pictures)} seniausi užleis vietą kitiems`,
            other: `${count(pictures)} seniausių užleis vietą kitiems`,
          });
    return `${kept}: ${going}.`;
  },

  evicted: (pictures) =>
    pictures === 1
      ? 'Seniausias vaizdas užleido vietą šiam.'
      : plural(pictures, {
          one: `Vietą užleido ${count(pictures)} seniausias vaizdas.`,
          few: `Vietą užleido ${count(pictures)} seniausi vaizdai.`,
          other: `Vietą užleido ${count(pictures)} seniausių vaizdų.`,
        }),

  unselected: (pictures) =>
    plural(pictures, {
      one: `${count(pictures)} vaizdas nebepažymėtas.`,
      few: `${count(pictures)} vaizdai nebepažymėti.`,
      other: `${count(pictures)} vaizdų nebepažymėta.`,
    }),
  runDiscarded: 'Nebaigta užduotis atmesta.',
  settingsTaken: 'Jūsų nustatymus pakeitė šio vaizdo nustatymai.',
  promptTaken: 'Jūsų užklausas pakeitė šio vaizdo užklausos.',
  seedTaken: (seed) => `Kitas vaizdas bus kuriamas su sėkla ${seed}.`,
};
