/** Describes damage to a stored model: which tensors, which bytes, and where to get them again. */
import { DrobeError } from '../../errors';
import { read } from '../db';
import { beginningOf } from './layout';
import { isOrigin, type Part, type StoredModel } from './records';
import { peekHeader, type Header } from '../safetensors';
import type { Segment } from '../segments';

/** A copy in the database. */
export interface Copy {
  readonly meta: StoredModel;
  readonly parts: readonly Part[];
}

/** Where these parts lie in the model's file; adjacent ones are merged. */
export function segmentsAt(parts: readonly Part[], chosen: ReadonlySet<Part>): Segment[] {
  const found: Segment[] = [];
  let begin = 0;
  for (const part of parts) {
    const end = begin + part.bytes;
    const last = found.at(-1);
    if (chosen.has(part)) {
      if (last?.end === begin) found.splice(-1, 1, { begin: last.begin, end });
      else found.push({ begin, end });
    }
    begin = end;
  }
  return found;
}

/** The names of the tensors that lie there, at least in part; null if the header does. */
export function tensorsIn(header: Header | null, damaged: readonly Segment[]): string[] | null {
  if (!header) return null;
  const touched = [...header.tensors.values()].filter(({ begin, end }) =>
    damaged.some((segment) => segment.begin < end && begin < segment.end),
  );
  return touched.length > 0 ? touched.map(({ name }) => name) : null;
}

/** The header of a model, from its first part; null where that is damaged. */
export async function headerIn(first: Part | undefined, bytes: number): Promise<Header | null> {
  const head = first && (await read<unknown>(first.key));
  if (!(head instanceof Blob)) return null;
  const peeked = await peekHeader(beginningOf(head, bytes)).catch(() => null);
  return peeked?.header ?? null;
}

/** The server that a model was downloaded from and can be had from again, or null. */
export async function serverOf(id: string): Promise<string | null> {
  const origin = await read<unknown>(['origin', id]);
  if (!isOrigin(origin)) return null;
  const [first] = origin.ranges;
  return first ? (URL.parse(first.file.url)?.host ?? null) : null;
}

/** The error that describes it. */
export async function damageTo({ meta, parts }: Copy, damaged: ReadonlySet<Part>): Promise<DrobeError> {
  const segments = segmentsAt(parts, damaged);
  const header = parts[0] && damaged.has(parts[0]) ? null : await headerIn(parts[0], meta.bytes);
  const [name = 'its header', ...more] = tensorsIn(header, segments) ?? [];
  const others = more.length > 0 ? ` and ${more.length} more` : '';
  const [first, ...rest] = segments.map(({ begin, end }) => `${begin} to ${end}`);
  const bytes = `bytes ${first}${rest.length > 0 ? ` and ${rest.length} more places` : ''}`;
  return new DrobeError('model-damaged', {
    file: meta.file,
    reason: `${name}${others}: ${bytes}`,
    model: meta.id,
    server: (await serverOf(meta.id)) ?? '',
  });
}
