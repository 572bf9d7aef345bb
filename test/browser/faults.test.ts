/** Records of the database that were damaged on purpose: what is sound stays usable, what is not is named and mended. */
import { clear, createStore, del, get, keys, set } from 'idb-keyval';
import { afterAll, afterEach, expect, it } from 'vitest';
import type { ModelEntry } from '../../src/engine/api';
import { ModelRepository } from '../../src/engine/model-repository';
import { toDrobeError } from '../../src/errors';
import { listUnfinished } from '../../src/weights/download/downloads';
import type { Part } from '../../src/weights/store/records';
import { readHeader } from '../../src/weights/safetensors';
import { segmentsOf } from '../../src/weights/segments';
import { openStored, store } from '../../src/weights/store/store';
import { written } from '../safetensors';

const database = createStore('drobe-weights', 'weights');
const never = new AbortController().signal;
const NOWHERE = `${location.origin}/nowhere/`;

/** Tensors of 2000 bytes, each a piece by itself; models of the same numbers have pieces in common. */
const modelOf = (...seeds: number[]): Blob =>
  written(
    new Map(
      seeds.map((seed) => [
        `net.${seed}`,
        { dtype: 'U8', shape: [2000], bytes: new Uint8Array(2000).map((_, i) => i * 7 + (i >> 5) + seed) },
      ]),
    ),
  );
const files = { victim: modelOf(1, 2, 3), other: modelOf(3, 4) };

async function stored(name: keyof typeof files): Promise<string> {
  const segments = segmentsOf(await readHeader(files[name]), [], { large: 1000, max: 10_000 });
  const about = { file: `${name}.safetensors`, extra: { addon: { kind: 'vae', name } } };
  const run = store(files[name], segments, about, never);
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value.id;
  }
}

const bytesOf = async (blobs: readonly Blob[]) => new Uint8Array(await new Blob([...blobs]).arrayBuffer());
const same = async (id: string, file: Blob): Promise<boolean> =>
  String(await bytesOf((await openStored(id)).blobs)) === String(await bytesOf([file]));

/** As the app does when it draws: all of it is compared with what was stored. */
async function outcome(id: string): Promise<string> {
  try {
    const { source } = await new ModelRepository(NOWHERE).open(id, never, () => undefined);
    await source.check?.([{ begin: 0, end: source.bytes }]);
    return 'sound';
  } catch (thrown) {
    const { code, facts } = toDrobeError(thrown);
    return [code, facts['reason']].filter(Boolean).join(', ');
  }
}

const problemOf = (entries: readonly ModelEntry[], id: string): string | undefined => {
  const entry = entries.find((one) => one.id === id);
  return entry && 'problem' in entry ? entry.problem.code : undefined;
};

const count = { faults: 0, survived: 0, lost: 0 };
afterAll(() =>
  console.log(
    `records damaged: ${count.faults}; survived: ${count.survived}; bytes of other models lost: ${count.lost}`,
  ),
);
// All at once: sums that are made in the background are put down only where their model is still there.
afterEach(() => clear(database));

const names = async () => (await keys<string[]>(database)).map((key) => key.join());
const partsOf = async (id: string) => (await get<Part[]>(['parts', id], database))!;
/** The second tensor's piece, which no other model has. */
const pieceOf = async (id: string): Promise<IDBValidKey> => [...(await partsOf(id))[2]!.key];
const size = files.victim.size;
const place = `bytes ${size - 4000} to ${size - 2000}`;
const damaged = `model-damaged, net.2: ${place}`;

type Fault = readonly [
  what: string,
  harm: (id: string) => Promise<unknown>,
  told: { readonly listed?: string; readonly opened: string },
];
const metaAs =
  (change: (meta: object) => unknown): Fault[1] =>
  async (id) =>
    set(['meta', id], change((await get<object>(['meta', id], database))!), database);
const partsAs =
  (change: (parts: Part[]) => unknown): Fault[1] =>
  async (id) =>
    set(['parts', id], change(await partsOf(id)), database);
const unreadable = { listed: 'record-damaged', opened: 'model-gone' };

const faults: readonly Fault[] = [
  ['a piece is missing', async (id) => del(await pieceOf(id), database), { opened: damaged }],
  ['a piece is cut', async (id) => set(await pieceOf(id), new Blob(['x']), database), { opened: damaged }],
  ['a piece is no Blob', async (id) => set(await pieceOf(id), 'text', database), { opened: damaged }],
  [
    'one bit of a piece is another',
    async (id) => {
      const bytes = await bytesOf([(await get<Blob>(await pieceOf(id), database))!]);
      bytes[1234]! ^= 1;
      await set(await pieceOf(id), new Blob([bytes]), database);
    },
    { opened: damaged },
  ],
  [
    'one bit of the header is another',
    async (id) => {
      const key = [...(await partsOf(id))[0]!.key];
      const bytes = await bytesOf([(await get<Blob>(key, database))!]);
      bytes[20]! ^= 1;
      await set(key, new Blob([bytes]), database);
    },
    { opened: `model-damaged, its header: bytes 0 to ${size - 6000}` },
  ],
  ['the list of pieces is missing', (id) => del(['parts', id], database), unreadable],
  ['the list of pieces is a text', (id) => set(['parts', id], 'text', database), unreadable],
  ['a piece has no size', partsAs((parts) => parts.map(({ key }) => ({ key }))), unreadable],
  ['a piece has an impossible size', partsAs((parts) => parts.map((p) => ({ ...p, bytes: -1 }))), unreadable],
  ['a piece has no key', partsAs((parts) => [...parts, { bytes: 5 }]), unreadable],
  ['a key is no key', partsAs((parts) => parts.map((p) => ({ ...p, key: [null, {}] }))), unreadable],
  ['the record is a text', metaAs(() => 'text'), unreadable],
  ['the record is null', metaAs(() => null), unreadable],
  ['the record is empty', metaAs(() => ({})), unreadable],
  ['the record has no facts', metaAs((meta) => ({ ...meta, extra: null })), unreadable],
  [
    'the facts are others',
    metaAs((meta) => ({ ...meta, extra: { title: 5 } })),
    { listed: 'record-damaged', opened: 'sound' },
  ],
  [
    'the addition is unknown',
    metaAs((meta) => ({ ...meta, extra: { addon: 'x' } })),
    { listed: 'record-damaged', opened: 'sound' },
  ],
  ['the size is no number', metaAs((meta) => ({ ...meta, bytes: NaN })), unreadable],
  ['the time is no number', metaAs((meta) => ({ ...meta, added: 'long ago' })), { opened: 'sound' }],
  [
    'the record is of a newer version',
    metaAs((meta) => ({ ...meta, schema: 99 })),
    { listed: 'record-newer', opened: 'model-gone' },
  ],
  ['the origin is a text', (id) => set(['origin', id], 'text', database), { opened: 'sound' }],
];

it.each(faults)('%s: told, and nothing else is harmed', async (_, harm, { listed, opened }) => {
  count.faults++;
  const other = await stored('other');
  const victim = await stored('victim');
  const own = (await partsOf(victim)).map(({ key }) => key.join());
  await harm(victim);
  const before = await names();

  const list = await new ModelRepository(NOWHERE).list(); // sweeps
  const now = new Set(await names());
  expect(before.filter((name) => !now.has(name) && !own.includes(name))).toEqual([]);
  expect(problemOf(list, victim)).toBe(listed);
  expect(list.map(({ id }) => id).sort()).toEqual([victim, other].sort());
  expect(await outcome(victim)).toBe(opened);

  // What the other model needs is there, byte for byte.
  if (!(await same(other, files.other))) count.lost += files.other.size;
  expect(await same(other, files.other)).toBe(true);
  expect(await outcome(other)).toBe('sound');

  // The same file again mends it; what was damaged can be removed, and leaves nothing.
  const again = await stored('victim');
  expect(await outcome(again)).toBe('sound');
  expect(await same(again, files.victim)).toBe(true);
  if (!listed) expect(await outcome(victim)).toBe('sound');
  for (const id of [victim, again]) await new ModelRepository(NOWHERE).remove(id);
  expect(await same(other, files.other)).toBe(true);
  // Sums are made in the background: those of other models may be there by now.
  const left = (await keys<string[]>(database)).filter(
    ([kind, id]) => kind !== 'hashes' || id === victim || id === again,
  );
  expect(left.map(([kind]) => kind).sort()).toEqual(['meta', 'parts', 'segment', 'segment', 'segment']);
  count.survived++;
});

const damagedDownloads: readonly (readonly [string, unknown])[] = [
  ['a text', 'text'],
  ['null', null],
  ['without a model', { schema: 1, about: { file: 'a' } }],
  [
    'of ranges that are none',
    { schema: 1, about: { file: 'a' }, model: { head: new Uint8Array(9), ranges: [{}] } },
  ],
  [
    'of a header that is none',
    { schema: 1, about: { file: 'a' }, model: { head: new Uint8Array(99), ranges: [] } },
  ],
];
it.each(damagedDownloads)('the record of a download is %s: it can be discarded', async (_, record) => {
  count.faults++;
  const other = await stored('other');
  await set(['download', 'x'], record, database);
  await set(['done', 'x', 0], 'no key', database);
  const list = await new ModelRepository(NOWHERE).list();
  expect(list.map(({ id }) => id)).toEqual([other]);
  expect(await listUnfinished()).toMatchObject([{ id: 'x', totalBytes: 0 }]);
  await new ModelRepository(NOWHERE).remove('x');
  expect(await listUnfinished()).toEqual([]);
  expect(await same(other, files.other)).toBe(true);
  count.survived++;
});
