/** What is remembered of a stored model, and how it is listed. */
import { fieldsOf, type StoredModel } from '../../weights/store/records';
import type { AddonFacts, ModelEntry, ModelFacts } from '../api';
import type { Beside } from './beside';
import { callable } from './facts';
import type { What } from './verdict';

/** What is remembered of a model: `install`, of this version of the schema, wrote it so. */
export const extraOf = (what: What, beside: Beside = {}): unknown => ({
  ...('facts' in what ? what.facts : what),
  ...(Object.keys(beside).length > 0 && { beside }),
});

/** What lies beside a stored model, as `extraOf` had it. */
export function storedBeside({ extra }: Pick<StoredModel, 'extra'>): Beside {
  const texts = Object.entries(fieldsOf(fieldsOf(extra)['beside']));
  return Object.fromEntries(
    texts.flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  );
}

export function storedEntry(stored: StoredModel): ModelEntry {
  const { id, file, bytes, kind, extra } = stored;
  const entry = { id, file, bytes, origin: kind === 'copy' ? 'stored' : 'linked' } as const;
  if (!isRemembered(extra)) return { ...entry, problem: { code: 'record-damaged', facts: { file } } };
  return 'addon' in extra
    ? { ...entry, addon: callable(withWords(extra.addon)) }
    : { ...entry, facts: extra };
}

/** A textual inversion as it was remembered before a file could have several words. */
interface OneWord {
  readonly triggers: readonly string[];
  readonly vectors: number;
}

function withWords(addon: AddonFacts | (AddonFacts & OneWord)): AddonFacts {
  if (!('triggers' in addon)) return addon;
  const { triggers, vectors } = addon;
  return { kind: 'embedding', name: addon.name, words: triggers.map((trigger) => ({ trigger, vectors })) };
}

/** Whether it is what `extraOf` gave, as far as the page cannot do without. */
function isRemembered(extra: unknown): extra is ModelFacts | { readonly addon: AddonFacts } {
  const { addon, title, family, dtype, multiple, defaults, examples, unused } = fieldsOf(extra);
  if (addon !== undefined) {
    const { kind, name, triggers, words } = fieldsOf(addon);
    const known =
      kind === 'embedding'
        ? [triggers, words].some(Array.isArray)
        : /^(?:lora|vae|taesd|parts|control|ip-adapter|image-encoder|upscaler|hint-net)$/.test(String(kind));
    return known && typeof name === 'string';
  }
  return (
    [title, family, dtype].every((text) => typeof text === 'string') &&
    Number(multiple) > 0 &&
    defaults === Object(defaults) &&
    Array.isArray(examples) &&
    Array.isArray(unused)
  );
}
