/** What outlasts the page: pictures, runs that were not finished, and what is told of them. */
import type { Job } from '../../engine/api';
import type { Desk } from '../paint/desk';
import type { Settings } from '../settings/settings';
import type { Filed } from './card';
import type { Result } from './result';

/** A run as it was asked for: its seed is drawn, and `count` says how many pictures are still to come. */
export interface Errand {
  readonly settings: Settings;
  readonly desk: Desk;
}

/** Runs that belong together: they are shown as one thing, and removed as one. */
export interface Group {
  readonly id: string;
  readonly name: string;
}

/** A run that was asked for while another one was in work: it waits. */
export interface Order extends Errand {
  readonly id: string;
  readonly group?: Group;
  /** Which of its group it is, by a name that whoever made the group gave it. */
  readonly cell?: string;
}

/** What the UNet has led to so far. */
export type Known = NonNullable<Job['known']>;

/** A run whose page was closed or killed. */
export interface Unfinished extends Errand {
  readonly id: string;
  /** Steps that were done, and what the UNet led to in them. */
  readonly steps: number;
  readonly known: Known;
  /** It was cancelled, while its page was there. */
  readonly stopped: boolean;
}

/** A run that is remembered while it lasts. */
export interface Begun {
  readonly id: string;
  /** One more step is done. */
  step(answers: Known): Promise<void>;
  /** It led to a picture, or to none. @param most so many pictures are kept; null: as many as there is room for. */
  end(picture: Kept | null, most: number | null): Promise<Ended | null>;
  /** It was cancelled, and may be gone on with. */
  stop(): Promise<void>;
}

/** What became of a picture that is to be kept. */
export interface Ended {
  readonly card: Filed;
  /** Pictures that made room for it. */
  readonly ousted: Removal | null;
}

/** Pictures that are out of sight and can be brought back, until they are deleted for good. */
export interface Removal {
  readonly id: string;
  readonly places: readonly number[];
}

/** A picture and where it lies. */
export interface Placed {
  readonly place: number;
  readonly picture: Kept;
}

/** A picture without what it is called by on the page. */
export type Kept = Omit<Result, 'url' | 'number'>;

/** What happened to pictures, told to all other tabs: their places. */
export interface News {
  readonly added: readonly number[];
  readonly removed: readonly number[];
  /** Those that were given stars or a folder; older versions tell of none. */
  readonly marked?: readonly number[];
}
