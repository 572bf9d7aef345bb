/** What survives the page: pictures and unfinished runs. */
import type { Job } from '../../engine/api';
import type { Inputs } from '../paint/inputs';
import type { Settings } from '../settings/settings';
import type { StoredCard } from './card';
import type { Result } from './result';

/** A run to make: random seeds are drawn, and `count` says how many pictures are still to come. */
export interface RunRequest {
  readonly settings: Settings;
  readonly inputs: Inputs;
}

/** Runs that belong together: they are shown and removed as one. */
export interface Group {
  readonly id: string;
  readonly name: string;
}

/** A run in the queue. */
export interface Order extends RunRequest {
  readonly id: string;
  readonly group?: Group;
  /** Which of its group it is, by a name that the group's maker chose. */
  readonly cell?: string;
}

/** The denoiser's answers so far. */
export type KnownAnswers = NonNullable<Job['known']>;

/** A run whose page was closed or killed. */
export interface UnfinishedRun extends RunRequest {
  readonly id: string;
  /** How many steps were done, and the denoiser's answers in them. */
  readonly steps: number;
  readonly known: KnownAnswers;
  /** Whether it was cancelled, rather than interrupted. */
  readonly stopped: boolean;
}

/** A run that is stored while it lasts. */
export interface RunHandle {
  readonly id: string;
  /** Stores one more step. */
  step(answers: KnownAnswers): Promise<void>;
  /**
   * Ends it with a picture, or without one.
   * @param most the most pictures to keep; null for as many as there is room for.
   */
  end(picture: StoredPicture | null, most: number | null): Promise<Addition | null>;
  /** Notes that it was cancelled, and may be resumed. */
  stop(): Promise<void>;
}

/** A stored picture. */
export interface Addition {
  readonly card: StoredCard;
  /** Pictures that made room for it. */
  readonly evicted: Removal | null;
}

/** Hidden pictures that can be brought back, until they are deleted for good. */
export interface Removal {
  readonly id: string;
  readonly places: readonly number[];
}

/** A picture and its place. */
export interface Placed {
  readonly place: number;
  readonly picture: StoredPicture;
}

/** A picture as it is stored, without its number and address on this page. */
export type StoredPicture = Omit<Result, 'url' | 'number'>;

/** What happened to pictures, by their places: sent to all other tabs. */
export interface News {
  readonly added: readonly number[];
  readonly removed: readonly number[];
  /** Pictures that were given stars or a folder; absent in messages of older versions. */
  readonly marked?: readonly number[];
}
