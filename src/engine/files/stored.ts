/** What is stored about a model, and how it is listed. */
import { fieldsOf } from '../../objects';
import { type StoredModel } from '../../weights/store/records';
import type { AddonFacts, ModelEntry, ModelFacts } from '../api';
import type { Beside } from './beside';
import { callable } from './facts';
import type { What } from './verdict';

/** What is stored about a model, in today's schema. */
export const extraOf = (what: What, beside: Beside = {}): unknown => ({
  ...('facts' in what ? what.facts : what),
  ...(Object.keys(beside).length > 0 && { beside }),
});

/** The settings beside a stored model, as `extraOf` wrote them. */
export function storedBeside({ extra }: Pick<StoredModel, 'extra'>): Beside {
  const texts = Object.entries(fieldsOf(fieldsOf(extra)['beside']));
  return Object.fromEntries(
    texts.flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  );
}

/** A stored model, as it is listed; one whose record is damaged has a problem in place of facts. */
export function storedEntry(stored: StoredModel): ModelEntry {
  const { id, file, bytes, kind, extra } = stored;
  const entry = { id, file, bytes, origin: kind === 'copy' ? 'stored' : 'linked' } as const;
  if (!isRemembered(extra)) return { ...entry, problem: { code: 'record-damaged', facts: { file } } };
  return 'addon' in extra
    ? { ...entry, addon: callable(withWords(extra.addon)) }
    : { ...entry, facts: extra };
}

/** A textual inversion as it was stored before a file could have several words. */
interface OneWord {
  readonly triggers: readonly string[];
  readonly vectors: number;
}

function withWords(addon: AddonFacts | (AddonFacts & OneWord)): AddonFacts {
  if (!('triggers' in addon)) return addon;
  const { triggers, vectors } = addon;
  return { kind: 'embedding', name: addon.name, words: triggers.map((trigger) => ({ trigger, vectors })) };
}

/** Whether it is what `extraOf` wrote, as far as the page depends on it. */
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
