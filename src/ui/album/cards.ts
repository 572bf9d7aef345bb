/** Lists of cards, newest first. */
import type { StoredCard } from './card';

/** The list with more cards in it, replacing those in the same places. */
export function merged(cards: readonly StoredCard[], more: readonly StoredCard[]): readonly StoredCard[] {
  const others = without(
    cards,
    more.map(({ place }) => place),
  );
  return [...others, ...more].sort((a, b) => b.place - a.place);
}

/** The cards in other places. */
export function without(cards: readonly StoredCard[], places: readonly number[]): readonly StoredCard[] {
  const isThere = oneOf(places);
  return cards.filter(({ place }) => !isThere(place));
}

/** The cards in these places. */
export function at(cards: readonly StoredCard[], places: readonly number[]): readonly StoredCard[] {
  const isThere = oneOf(places);
  return cards.filter(({ place }) => isThere(place));
}

/** Tests whether a place is one of these, of which there may be thousands. */
export function oneOf(places: readonly number[]): (place: number) => boolean {
  const all = new Set(places);
  return (place) => all.has(place);
}

/** Groups cards with the same marks. */
export function byMarks(cards: readonly StoredCard[]): readonly (readonly StoredCard[])[] {
  const groups = new Map<string, StoredCard[]>();
  for (const card of cards) {
    const marks = JSON.stringify([card.stars, card.folder]);
    const group = groups.get(marks);
    if (group) group.push(card);
    else groups.set(marks, [card]);
  }
  return [...groups.values()];
}
