/** Groups cards under headings. */
import type { Card } from '../../album/card';
import type { Order } from '../../album/search';

/** Adjacent cards under one heading: of one day, or with the same number of stars. */
export interface Group {
  /** When the first of them was made, in milliseconds since 1970; null where not known, or not grouped by day. */
  readonly day: number | null;
  /** Null where they are grouped by day. */
  readonly stars: number | null;
  readonly count: number;
}

/** @param cards in the order in which they are shown. */
export function groupsOf(cards: readonly Pick<Card, 'made' | 'stars'>[], sort: Order): Group[] {
  const groups: { day: number | null; stars: number | null; count: number }[] = [];
  let before: number | undefined;
  for (const { made, stars } of cards) {
    const key = sort === 'stars' ? stars : dayOf(made);
    const last = groups.at(-1);
    if (last && key === before) last.count++;
    else if (sort === 'stars') groups.push({ day: null, stars, count: 1 });
    else groups.push({ day: made > 0 ? made : null, stars: null, count: 1 });
    before = key;
  }
  return groups;
}

/** How many days ago in local time; 0 is today. */
export const daysAgo = (time: number, now: number): number =>
  Math.round((midnight(now).getTime() - midnight(time).getTime()) / 86_400_000);

/** A number for each local calendar day; 0 where the time is not known. */
function dayOf(time: number): number {
  if (!(time > 0)) return 0;
  const date = new Date(time);
  return date.getFullYear() * 400 + date.getMonth() * 32 + date.getDate();
}

function midnight(time: number): Date {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}
