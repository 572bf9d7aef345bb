import type { Changes } from '../controls/changes.svelte';
import { settingsFrom } from '../settings/mend';
import { words } from '../words/language.svelte';
import type { RunHandle, Addition, RunRequest, StoredPicture, UnfinishedRun } from './stored';
import type { Result } from './result';
import type { Storing } from './storing.svelte';

/** A run to report progress to: its steps, and its picture or none. */
export interface RunLog {
  step(answers: UnfinishedRun['known']): Promise<void>;
  /** Notes that it was cancelled: it can be resumed until the next one is done. */
  stop(): Promise<void>;
  end(picture: StoredPicture | null): Promise<Result | null>;
}

/** Takes the pictures that runs lead to. */
interface Keeper {
  /** Stores one; null where that fails. @param work is given the most pictures to keep. */
  keep(work: (most: number | null) => Promise<Addition | null>): Promise<Addition | null>;
  /** Called with each. @param ended null where it could not be stored. */
  made(picture: StoredPicture, ended: Addition | null): Result;
}

/** Runs, stored while they last. */
export class Runs {
  /** Runs that were interrupted when their page was closed, or cancelled. */
  unfinished = $state.raw<readonly UnfinishedRun[]>([]);
  readonly #storing: Storing;
  readonly #keeper: Keeper;
  readonly #changes: Changes;
  #unkept = 0;
  /** Those that were discarded, and can be brought back: stored until they cannot. */
  #discarded: readonly UnfinishedRun[] = [];

  /** @param changes told of what can be undone. */
  constructor(storing: Storing, keeper: Keeper, changes: Changes) {
    this.#storing = storing;
    this.#keeper = keeper;
    this.#changes = changes;
  }

  /** Reads what earlier visits left. */
  async open(): Promise<void> {
    const found = await this.#storing.attempt((database) => database.runs.unfinished());
    if (found) this.unfinished = found.map((run) => ({ ...run, settings: settingsFrom(run.settings) }));
  }

  /** Stores a run that begins, or resumes a stored one. @returns what to report its progress to. */
  async begin(request: RunRequest, before?: UnfinishedRun): Promise<RunLog> {
    if (before) this.unfinished = this.unfinished.filter((other) => other !== before);
    const begun = await this.#storing.attempt<RunHandle>((database) => database.runs.begin(request, before));
    const known = [...(before?.known ?? [])];
    let steps = before?.steps ?? 0;
    const end: RunLog['end'] = async (picture) => {
      const ended = begun && (await this.#keeper.keep((most) => begun.end(picture, most)));
      if (!picture) return null;
      const result = this.#keeper.made(picture, ended);
      await this.#dropStopped();
      return result;
    };
    return {
      step: async (answers) => {
        if (answers.length === 0) return;
        known.push(...answers);
        steps++;
        if (begun) await this.#storing.attempt(() => begun.step(answers));
      },
      stop: async () => {
        if (steps === 0) {
          await end(null);
          return;
        }
        if (begun) await this.#storing.attempt(() => begun.stop());
        await this.#dropStopped();
        const id = begun?.id ?? `unkept-${++this.#unkept}`;
        this.unfinished = [...this.unfinished, { ...request, id, known, steps, stopped: true }];
      },
      end,
    };
  }

  /** Offers a run no more; this can be undone. */
  discard(unfinished: UnfinishedRun): void {
    const before = this.unfinished;
    this.unfinished = before.filter((other) => other !== unfinished);
    if (this.unfinished.length === before.length) return;
    this.#discarded = [...this.#discarded, unfinished];
    this.#changes.add({
      words: words.changes.runDiscarded,
      undo: () => {
        this.#discarded = this.#discarded.filter((other) => other !== unfinished);
        this.unfinished = [...this.unfinished, unfinished];
      },
      release: () => void this.#erase([unfinished]),
    });
  }

  /** Forgets for good what was discarded. */
  eraseAll(): Promise<void> {
    return this.#erase(this.#discarded);
  }

  async #erase(runs: readonly UnfinishedRun[]): Promise<void> {
    const left = runs.filter((run) => this.#discarded.includes(run));
    this.#discarded = this.#discarded.filter((run) => !left.includes(run));
    for (const run of left) await this.#drop(run);
  }

  async #drop(unfinished: UnfinishedRun): Promise<void> {
    this.unfinished = this.unfinished.filter((other) => other !== unfinished);
    await this.#storing.attempt((database) => database.runs.drop(unfinished));
  }

  /** Forgets cancelled runs: they are offered until the next one is done. */
  async #dropStopped(): Promise<void> {
    for (const stopped of this.unfinished.filter((run) => run.stopped)) await this.#drop(stopped);
  }
}
