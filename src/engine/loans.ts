/** What a checkpoint lacks, who could lend it, and the checkpoint with what it borrows. */
import { entriesOf } from '../objects';
import { DrobeError } from '../errors';
import { recognise } from '../nets/detect/detect';
import type { Model } from '../nets/model';
import { inNormalForm, type NormalForm } from '../nets/names/normal-form';
import type { Lent, Place } from '../nets/names/places';
import { listed } from '../nets/detect/parts';
import { T5_TOKENIZER } from '../nets/t5-tokenizer';
import { inspect, type Inspected } from '../pipeline/files/inspect';
import {
  goTogether,
  lenderIn,
  lentWidth,
  loanFrom,
  textWidth,
  withLoans,
  type Lender,
  type Loan,
} from '../pipeline/files/loans';
import type { Stored } from '../weights/joined';
import type { Header } from '../weights/safetensors';
import type { Lacking, ModelEntry, ModelFacts, Parts } from './api';
import type { Readable } from './model-repository';

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
  const form = inNormalForm(header.tensors);
  const { model, lacks } = recognise(header, form);
  const wanted = wantedBy(model, lacks, form);
  if (wanted.length === 0) return [];
  const candidates = await candidatesAmong(entries, headerOf);
  const lenders: Lenders = new Map(
    wanted.map((part) => [
      part,
      candidates
        .filter((candidate) => loanFrom(candidate, part, model) !== null)
        .toSorted((a, b) => rank(a, model.family) - rank(b, model.family)),
    ]),
  );
  keepPairs(lenders, form, model);
  // A T5 may bring its tokenizer.
  const t5s = model.t5 ? [{ form }] : (lenders.get('t5') ?? []);
  if (t5s.every((one) => one.form.tensors.has(T5_TOKENIZER))) lenders.delete('tokenizer');
  return [...lenders].map(([part, from]) => ({
    part,
    optional: part === 't5' || part === 'tokenizer',
    lenders: from.map(({ entry: { id, file } }) => ({ id, file })),
  }));
}

type Lenders = Map<Lent, readonly Candidate[]>;

/** An MMDiT reads T5, and does without it. */
function wantedBy({ denoiser, t5 }: Model, lacks: readonly Place[], { tensors }: NormalForm): Lent[] {
  const needed = lacks.filter((part) => part !== 'unet' && part !== 'mmdit' && part !== 't5');
  if (denoiser.net === 'unet') return needed;
  return [
    ...needed,
    ...(t5 ? [] : ['t5' as const]),
    ...(tensors.has(T5_TOKENIZER) ? [] : ['tokenizer' as const]),
  ];
}

async function candidatesAmong(
  entries: readonly ModelEntry[],
  headerOf: (id: string) => Promise<Header>,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    const lends =
      'facts' in entry || ('addon' in entry && /^(?:vae|parts|image-encoder)$/.test(entry.addon.kind));
    // One that cannot be read lends nothing.
    const header = lends ? await headerOf(entry.id).catch(() => null) : null;
    if (header) candidates.push({ entry, ...lenderIn(header) });
  }
  return candidates;
}

/** Of two text encoders that an MMDiT reads side by side only those stay that have a match, where there is any. */
function keepPairs(lenders: Lenders, form: NormalForm, model: Model): void {
  const widths = (part: 'text' | 'text2'): (number | null)[] =>
    lenders.get(part)?.map((lender) => lentWidth(lender, part, model)) ?? [textWidth(form, part)];
  const [first, second] = [widths('text'), widths('text2')];
  const keep = (part: 'text' | 'text2', own: typeof first, others: typeof first): void => {
    const all = lenders.get(part);
    if (!all || others.length === 0) return;
    lenders.set(
      part,
      all.filter((_, i) => others.some((other) => goTogether(own[i]!, other, model))), // a width for each
    );
  };
  keep('text', first, second);
  keep('text2', second, first);
}

/** Whether a model may lack something that others here have. */
export const mayBorrow = ({ lacks, t5 }: ModelFacts): boolean => lacks !== undefined || t5 !== undefined;

/** In the place of a lender: what is optional shall not be borrowed. */
const WITHOUT = '';

/**
 * The lenders that were chosen, where they are still at hand, else the best ones; none of what is optional and not here.
 * @throws DrobeError 'missing-part'
 */
export function chosenLenders(lacking: readonly Lacking[], chosen: Parts): Parts {
  const missing = lacking.filter(({ optional, lenders }) => !optional && lenders.length === 0);
  if (missing.length > 0)
    throw new DrobeError('missing-part', { part: listed(missing.map(({ part }) => part)) });
  return Object.fromEntries(
    lacking.flatMap(({ part, optional, lenders }) => {
      if (optional && chosen[part] === WITHOUT) return [[part, WITHOUT]];
      const lender = lenders.find(({ id }) => id === chosen[part]) ?? lenders[0];
      return lender ? [[part, lender.id]] : [];
    }),
  );
}

/** The parts that are borrowed, and from whom. */
export const borrowed = (parts: Parts): [part: Lent, lender: string][] =>
  entriesOf(parts).filter(([, lender]) => lender !== WITHOUT);

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
