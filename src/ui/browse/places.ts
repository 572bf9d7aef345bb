/** Immutable sets of places. */
export type Places = ReadonlySet<number>;

export const placesIn = (places: Iterable<number>): Places => new Set(places);

export const toggled = (places: Places, place: number): Places =>
  placesIn(places.has(place) ? [...places].filter((other) => other !== place) : [...places, place]);
