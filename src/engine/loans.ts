/** What a checkpoint lacks, who could lend it, and the checkpoint with what it borrows. */
import { DrobeError } from '../errors';
import { recognise } from '../nets/detect';
import { inNormalForm } from '../nets/names/normal-form';
import type { Lent } from '../nets/names/places';
import { listed } from '../nets/parts';
import { inspect, type Inspected } from '../pipeline/inspect';
import { lenderIn, loanFrom, withLoans, type Lender, type Loan } from '../pipeline/loans';
import type { Stored } from '../weights/joined';
import type { Header } from '../weights/safetensors';
import type { Lacking, ModelEntry, Parts } from './api';
import type { Readable } from './shelf';

interface Candidate extends Lender {
  readonly entry: ModelEntry;
}

/** Files that exist to be parts of others come first, then checkpoints of the same family, then others. */
function rank({ entry }: Candidate, family: string): number {
  if ('addon' in entry) return 0;
  return 'facts' in entry && entry.facts.family === family ? 1 : 2;
}

/**
 * The parts that a checkpoint lacks, each with the files that could lend one, the best first.
 * @param headerOf reads the header of a file on the shelf.
 */
export async function lackingIn(
  header: Header,
  entries: readonly ModelEntry[],
  headerOf: (id: string) => Promise<Header>,
): Promise<Lacking[]> {
  const { model, lacks } = recognise(header);
  if (lacks.length === 0) return [];
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    const lends = 'facts' in entry || ('addon' in entry && /^(?:vae|parts)$/.test(entry.addon.kind));
    // One that cannot be read lends nothing.
    const other = lends ? await headerOf(entry.id).catch(() => null) : null;
    if (other) candidates.push({ entry, ...lenderIn(other) });
  }
  return lacks
    .filter((part): part is Lent => part !== 'unet')
    .map((part) => ({
      part,
      lenders: candidates
        .filter((candidate) => loanFrom(candidate, part, model) !== null)
        .toSorted((a, b) => rank(a, model.family) - rank(b, model.family))
        .map(({ entry: { id, file } }) => ({ id, file })),
    }));
}

/** The lenders that were chosen, where they are still at hand, else the best ones. @throws DrobeError 'missing-part' */
export function chosenLenders(lacking: readonly Lacking[], chosen: Parts): Parts {
  const missing = lacking.filter(({ lenders }) => lenders.length === 0).map(({ part }) => part);
  if (missing.length > 0) throw new DrobeError('missing-part', { part: listed(missing) });
  return Object.fromEntries(
    lacking.map(({ part, lenders }) => {
      const lender = lenders.find(({ id }) => id === chosen[part]) ?? lenders[0]!; // none is missing
      return [part, lender.id];
    }),
  );
}

/**
 * A checkpoint with the parts that others lend it.
 * @param lenders opened, by the part they lend.
 */
export function complete(
  { header, source }: Readable,
  lenders: readonly (readonly [part: Lent, opened: Readable])[],
): { inspected: Inspected; weights: Stored } {
  const form = inNormalForm(header.tensors);
  const { model } = recognise(header, form);
  const loans = lenders.map(([part, opened]): Loan => {
    const lender = lenderIn(opened.header);
    const from = loanFrom(lender, part, model);
    if (!from) throw new DrobeError('missing-part', { part: listed([part]) });
    return { part, from, tensors: lender.form.tensors, source: opened.source };
  });
  const weights = withLoans({ tensors: form.tensors, source }, loans);
  return { inspected: inspect(header, { ...form, tensors: weights.tensors }), weights };
}
