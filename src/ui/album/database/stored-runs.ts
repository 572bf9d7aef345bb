import { defined } from '../../../checked';
import { DrobeError } from '../../../errors';
import { HELD_ELSEWHERE, beginningWith, takeLock, isLocked, randomId } from '../../../weights/db';
import type { RunHandle, RunRequest, KnownAnswers, UnfinishedRun } from '../stored';
import type { EntryStore } from './entry-store';
import { inputsOf, forget, sweep, under, type RunEntry } from './layout';
import type { Inputs } from '../../paint/inputs';
import type { StoredPictures } from './stored-pictures';

/** Runs, stored while they last, so that they survive the page. */
export class StoredRuns {
  readonly #entries: EntryStore;
  readonly #pictures: StoredPictures;

  constructor(entries: EntryStore, pictures: StoredPictures) {
    this.#entries = entries;
    this.#pictures = pictures;
  }

  /** Unfinished runs, except those of other open tabs. */
  async unfinished(): Promise<UnfinishedRun[]> {
    const keys = await this.#entries.keys(under('errand'));
    const found = await this.#entries.readMany<RunEntry>(keys);
    const left: UnfinishedRun[] = [];
    for (const [i, entry] of found.entries()) {
      const id = String(keys[i]?.[1]);
      if (!entry || (await isLocked(id))) continue;
      const { settings, stopped = false } = entry;
      const steps = await this.#entries.all<KnownAnswers>(beginningWith('step', id));
      const [inputs] = await this.#entries.wholes<Inputs>([entry.desk]);
      left.push({
        id,
        settings,
        inputs: inputsOf(defined(inputs)),
        steps: steps.length,
        known: steps.flat(),
        stopped,
      });
    }
    return left;
  }

  /** Stores a run that begins, or resumes a stored one. @throws DrobeError 'busy' where another tab has resumed it */
  async begin({ settings, inputs }: RunRequest, before?: UnfinishedRun): Promise<RunHandle> {
    const id = before?.id ?? randomId();
    let steps = before?.steps ?? 0;
    const unlock = await takeLock(id);
    if (unlock === HELD_ELSEWHERE) throw new DrobeError('busy');
    const write = (more: Partial<RunEntry> = {}): Promise<void> =>
      this.#entries.write((store) => {
        const entry: RunEntry = { settings, desk: this.#entries.named(inputs, store), ...more };
        store.put(entry, ['errand', id]);
      });
    try {
      await write();
    } catch (thrown) {
      unlock?.();
      throw thrown;
    }
    return {
      id,
      step: (answers) => this.#entries.write((store) => store.put(answers, ['step', id, steps++])),
      end: async (picture, most) => {
        const ended = picture
          ? this.#pictures.add(picture, { most, also: (store) => forget(store, id) })
          : this.#entries.write((store) => forget(store, id)).then(() => null);
        return ended.finally(() => unlock?.());
      },
      stop: () => write({ stopped: true }).finally(() => unlock?.()),
    };
  }

  /** Deletes an unfinished run. */
  drop({ id }: UnfinishedRun): Promise<void> {
    return this.#entries.write((store) => {
      forget(store, id);
      sweep(store);
    });
  }
}
