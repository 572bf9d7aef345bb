import { defined } from '../../../checked';
import type { Inputs } from '../../paint/inputs';
import type { EntryStore } from './entry-store';
import { inputsOf, namesIn, under, type InputsEntry } from './layout';
import type { Tab } from './tab';

/** Of how many closed tabs the inputs are kept, for new tabs to take over. */
const MOST_CLOSED_TABS = 5;

/** What each tab draws from, beside its settings. */
export class StoredInputs {
  readonly #entries: EntryStore;
  readonly #tab: Tab;
  #own: string | null = null;

  constructor(entries: EntryStore, tab: Tab) {
    this.#entries = entries;
    this.#tab = tab;
  }

  /** The inputs that this tab starts with. Of those whose tab is closed, the last used are kept. */
  async take(): Promise<Inputs | null> {
    const keys = await this.#entries.keys(under('desk'));
    const found = await this.#entries.readMany<InputsEntry>(keys);
    const stored = keys.flatMap(([, tab = ''], i) => {
      const inputs = found[i];
      return inputs ? [{ tab: String(tab), inputs }] : [];
    });
    const latest = stored.toSorted((a, b) => (b.inputs.turn ?? 0) - (a.inputs.turn ?? 0));
    const { id, from } = await this.#tab.settle(latest.map(({ tab }) => tab));
    this.#own = id;
    const names = latest.map(({ tab }) => tab).filter((tab) => tab !== id);
    const living = await this.#tab.others(names, id);
    const spent = names.filter((tab) => !living.includes(tab)).slice(MOST_CLOSED_TABS);
    if (spent.length > 0) {
      await this.#entries.write((store) => {
        for (const tab of spent) store.delete(['desk', tab]);
      });
    }
    const taken = latest.find(({ tab }) => tab === from)?.inputs;
    if (!taken) return null;
    const [inputs] = await this.#entries.wholes<Inputs>([taken]);
    return inputsOf(defined(inputs));
  }

  /** Stores this tab's inputs, replacing what was stored before. */
  async save(inputs: Inputs): Promise<void> {
    const tab = await this.tab();
    const turn = performance.timeOrigin + performance.now();
    await this.#entries.write((store) => {
      store.put({ ...this.#entries.named(inputs, store), turn } satisfies InputsEntry, ['desk', tab]);
      store.delete(['desk']); // an older version's, which is this one now
      store.delete(['turn']); // an older version counted
      // Commits explicitly: the page may be closed before the transaction would end by itself.
      store.transaction.commit();
    });
  }

  /** The names of the pictures that other living tabs work on. */
  async usedElsewhere(): Promise<ReadonlySet<string>> {
    const keys = await this.#entries.keys(under('desk'));
    const others = await this.living(keys.flatMap(([, tab]) => (tab === undefined ? [] : [String(tab)])));
    const found = await this.#entries.readMany<InputsEntry>(others.map((tab) => ['desk', tab]));
    return new Set(found.flatMap((inputs) => (inputs ? namesIn({ original: inputs.original }) : [])));
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
