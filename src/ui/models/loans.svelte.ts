import type { EngineApi, Lacking, ModelEntry, Parts } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { Persisted, type Shelf } from '../settings/persisted.svelte';
import type { UsableModel } from './entries';

const mayBorrow = ({ lacks, t5 }: UsableModel['facts']): boolean => lacks !== undefined || t5 !== undefined;

/** Parts that models lack, and from which others they borrow them: chosen once, remembered by model. */
export class Loans {
  /** What the model that is worked with lacks, each with those that could lend it. */
  lacking = $state.raw<readonly Lacking[]>([]);
  readonly #engine: Remote<EngineApi>;
  readonly #chosen: Persisted<Record<string, Parts>>;
  #looked = 0;

  constructor(engine: Remote<EngineApi>, shelf: Shelf | null) {
    this.#engine = engine;
    this.#chosen = new Persisted<Record<string, Parts>>('loans', {}, (found) => found, shelf);
  }

  /** Looks for what this model lacks. @param here the files on the device: none, and there is nothing to look among. */
  async look(model: UsableModel | null, here: readonly ModelEntry[]): Promise<void> {
    const turn = ++this.#looked;
    let lacking: readonly Lacking[] = [];
    try {
      if (model && mayBorrow(model.facts) && here.length > 0)
        ({ value: lacking } = await this.#engine.lacking(new AbortController().signal, model.id).next());
    } catch {
      // Drawing with it says what is wrong.
    }
    if (turn === this.#looked) this.lacking = lacking;
  }

  /** From which others a model was told to borrow. */
  of(model: string): Parts {
    return $state.snapshot(this.#chosen.current[model] ?? {}); // it is sent to the engine, and stored
  }

  /** The lender of a part: the chosen one, where it is still there, else the best; none where there is or shall be none. */
  lenderOf({ part, optional, lenders }: Lacking, model: string): string {
    const chosen = this.of(model)[part];
    if (optional && chosen === '') return '';
    return (lenders.find(({ id }) => id === chosen) ?? lenders[0])?.id ?? '';
  }

  choose(model: string, { part }: Lacking, lender: string): void {
    this.#chosen.current[model] = { ...this.of(model), [part]: lender };
  }
}
