/** What is remembered of a stored model, and how it is listed. */
import type { StoredModel } from '../weights/pieces';
import type { AddonFacts, ModelEntry, ModelFacts } from './api';
import type { What } from './verdict';

/** What is remembered of a model: `install`, of this version of the schema, wrote it so. */
export const extraOf = (what: What): unknown => ('facts' in what ? what.facts : what);

export function storedEntry({ id, file, bytes, kind, extra }: StoredModel): ModelEntry {
  const entry = { id, file, bytes, origin: kind === 'copy' ? 'stored' : 'linked' } as const;
  const what = extra as ModelFacts | { readonly addon: AddonFacts };
  return 'addon' in what ? { ...entry, addon: what.addon } : { ...entry, facts: what };
}
