import { fieldsOf } from '../../objects';
import { Persisted, type KeyValueStorage } from './persisted.svelte';
import { predictions, type Settings } from './settings';

/** Absent settings are as the model says. */
export interface Overrule {
  readonly prediction?: Exclude<Settings['prediction'], 'auto'>;
  readonly zeroSnr?: boolean;
}

/** The most models that are stored, the last set ones. */
const MOST = 200;

/** What a person has set about a model's prediction, against what its file says: stored for each model. */
export class Overrules {
  readonly #kept: Persisted<{ models: Record<string, Overrule> }>;

  constructor(storage: KeyValueStorage | null) {
    this.#kept = new Persisted(
      'overrules',
      { models: {} },
      ({ models }) => ({ models: mended(models) }),
      storage,
    );
  }

  of(model: string): Overrule {
    const { models } = this.#kept.current;
    return (Object.hasOwn(models, model) && models[model]) || {};
  }

  /** Stores what is set now for this model. */
  keep(model: string, { prediction, rare: { zeroSnr } }: Settings): void {
    const others = Object.entries(this.#kept.current.models).filter(([id]) => id !== model);
    const overrule: Overrule = {
      ...(prediction !== 'auto' && { prediction }),
      ...(zeroSnr !== undefined && { zeroSnr }),
    };
    const own = Object.keys(overrule).length > 0 ? [[model, overrule] as const] : [];
    this.#kept.current.models = Object.fromEntries([...others, ...own].slice(-MOST));
    this.#kept.save();
  }
}

/** The settings with what was stored for a model, in place of another model's. */
export function overruled({ rare }: Settings, { prediction, zeroSnr }: Overrule): Partial<Settings> {
  const { zeroSnr: _, ...others } = rare;
  return { prediction: prediction ?? 'auto', rare: { ...others, ...(zeroSnr !== undefined && { zeroSnr }) } };
}

function mended(found: Record<string, unknown>): Record<string, Overrule> {
  const sound = Object.entries(found).map(([id, value]) => {
    const { prediction, zeroSnr } = fieldsOf(value);
    const known = predictions.find((one) => one === prediction);
    return [
      id,
      {
        ...(known && known !== 'auto' && { prediction: known }),
        ...(typeof zeroSnr === 'boolean' && { zeroSnr }),
      },
    ] as const;
  });
  return Object.fromEntries(sound.slice(-MOST));
}
