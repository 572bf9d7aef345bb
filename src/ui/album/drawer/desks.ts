/** Desks, one a tab: what is worked on there. */
import type { Desk } from '../../paint/desk';
import type { Database } from './database';
import { deskOf, namesIn, under, type NamedDesk } from './layout';
import type { Tab } from './tab';

/** So many desks of tabs that are gone are kept: each may be taken over by a new one. */
const DESKS = 5;

export class Desks {
  readonly #database: Database;
  readonly #tab: Tab;
  #own: string | null = null;

  constructor(database: Database, tab: Tab) {
    this.#database = database;
    this.#tab = tab;
  }

  /** The desk that this tab begins with. Of others that no tab has any more, the last used ones are kept. */
  async take(): Promise<Desk | null> {
    const keys = await this.#database.keys(under('desk'));
    const found = await this.#database.readMany<NamedDesk>(keys);
    const desks = keys.flatMap(([, tab = ''], i) => {
      const desk = found[i];
      return desk ? [{ tab: String(tab), desk }] : [];
    });
    const latest = desks.toSorted((a, b) => (b.desk.turn ?? 0) - (a.desk.turn ?? 0));
    const { id, from } = await this.#tab.settle(latest.map(({ tab }) => tab));
    this.#own = id;
    const names = latest.map(({ tab }) => tab).filter((tab) => tab !== id);
    const living = await this.#tab.others(names, id);
    const spent = names.filter((tab) => !living.includes(tab)).slice(DESKS);
    if (spent.length > 0) {
      await this.#database.write((store) => {
        for (const tab of spent) store.delete(['desk', tab]);
      });
    }
    const taken = latest.find(({ tab }) => tab === from)?.desk;
    if (!taken) return null;
    const [desk] = await this.#database.wholes<Desk>([taken]);
    return deskOf(desk!); // one for one
  }

  /** Remembers what lies on this tab's desk, in the place of what lay there before. */
  async save(desk: Desk): Promise<void> {
    const tab = await this.tab();
    const turn = performance.timeOrigin + performance.now();
    await this.#database.write((store) => {
      store.put({ ...this.#database.named(desk, store), turn } satisfies NamedDesk, ['desk', tab]);
      store.delete(['desk']); // an older version's, which is this one now
      store.delete(['turn']); // an older version counted
      // The page may be gone before the browser could ask it whether there is more to write.
      store.transaction.commit();
    });
  }

  /** The names of the pictures that other living tabs work on. */
  async usedElsewhere(): Promise<ReadonlySet<string>> {
    const keys = await this.#database.keys(under('desk'));
    const others = await this.living(keys.flatMap(([, tab]) => (tab === undefined ? [] : [String(tab)])));
    const desks = await this.#database.readMany<NamedDesk>(others.map((tab) => ['desk', tab]));
    return new Set(desks.flatMap((desk) => (desk ? namesIn({ original: desk.original }) : [])));
  }

  /** This tab's name. */
  async tab(): Promise<string> {
    return (this.#own ??= (await this.#tab.settle([])).id);
  }

  /** Of these names, those of other tabs that live. */
  async living(tabs: readonly string[]): Promise<readonly string[]> {
    return this.#tab.others(tabs, await this.tab());
  }
}
