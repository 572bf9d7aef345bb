/** What is said of the requests that went out. */
import { clean, count } from './format';
import type { Asked, Outgoing } from '../shell/outgoing.svelte';

const requests = (n: number): string => (n === 1 ? '1 request' : `${count(n)} requests`);

/** For the badge, after “Stable Diffusion, with”: how many left for other servers. */
export const badgeWords = ({ others }: Pick<Outgoing, 'others'>): string =>
  others === 0 ? 'nothing sent elsewhere' : `${requests(others)} elsewhere`;

/** "huggingface.co", and the port where it is a strange one. */
export const serverWords = ({ origin }: Asked): string => clean(origin.replace(/^https?:\/\//, ''), 80);

export function reasonWords({ own, wanted }: Asked): string {
  if (own) return 'this app’s own server, for its files and the models beside it';
  return wanted ? 'for what you looked up or downloaded' : 'not asked for by you: please report this';
}
