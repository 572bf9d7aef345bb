import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DrobeError } from '../../../src/errors';
import { en } from '../../../src/ui/words/en';
import { lt } from '../../../src/ui/words/lt';
import { pull, type Carrier } from '../../../src/weights/download/pull';
import type { RemoteRef } from '../../../src/weights/download/missing-pieces';
import { HostileServer } from '../../hostile';

/** Ten pieces of half a megabyte each, and one of 20 MB. */
const sizes = [...Array<number>(10).fill(500_000), 20_000_000];
const bytes = new Uint8Array(25_000_000).map((_, i) => i ^ (i >> 8) ^ (i >> 16));
const wishes = sizes.map((size, n) => {
  const begin = sizes.slice(0, n).reduce((sum, each) => sum + each, 0);
  return { n, begin, end: begin + size };
});

let server: HostileServer;
beforeEach(async () => {
  server = await new HostileServer(bytes).start();
  server.habits = { etag: '"one"' };
});
afterEach(() => server.stop());

const file = (more: Partial<RemoteRef> = {}): RemoteRef => ({
  url: server.url(),
  bytes: bytes.length,
  tag: '"one"',
  ranged: true,
  ...more,
});

/** Fetches all pieces or those with these numbers; what came, how often was waited, what was told. */
async function fetched(
  of: RemoteRef = file(),
  {
    only = sizes.map((_, n) => n),
    have = new Map<number, number>(),
    proven = false,
    carrier = {},
  }: {
    only?: number[];
    /** So many bytes of these pieces came before. */
    have?: ReadonlyMap<number, number>;
    proven?: boolean;
    carrier?: Partial<Carrier>;
  } = {},
) {
  const came = new Map<number, Uint8Array>();
  const waits: number[] = [];
  let told = 0;
  const wanted = wishes
    .filter(({ n }) => only.includes(n))
    .map((wish) => {
      const before = have.get(wish.n);
      return before === undefined ? wish : { ...wish, have: bytes.slice(wish.begin, wish.begin + before) };
    });
  const done = pull([{ file: of, wishes: wanted, proven }], {
    fetch,
    signal: new AbortController().signal,
    take: async (pieces) => {
      for (const piece of pieces) {
        expect(came.has(piece.n)).toBe(false);
        came.set(piece.n, piece.bytes);
      }
    },
    onBytes: (count) => (told += count),
    wait: async (milliseconds) => void waits.push(milliseconds),
    ...carrier,
  });
  const error: unknown = await done.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { came, waits, error, told: () => told };
}

function expectAll(
  { came, error, told }: Awaited<ReturnType<typeof fetched>>,
  only = sizes.map((_, n) => n),
) {
  expect(error).toBeNull();
  expect([...came.keys()].sort((a, b) => a - b)).toEqual(only);
  for (const n of only) {
    const { begin, end } = wishes[n]!;
    expect(Buffer.compare(came.get(n)!, bytes.subarray(begin, end))).toBe(0);
  }
  expect(told()).toBe(only.reduce((sum, n) => sum + sizes[n]!, 0));
}

describe('pieces of a remote file', () => {
  it('arrive, those that lie together in one request, and nothing else is fetched', async () => {
    const all = await fetched();
    expectAll(all);
    expect(all.waits).toEqual([]);
    expect(server.asked).toHaveLength(2);
    expect(server.sent).toBe(bytes.length);

    const some = await fetched(file(), { only: [1, 2, 5] });
    expectAll(some, [1, 2, 5]);
    expect(server.asked.slice(2).sort()).toEqual([
      'GET /model.safetensors bytes=2500000-2999999',
      'GET /model.safetensors bytes=500000-1499999',
    ]);
  });

  it('are asked for again from where a connection broke, in the middle of a piece as well', async () => {
    server.habits.breaksAfter = 1_200_000;
    const result = await fetched(file(), { only: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
    expectAll(result, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(server.asked).toHaveLength(5);
    expect(server.asked[1]).toBe('GET /model.safetensors bytes=1200000-4999999');
    expect(server.sent).toBe(5_000_000);
    expect(result.waits).toEqual([1000, 1000, 1000, 1000]);

    const large = await fetched(file(), { only: [10] }); // of 20 MB
    expectAll(large, [10]);
    expect(server.sent).toBe(25_000_000);
  });

  it('are given up after longer and longer waits where next to nothing comes, with what came kept', async () => {
    server.habits.breaksAfter = 700_000;
    const { error, came, waits } = await fetched(file(), {
      only: [0, 10],
      carrier: { take: async () => void (server.habits.breaksAfter = 60_000) },
    });
    expect(error).toMatchObject({ code: 'network', facts: { url: server.url() } });
    expect(came.size).toBe(0); // `take` kept it
    expect(waits.slice(-5)).toEqual([1000, 2000, 4000, 8000, 16000]);
  });

  it('come in the end from a server that is busy, and not from one that has no such file', async () => {
    server.habits.statuses = [503, 429, 500];
    expectAll(await fetched(file(), { only: [3] }), [3]);

    server.habits.statuses = [404];
    const missing = await fetched(file(), { only: [3] });
    expect(missing.error).toMatchObject({ code: 'network', facts: { status: 404 } });
    expect(missing.waits).toEqual([]);

    server.habits.statuses = [403];
    expect((await fetched(file(), { only: [3] })).error).toMatchObject({ code: 'download-refused' });
  });

  it('wait as long as the server asks for, and are given up where that is long', async () => {
    server.habits = { ...server.habits, statuses: [429, 503], headers: { 'Retry-After': '7' } };
    const patient = await fetched(file(), { only: [3] });
    expectAll(patient, [3]);
    expect(patient.waits).toEqual([7000, 7000]);

    server.habits = {
      ...server.habits,
      statuses: [429],
      headers: { 'Retry-After': new Date(Date.now() + 3_600_000).toUTCString() },
    };
    const { error, waits } = await fetched(file(), { only: [3] });
    expect(error).toMatchObject({ code: 'network', facts: { status: 429 } });
    expect(waits).toEqual([]);
    const sentence = (told: typeof en): string => told.problems.sentence(error as DrobeError);
    expect(sentence(en)).toMatch(/Wait (?:1 h|59 min|60 min).* and try again/);
    expect(sentence(lt)).toMatch(/Palaukite \d.* ir pabandykite/);
  });

  it.each([
    ['never did', false],
    ['stopped doing so', true],
  ])('come from a server that sends no parts: it %s', async (_, ranged) => {
    server.habits.ignoresRanges = true;
    const result = await fetched(file({ ranged }), { only: [2, 4, 10] });
    expectAll(result, [2, 4, 10]);
    expect(server.asked.filter((line) => !line.includes('bytes='))).toHaveLength(1);
  });

  it('come from such a server even when it breaks off, as long as each try gives one more', async () => {
    server.habits.ignoresRanges = true;
    server.habits.breaksAfter = 1_600_000;
    const result = await fetched(file({ ranged: false }), { only: [0, 1, 2] });
    expectAll(result, [0, 1, 2]);
    const given = await fetched(file({ ranged: false }), { only: [0, 5] });
    expect(given.error).toMatchObject({ code: 'network' });
    expect([...given.came.keys()]).toEqual([0]);
  });

  it('of a tag that is not the one before come only where a sum will tell', async () => {
    for (const ranged of [true, false]) {
      server.habits = { etag: '"two"', ignoresRanges: !ranged };
      const { error, waits } = await fetched(file({ ranged }), { only: [0] });
      expect(error).toMatchObject({ code: 'download-doubtful' });
      expect(waits).toEqual([100, 100, 100, 100, 100]);
      expectAll(await fetched(file({ ranged }), { only: [0], proven: true }), [0]);
    }
  });

  it('come from mirrors that take turns with two tags', async () => {
    server.habits = { etags: ['"one"', '"two"', '"two"'] };
    expectAll(await fetched());
  });

  it.each([
    ['the same, but weak', 'W/"one"'],
    ['a date, not a tag', null],
  ])('of a tag that says nothing else come: %s', async (_, etag) => {
    server.habits = etag ? { etag } : {};
    expectAll(await fetched(file(), { only: [0] }), [0]);
  });

  it.each([
    ['parts', true],
    ['all of it', false],
  ])('are not taken from a page that a network sends in the place of %s', async (_, ranged) => {
    server.habits.portal = true;
    const { error, came } = await fetched(file({ ranged }), { only: [0, 1] });
    expect(error).toMatchObject({ code: 'download-is-page', facts: { url: server.url() } });
    expect(came.size).toBe(0);
  });

  it('are not taken from a file of another size that has come to the same address', async () => {
    for (const ranged of [true, false]) {
      server.habits = { etag: '"two"', ignoresRanges: !ranged };
      server.bytes = bytes.subarray(0, bytes.length - 1);
      const { error } = await fetched(file({ ranged }), { only: [0], proven: true });
      expect(error).toMatchObject({ code: 'download-changed' });
    }

    server.habits = { etag: '"one"' };
    server.bytes = bytes.subarray(0, bytes.length - 1);
    const shorter = await fetched(file(), { only: [0] });
    expect(shorter.error).toMatchObject({ code: 'download-changed' });
    expect(shorter.came.size).toBe(0);
  });

  it('are not taken from a part other than the one that was asked for', async () => {
    server.habits.shifts = 100;
    const { error, came } = await fetched(file(), { only: [3] });
    expect(error).toMatchObject({
      code: 'network',
      facts: { reason: 'bytes from 1499900 on arrived, not from 1500000' },
    });
    expect(came.size).toBe(0);
  });

  it('come by way of a redirect, and from a server that shows neither range nor tag', async () => {
    server.habits = { redirects: true, secretive: true };
    expectAll(await fetched(file({ tag: null }), { only: [0, 10] }), [0, 10]);
  });

  it('are not taken where a server sends less than it says', async () => {
    server.habits.lies = -100;
    const { error, came } = await fetched(file(), { only: [0, 2] });
    // What closes early enough is no answer at all.
    expect(error).toMatchObject({ code: expect.stringMatching(/^(?:network|no-answer)$/) as string });
    expect(came.size).toBe(0);
  });

  it('stop coming when they are no longer wanted', async () => {
    server.habits.slowness = 5;
    const stop = new AbortController();
    let left = 3;
    const { error, came } = await fetched(file(), {
      carrier: { signal: stop.signal, onBytes: () => --left || stop.abort() },
    });
    expect(error).toMatchObject({ name: 'AbortError' });
    const sent = server.sent;
    await new Promise((later) => setTimeout(later, 100));
    expect(server.sent - sent).toBeLessThan(1_000_000);
    expect(came.size).toBeLessThan(11);
  });

  it('that are not whole when they are stopped are kept as far as they came, and gone on with from there', async () => {
    for (const ranged of [true, false]) {
      server.habits = { slowness: 5, ignoresRanges: !ranged };
      const stop = new AbortController();
      const kept = new Map<number, number>();
      let told = 0;
      const { error, came } = await fetched(file({ ranged }), {
        only: [9, 10],
        carrier: {
          signal: stop.signal,
          keep: async ({ n, at, bytes: some }) => {
            const { begin } = wishes[n]!;
            expect(at).toBe(kept.get(n) ?? 0);
            expect(Buffer.compare(some, bytes.subarray(begin + at, begin + at + some.length))).toBe(0);
            kept.set(n, at + some.length);
          },
          onBytes: (count) => {
            told += count;
            if (told > 3_000_000) stop.abort();
          },
        },
      });
      expect(error).toMatchObject({ name: 'AbortError' });
      const whole = [...came.values()].reduce((sum, { length }) => sum + length, 0);
      expect(whole + [...kept.values()].reduce((sum, length) => sum + length, 0)).toBe(told);

      server.habits = { ignoresRanges: !ranged };
      const rest = await fetched(file({ ranged }), { only: [10], have: kept });
      expect(rest.error).toBeNull();
      expect(Buffer.compare(rest.came.get(10)!, bytes.subarray(wishes[10]!.begin))).toBe(0);
      expect(rest.told()).toBe(20_000_000 - kept.get(10)!);
      const from = wishes[10]!.begin + kept.get(10)!;
      if (ranged) expect(server.asked.at(-1)).toMatch(`bytes=${from}-24999999`);
    }
  });

  it('stop on every line when they cannot be kept', async () => {
    const full = new Error('full');
    server.habits.slowness = 5;
    const { error } = await fetched(file(), { carrier: { take: () => Promise.reject(full) } });
    expect(error).toBe(full);
  });
});
