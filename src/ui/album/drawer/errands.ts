/** Runs, stored while they last, so that they survive the page. */
import { defined } from '../../../checked';
import { DrobeError } from '../../../errors';
import { HELD_ELSEWHERE, beginningWith, takeLock, isLocked, randomId } from '../../../weights/db';
import type { Begun, Errand, Known, Unfinished } from '../kept';
import type { Database } from './database';
import { deskOf, forget, sweep, under, type NamedErrand } from './layout';
import type { Desk } from '../../paint/desk';
import type { Pictures } from './pictures';

export class Errands {
  readonly #database: Database;
  readonly #pictures: Pictures;

  constructor(database: Database, pictures: Pictures) {
    this.#database = database;
    this.#pictures = pictures;
  }

  /** Unfinished runs, except those of other open tabs. */
  async unfinished(): Promise<Unfinished[]> {
    const keys = await this.#database.keys(under('errand'));
    const found = await this.#database.readMany<NamedErrand>(keys);
    const left: Unfinished[] = [];
    for (const [i, errand] of found.entries()) {
      const id = String(keys[i]?.[1]);
      if (!errand || (await isLocked(id))) continue;
      const { settings, stopped = false } = errand;
      const steps = await this.#database.all<Known>(beginningWith('step', id));
      const [desk] = await this.#database.wholes<Desk>([errand.desk]);
      left.push({
        id,
        settings,
        desk: deskOf(defined(desk)),
        steps: steps.length,
        known: steps.flat(),
        stopped,
      });
    }
    return left;
  }

  /** Stores a run that begins, or resumes a stored one. @throws DrobeError 'busy' where another tab has resumed it */
  async begin({ settings, desk }: Errand, before?: Unfinished): Promise<Begun> {
    const id = before?.id ?? randomId();
    let steps = before?.steps ?? 0;
    const unlock = await takeLock(id);
    if (unlock === HELD_ELSEWHERE) throw new DrobeError('busy');
    const write = (more: Partial<NamedErrand> = {}): Promise<void> =>
      this.#database.write((store) => {
        const errand: NamedErrand = { settings, desk: this.#database.named(desk, store), ...more };
        store.put(errand, ['errand', id]);
      });
    try {
      await write();
    } catch (thrown) {
      unlock?.();
      throw thrown;
    }
    return {
      id,
      step: (answers) => this.#database.write((store) => store.put(answers, ['step', id, steps++])),
      end: async (picture, most) => {
        const ended = picture
          ? this.#pictures.add(picture, { most, also: (store) => forget(store, id) })
          : this.#database.write((store) => forget(store, id)).then(() => null);
        return ended.finally(() => unlock?.());
      },
      stop: () => write({ stopped: true }).finally(() => unlock?.()),
    };
  }

  /** Deletes an unfinished run. */
  drop({ id }: Unfinished): Promise<void> {
    return this.#database.write((store) => {
      forget(store, id);
      sweep(store);
    });
  }
}
