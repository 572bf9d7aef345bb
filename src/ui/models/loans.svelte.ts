import type { EngineApi, Lacking, ModelEntry, Parts } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { Persisted, type KeyValueStorage } from '../settings/persisted.svelte';
import type { UsableModel } from './entries';

const mayBorrow = ({ lacks, t5 }: UsableModel['facts']): boolean => lacks !== undefined || t5 !== undefined;

/** The most models of which it is stored, the last set ones. */
const MOST = 200;

/** The parts that models lack, and from which others they borrow them: stored for each model. */
export class Loans {
  /** What the chosen model lacks, each part with the files that could lend it. */
  lacking = $state.raw<readonly Lacking[]>([]);
  readonly #engine: Remote<EngineApi>;
  readonly #chosen: Persisted<{ models: Record<string, Parts> }>;
  #looked = 0;

  constructor(engine: Remote<EngineApi>, storage: KeyValueStorage | null) {
    this.#engine = engine;
    this.#chosen = new Persisted<{ models: Record<string, Parts> }>(
      'loans',
      { models: {} },
      ({ models }) => ({ models: mended(models) }),
      storage,
    );
  }

  /** Finds out what this model lacks. @param here the models on this device; where there are none yet, it is not asked. */
  async look(model: UsableModel | null, here: readonly ModelEntry[]): Promise<void> {
    const turn = ++this.#looked;
    let lacking: readonly Lacking[] = [];
    try {
      if (model && mayBorrow(model.facts) && here.length > 0)
        ({ value: lacking } = await this.#engine.lacking(new AbortController().signal, model.id).next());
    } catch {
      // Drawing with it will say what is wrong.
    }
    if (turn === this.#looked) this.lacking = lacking;
  }

  /** The chosen lenders of a model. */
  of(model: string): Parts {
    const { models } = this.#chosen.current;
    return $state.snapshot((Object.hasOwn(models, model) && models[model]) || {}); // it is sent to the engine, and stored
  }

  /** The lender of a part: the chosen one, where it is still there, else the best; none where there is or shall be none. */
  lenderOf({ part, optional, lenders }: Lacking, model: string): string {
    const chosen = this.of(model)[part];
    if (optional && chosen === '') return '';
    return (lenders.find(({ id }) => id === chosen) ?? lenders[0])?.id ?? '';
  }

  choose(model: string, { part }: Lacking, lender: string): void {
    const chosen = { ...this.of(model), [part]: lender };
    const others = Object.entries(this.#chosen.current.models).filter(([id]) => id !== model);
    this.#chosen.current.models = Object.fromEntries([...others, [model, chosen] as const].slice(-MOST));
    this.#chosen.save();
  }
}

/** What was stored, without what is no lender. */
function mended(found: Record<string, unknown>): Record<string, Parts> {
  return Object.fromEntries(
    Object.entries(found).map(([model, parts]) => [
      model,
      Object.fromEntries(
        Object.entries(Object(parts) as object).filter(([, lender]) => typeof lender === 'string'),
      ),
    ]),
  );
}
