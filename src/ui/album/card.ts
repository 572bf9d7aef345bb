/** What a gallery must know of a picture without reading its file. */
import { RANDOM, type Mode } from '../settings/settings';
import type { Result } from './result';

export interface Card {
  /** Where the picture lies: larger is newer in the album. */
  readonly place: number;
  /** When it was made, in milliseconds since 1970; 0 where an older version kept it, which did not note that. */
  readonly made: number;
  readonly width: number;
  readonly height: number;
  /** Of its file. */
  readonly bytes: number;
  /** Its prompt, or the file's name where it has none. */
  readonly title: string;
  readonly negative: string;
  /** Empty where a picture that was brought does not tell. */
  readonly model: string;
  /** In digits; empty where a picture that was brought does not tell. */
  readonly seed: string;
  readonly mode: Mode;
  readonly stars: Stars;
  /** Empty: in none. */
  readonly folder: string;
  readonly origin: 'here' | 'brought';
}

export type Stars = 0 | 1 | 2 | 3 | 4 | 5;

/** What a person says of a picture. */
export type Marks = Pick<Card, 'stars' | 'folder'>;

/** A card as it is kept. */
export interface Filed extends Card {
  /** The SHA-256 of the picture's file; null where it is not known yet. */
  readonly hash: string | null;
  /** The names of the pictures that it was made of. */
  readonly uses: readonly string[];
}

/** What makes a card of a picture, beside its place. */
export type CardFacts = Pick<Filed, 'made' | 'hash' | 'uses'>;

/** What a card is made of. */
type Told = Pick<Result, 'itself' | 'job' | 'model' | 'mode' | 'settings' | 'fileName' | 'brought'>;

/** The card of a picture that nobody has marked yet. */
export function cardOf(place: number, picture: Told, facts: CardFacts): Filed {
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

/** Whether a card is of this picture, and not of another one that lay in the same place. */
export const isOf = (card: Filed, other: Filed): boolean =>
  card.bytes === other.bytes && card.seed === other.seed && card.title === other.title;

/**
 * Those that make room where only so many are kept that were made here: the oldest, but none that somebody gave a star to.
 * @param cards newest first. @param spared those that are worked with.
 */
export function ousted<T extends Card>(
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
