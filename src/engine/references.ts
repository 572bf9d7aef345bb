/** Reference images of a job: which adapter and image encoder each is shown by. */
import { DrobeError } from '../errors';
import type { ReferenceFiles } from '../pipeline/guiding/references';
import type { Job, ModelEntry } from './api';

/**
 * The files for each reference: the encoder that was chosen, where it is at hand and fits, else the first that does.
 * @throws DrobeError 'model-gone' for an adapter that is not there, 'encoder-missing' where no encoder fits.
 */
export function referenceFiles(
  references: NonNullable<Job['references']>,
  here: readonly ModelEntry[],
): ReferenceFiles[] {
  const encoders = here.flatMap((entry) =>
    'addon' in entry && entry.addon.kind === 'image-encoder' ? [{ id: entry.id, facts: entry.addon }] : [],
  );
  return references.map(({ model, encoder }) => {
    const entry = here.find(({ id }) => id === model);
    if (!entry || !('addon' in entry) || entry.addon.kind !== 'ip-adapter')
      throw new DrobeError('model-gone', { model });
    const { addon } = entry;
    const fitting = encoders.filter(({ facts }) => facts.gives[addon.wants.seen] === addon.wants.width);
    const chosen = fitting.find(({ id }) => id === encoder) ?? fitting[0];
    if (!chosen) throw new DrobeError('encoder-missing', { name: addon.name, ...addon.wants });
    return { adapter: model, encoder: chosen.id };
  });
}
