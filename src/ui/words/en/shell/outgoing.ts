/** What is said of the requests that went out. */
import type { Asked, Outgoing } from '../../../shell/outgoing.svelte';
import { clean } from '../../format';
import { format, plural } from '../format';

const requests = (n: number): string => plural(n, { one: '1 request', other: `${format.count(n)} requests` });

export const outgoing = {
  /** For the badge, after “Stable Diffusion, with”: how many left for other servers. */
  badge: ({ others }: Pick<Outgoing, 'others'>): string =>
    others === 0 ? 'nothing sent elsewhere' : `${requests(others)} elsewhere`,

  /** "huggingface.co", and the port where it is a strange one. */
  server: ({ origin }: Asked): string => clean(origin.replace(/^https?:\/\//, ''), 80),

  reason({ own, wanted }: Asked): string {
    if (own) return 'this app’s own server, for its files and the models beside it';
    return wanted ? 'for what you looked up or downloaded' : 'not asked for by you: please report this';
  },
};
