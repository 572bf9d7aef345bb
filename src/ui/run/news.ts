/** What a run announces, to be put into words. */
import type { Job, Pixels, Progress } from '../../engine/api';
import type { UnitObstacle } from '../control/unit';
import type { ReferenceObstacle } from '../reference/reference';
import type { Obstacle } from '../settings/settings';

/** What a run tells that goes on, whatever happens to the engine. */
export type Told = Exclude<Progress, { kind: 'short-of-memory' }>;
export type Stage = Exclude<Told, { kind: 'notice' }>;

/** A run in progress. */
export interface Running {
  readonly kind: 'running';
  readonly job: Job;
  /** Which picture of how many. */
  readonly number: number;
  readonly of: number;
  readonly stage: Stage | null;
  readonly preview: Pixels | null;
  /** Milliseconds still to go for this picture, once two steps have been measured. */
  readonly left: number | null;
  readonly stopping: boolean;
}

/** The phases of a picture, whatever happens in each. */
export type Phase = 'ready' | 'drawing' | 'finishing';

/** What is announced of a run, once: before it, when a picture is done, and at its end. */
export type News =
  | { readonly kind: 'no-prompt' }
  | { readonly kind: 'no-upscaler' }
  /** Generate forever would draw the same picture each time. */
  | { readonly kind: 'alike' }
  | { readonly kind: 'waits'; readonly waiting: number; readonly held: boolean }
  | { readonly kind: 'obstacle'; readonly obstacle: Obstacle | UnitObstacle | ReferenceObstacle }
  | { readonly kind: 'picture'; readonly number: number; readonly of: number | null }
  /** All runs of the queue are done, of which some may have failed. `alike`: else it would go on forever with the same picture. */
  | {
      readonly kind: 'done';
      readonly pictures: number;
      readonly took: number;
      readonly failed?: number;
      readonly alike?: true;
    }
  /** `next`: another run follows. */
  | { readonly kind: 'cancelled'; readonly pictures: number; readonly of: number; readonly next?: true }
  | { readonly kind: 'failed'; readonly next?: true };
