/** Under which headings cards stand. */
import type { Card } from '../../album/card';
import type { Order } from '../../album/search';

/** Neighbours with one heading: those of a day, or with as many stars. */
export interface Group {
  /** The day as of the first of them, in milliseconds; null where it is not known. */
  readonly day: number | null;
  /** Null where they stand by days. */
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

/** How many days ago, as days are counted here; 0 is today. */
export const daysAgo = (time: number, now: number): number =>
  Math.round((midnight(now).getTime() - midnight(time).getTime()) / 86_400_000);

/** A number for each day by the calendar here; 0 where the time is not known. */
function dayOf(time: number): number {
  if (!(time > 0)) return 0;
  const date = new Date(time);
  return date.getFullYear() * 400 + date.getMonth() * 32 + date.getDate();
}

function midnight(time: number): Date {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}
