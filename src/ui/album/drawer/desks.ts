/** Desks: what each tab works on. */
import { defined } from '../../../checked';
import type { Desk } from '../../paint/desk';
import type { Database } from './database';
import { deskOf, namesIn, under, type NamedDesk } from './layout';
import type { Tab } from './tab';

/** How many desks of closed tabs are kept, for new tabs to take over. */
const DESKS = 5;

export class Desks {
  readonly #database: Database;
  readonly #tab: Tab;
  #own: string | null = null;

  constructor(database: Database, tab: Tab) {
    this.#database = database;
    this.#tab = tab;
  }

  /** The desk that this tab starts with. Of desks without a tab, the last used are kept. */
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
    return deskOf(defined(desk));
  }

  /** Stores this tab's desk, replacing what was stored before. */
  async save(desk: Desk): Promise<void> {
    const tab = await this.tab();
    const turn = performance.timeOrigin + performance.now();
    await this.#database.write((store) => {
      store.put({ ...this.#database.named(desk, store), turn } satisfies NamedDesk, ['desk', tab]);
      store.delete(['desk']); // an older version's, which is this one now
      store.delete(['turn']); // an older version counted
      // Commits explicitly: the page may be closed before the transaction would end by itself.
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

  /** Those of these names that belong to other open tabs. */
  async living(tabs: readonly string[]): Promise<readonly string[]> {
    return this.#tab.others(tabs, await this.tab());
  }
}
