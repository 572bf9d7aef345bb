import type { outgoing as English } from '../../en/shell/outgoing';
import { clean } from '../../format';
import { format, plural } from '../format';

export const outgoing: typeof English = {
  badge: ({ others }) =>
    others === 0
      ? 'niekas niekur nesiunčiama'
      : plural(others, {
          one: `${format.count(others)} kreipinys kitur`,
          few: `${format.count(others)} kreipiniai kitur`,
          other: `${format.count(others)} kreipinių kitur`,
        }),

  server: ({ origin }) => clean(origin.replace(/^https?:\/\//, ''), 80),

  reason({ own, wanted }) {
    if (own) return 'šios programos serveris: jos failai ir greta esantys modeliai';
    return wanted ? 'tai, ko ieškojote ar ką siuntėtės' : 'jūs to neprašėte: praneškite apie tai';
  },
};
