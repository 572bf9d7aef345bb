/** A row of the report: what is asked, what it may be, and what came out. */
import type { Bench } from './bench';

export type Part = 'what is there' | 'truth' | 'time';

export type Facts = Readonly<Record<string, string | number>>;

/** What a row found. */
export interface Measured {
  /** The largest difference, relative to the largest number of the reference. To be compared with the row's bound. */
  readonly worst?: number;
  readonly facts?: Facts;
  /** Why nobody is given these numbers, should they be wrong: what is proved here is not used on this machine. */
  readonly unused?: string;
}

interface Asked {
  /** Says what is done; no two rows have the same. */
  readonly name: string;
  readonly part: Part;
  /** Rows with more of it come first. */
  readonly worth: number;
  /** The seconds it may take; then it is broken off. */
  readonly seconds: number;
  /** What `worst` may be. */
  readonly bound?: number;
  /** Needs a process of its own: what it holds is freed with that alone. */
  readonly alone?: true;
}

export type Row = Asked &
  (
    | { readonly by: 'webgpu'; readonly run: (bench: Bench) => Promise<Measured> }
    /** Done by torch_rows.py, in the function of this name with these arguments. */
    | { readonly by: 'torch'; readonly call: string; readonly given: Facts }
  );

/**
 * right, wrong: compared with a bound. unused: wrong, and known on this machine, so that nobody is given it. done: there is
 * nothing to compare with. missing: something it needs is not here. failed: it broke. late: there was no time.
 */
export type State = 'right' | 'wrong' | 'unused' | 'done' | 'missing' | 'failed' | 'late';

export interface Reported {
  readonly name: string;
  readonly part: Part;
  readonly state: State;
  readonly seconds: number;
  readonly worst?: number;
  readonly bound?: number;
  readonly facts?: Facts;
  /** Why it is missing, failed, late or unused. */
  readonly reason?: string;
}

/** Thrown by a row for what this machine lacks. */
export class Missing extends Error {
  override name = 'Missing';
}

/** NaN is no agreement. */
export function judge(bound: number | undefined, { worst = NaN, unused }: Measured): State {
  if (bound === undefined) return 'done';
  if (!(worst <= bound)) return unused === undefined ? 'wrong' : 'unused';
  return 'right';
}
