/** Checks that what was stored is still intact. */
import { mustGet } from '../../checked';
import { DrobeError } from '../../errors';
import { allKeys, readMany, transact } from '../db';
import { headerIn, segmentsAt, serverOf, tensorsIn, type Copy } from './damage';
import { nameHere, type Named, type Namer } from './naming';
import { blobsAt } from './pieces';
import { isCopy, isLinks, isModel, type Part } from './records';
import type { Segment } from '../segments';

/** What comparing a stored model with its hashes has shown. */
export interface Verification {
  /** Where bytes are missing or damaged. */
  readonly damaged: readonly Segment[];
  /** The tensors that lie there; null if the header is damaged. */
  readonly tensors: readonly string[] | null;
  /** Bytes that cannot be checked, as they were stored without a hash. */
  readonly unknown: number;
  /** The server that the damaged parts can be fetched from; null where it was not downloaded. */
  readonly server: string | null;
}

interface ReadProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/**
 * Reads all of a stored model and compares it with the SHA-256 under which each piece lies. Pieces that differ are deleted:
 * an import of the same file then writes them anew, for every model that shares them. Yields progress.
 * @param name reads the pieces.
 * @throws DrobeError 'model-gone'
 */
export async function* verify(
  id: string,
  signal: AbortSignal,
  name: Namer = nameHere,
): AsyncGenerator<ReadProgress, Verification, void> {
  const [meta, parts] = await readMany<unknown>([
    ['meta', id],
    ['parts', id],
  ]);
  if (isModel(meta) && isLinks(parts)) {
    return { damaged: [], tensors: [], unknown: meta.bytes, server: null };
  }
  const copy = { meta, parts };
  if (!isWhole(copy)) throw new DrobeError('model-gone', { model: id });
  const { lost, unknown } = yield* lostOf(copy, signal, name);
  const damaged = segmentsAt(copy.parts, lost);
  if (damaged.length === 0) return { damaged, tensors: [], unknown, server: null };
  const header = await headerIn(copy.parts[0], copy.meta.bytes);
  return { damaged, tensors: tensorsIn(header, damaged), unknown, server: await serverOf(id) };
}

const isWhole = (copy: { meta: unknown; parts: unknown }): copy is Copy =>
  isModel(copy.meta) && isCopy(copy.parts);

/** Reads all parts of a model, deletes damaged ones, and returns those that are missing or were damaged. */
export async function* lostOf(
  { meta, parts }: Copy,
  signal: AbortSignal,
  name: Namer = nameHere,
): AsyncGenerator<ReadProgress, { lost: ReadonlySet<Part>; unknown: number }, void> {
  const blobs = await blobsAt(parts);
  const there = parts.flatMap((part, n) => (blobs[n] ? [{ part, blob: blobs[n] }] : []));
  const totalBytes = meta.bytes;
  let doneBytes = totalBytes - there.reduce((sum, { part }) => sum + part.bytes, 0);
  let unknown = 0;
  const differing: Part[] = [];
  for await (const { part, state } of statesOf(there, signal, name)) {
    signal.throwIfAborted();
    if (state === 'damaged') {
      differing.push(part);
      await strike([part]);
    }
    if (state === 'unknown') unknown += part.bytes;
    yield { doneBytes: (doneBytes += part.bytes), totalBytes };
  }
  return { lost: new Set([...parts.filter((_, n) => !blobs[n]), ...differing]), unknown };
}

/** Deletes damaged pieces, so that an import of the right bytes writes them anew. */
export function strike(parts: readonly Part[]): Promise<void> {
  return transact((store) => {
    for (const { key } of parts) store.delete([...key]);
  });
}

/** A piece as it was found. */
export interface Found {
  readonly part: Part;
  readonly blob: Blob;
}

/** Reads pieces, and compares them with their names. */
export async function* statesOf<F extends Found>(
  pieces: readonly F[],
  signal: AbortSignal,
  name: Namer = nameHere,
): AsyncGenerator<F & { readonly state: State }, void, void> {
  let n = 0;
  const blobs = pieces.map(({ blob }) => blob);
  for await (const named of name(blobs, signal)) {
    const piece = pieces[n++]!; // one for each
    yield { ...piece, state: stateOf(piece.part, named) };
  }
}

type State = 'sound' | 'damaged' | 'unknown';

const SHA256 = /^[\da-f]{64}$/;

/** Pieces of the first schema, and those that were stored where no hash can be computed, have names of another kind. */
export const isNamed = ({ key: [kind, name] }: Part): boolean =>
  kind === 'segment' && SHA256.test(String(name));

function stateOf(part: Part, named: Named): State {
  if ('unread' in named) return 'damaged';
  if (!isNamed(part) || !SHA256.test(named.name)) return 'unknown';
  return named.name === part.key[1] ? 'sound' : 'damaged';
}

/** How many bytes each stored model shares with others, by the models' ids. */
export async function sharedBytes(): Promise<Map<string, number>> {
  const keys = (await allKeys()).filter(([kind]) => kind === 'parts');
  const lists = (await readMany<unknown>(keys)).map((parts) => (isCopy(parts) ? parts : []));
  const owners = new Map<string, number>();
  for (const parts of lists) {
    for (const name of new Set(parts.map(({ key }) => key.join(' '))))
      owners.set(name, (owners.get(name) ?? 0) + 1);
  }
  return new Map(
    keys.map(([, id], i) => [
      String(id),
      lists[i]!.reduce((sum, { key, bytes }) => sum + (mustGet(owners, key.join(' ')) > 1 ? bytes : 0), 0),
    ]),
  );
}
