/** What is known of a picture without reading its file. */
import { RANDOM, type Mode } from '../settings/settings';
import type { Result } from './result';

/** A picture, as lists and the search know it. */
export interface Card {
  /** The picture's place in the album: the larger, the newer. */
  readonly place: number;
  /** When it was made, in milliseconds since 1970; 0 for a picture of an older version, which did not record it. */
  readonly made: number;
  readonly width: number;
  readonly height: number;
  /** Of its file. */
  readonly bytes: number;
  /** Its prompt, or the file's name where it has none. */
  readonly title: string;
  readonly negative: string;
  /** Empty where an imported picture does not say. */
  readonly model: string;
  /** In digits; empty where an imported picture does not say. */
  readonly seed: string;
  readonly mode: Mode;
  readonly stars: Stars;
  /** Empty: in none. */
  readonly folder: string;
  readonly origin: 'here' | 'brought';
}

export type Stars = 0 | 1 | 2 | 3 | 4 | 5;

/** What a person marked a picture with. */
export type Marks = Pick<Card, 'stars' | 'folder'>;

/** A card as it is stored. */
export interface StoredCard extends Card {
  /** The SHA-256 of the picture's file; null where it is not known yet. */
  readonly hash: string | null;
  /** The names of the pictures it was made from. */
  readonly uses: readonly string[];
}

/** What makes a card of a picture, beside its place. */
export type CardFacts = Pick<StoredCard, 'made' | 'hash' | 'uses'>;

/** What a card is made of. */
type Told = Pick<Result, 'itself' | 'job' | 'model' | 'mode' | 'settings' | 'fileName' | 'brought'>;

/** The card of a picture without marks. */
export function cardOf(place: number, picture: Told, facts: CardFacts): StoredCard {
  const { itself, job, model, mode, settings, brought, fileName } = picture;
  const isTold = !brought || settings.seed !== RANDOM;
  return {
    place,
    ...facts,
    width: itself.width,
    height: itself.height,
    bytes: itself.blob.size,
    title: job.prompt.trim() || fileName,
    negative: job.negative,
    model,
    seed: isTold ? String(job.seed) : '',
    mode,
    stars: 0,
    folder: '',
    origin: brought ? 'brought' : 'here',
  };
}

/** Whether two cards in the same place are of one picture. */
export const isOf = (card: StoredCard, other: StoredCard): boolean =>
  card.bytes === other.bytes && card.seed === other.seed && card.title === other.title;

/**
 * The cards of pictures that make room where the number of pictures made here is limited: the oldest without a star.
 * @param cards newest first.
 * @param spared those in use.
 */
export function evicted<T extends Card>(
  cards: readonly T[],
  most: number | null,
  spared: (card: T) => boolean = () => false,
): readonly T[] {
  const made = cards.filter(({ origin }) => origin === 'here');
  const tooMany = most === null ? 0 : made.length - most;
  if (tooMany <= 0) return [];
  return made
    .toReversed()
    .filter((card) => card.stars === 0 && !spared(card))
    .slice(0, tooMany);
}
