import { expect, test } from 'vitest';
import type { DownloadProgress, EngineApi, ModelEntry, Offer, Unfinished } from '../../../../src/engine/api';
import type { Remote } from '../../../../src/engine/rpc';
import { DrobeError } from '../../../../src/errors';
import { catalogue } from '../../../../src/ui/models/catalogue';
import { Downloads } from '../../../../src/ui/models/downloads.svelte';
import { Choosing } from '../../../../src/ui/models/choosing';
import { Speed } from '../../../../src/ui/models/speed';
import { engine, full, gate, stopped, turn } from '../fake';

const offer: Offer = {
  file: 'a.safetensors',
  bytes: 100,
  licence: null,
  verdict: { facts: full().facts },
  model: { head: new Uint8Array(), ranges: [] },
};
const rest: Unfinished = {
  id: 'x',
  file: 'b.safetensors',
  doneBytes: 40,
  totalBytes: 100,
  doubted: false,
  secret: false,
};
const fetching = (doneBytes: number): DownloadProgress => ({
  stage: 'fetching',
  doneBytes,
  totalBytes: 1000,
});

/** `left` is what the engine says is unfinished. */
function downloadsOf(calls: Partial<Remote<EngineApi>> = {}, left: () => readonly Unfinished[] = () => []) {
  const added: ModelEntry[] = [];
  const asked: (Offer | string)[] = [];
  let now = 0;
  const downloads = new Downloads(
    engine({
      // oxlint-disable-next-line require-yield -- a call that only answers
      unfinished: async function* () {
        return left();
      },
      // oxlint-disable-next-line require-yield -- a call that only answers
      look: async function* () {
        return [offer];
      },
      download: async function* (_, what) {
        asked.push(what);
        yield fetching(10);
        return full('a');
      },
      ...calls,
    }),
    {
      add: (entry) => void added.push(entry),
      nameFor: (file) => file,
      choosing: () => new Choosing({ choice: { current: { id: '' } }, worked: () => '' }),
    },
    () => (now += 1000),
  );
  return { downloads, added, asked };
}

test('an address is looked at, and its offer downloaded and added', async () => {
  const { downloads, added, asked } = downloadsOf();
  downloads.open = true;
  await downloads.lookAt('here');
  expect(downloads.finding).toEqual({ kind: 'found', address: 'here', offers: [offer] });
  await downloads.start(offer);
  expect(asked).toEqual([offer]);
  expect(added.map(({ id }) => id)).toEqual(['a']);
  expect(downloads.coming).toBeNull();
  expect(downloads.open).toBe(false);
  expect(downloads.finding.kind).toBe('none');
});

test('an address that leads nowhere says why; the answer to one that was given up is not of interest', async () => {
  const { opened, open } = gate();
  const { downloads } = downloadsOf({
    look: async function* (_, address) {
      if (address === 'slow') await opened;
      else throw new DrobeError('bad-address', { address });
      yield* [];
      return [offer];
    },
  });
  const slow = downloads.lookAt('slow');
  await downloads.lookAt('nowhere');
  expect(downloads.finding).toMatchObject({ kind: 'failed', error: { code: 'bad-address' } });
  open();
  await slow;
  expect(downloads.finding).toMatchObject({ kind: 'failed', address: 'nowhere' });
});

test('while one comes its speed and the time left are told, and no other begins', async () => {
  const { opened, open } = gate();
  const { downloads, asked } = downloadsOf({
    download: async function* (_, what) {
      asked.push(what);
      yield fetching(100);
      yield fetching(200);
      yield fetching(300);
      await opened;
      yield { ...fetching(300), stage: 'checking' };
      return full('a');
    },
  });
  const run = downloads.start(offer);
  await turn();
  expect(downloads.coming).toMatchObject({ file: 'a.safetensors', doneBytes: 300, speed: 100, left: 7000 });
  await downloads.start(rest);
  expect(asked).toHaveLength(1);
  open();
  await run;
});

test('what was stopped or failed is unfinished, and gone on with by its id; only the failure is told', async () => {
  let left: Unfinished[] = [];
  const { downloads, asked, added } = downloadsOf(
    {
      download: async function* (signal, what) {
        asked.push(what);
        yield fetching(10);
        left = [rest];
        if (asked.length === 1)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(stopped())));
        if (asked.length === 2) throw new DrobeError('network', { reason: 'gone' });
        left = [];
        return full('b');
      },
    },
    () => left,
  );
  const run = downloads.start(offer);
  await turn();
  downloads.stop();
  await run;
  expect(downloads.unfinished).toEqual([rest]);
  expect(downloads.failure).toBeNull();
  await downloads.start(rest);
  expect(asked[1]).toBe('x');
  expect(downloads.failure).toMatchObject({ file: 'b.safetensors', error: { code: 'network' } });
  await downloads.start(rest);
  expect(downloads.failure).toBeNull();
  expect(downloads.unfinished).toEqual([]);
  expect(added.map(({ id }) => id)).toEqual(['b']);
});

test('what has arrived of a download can be discarded', async () => {
  let left: Unfinished[] = [rest];
  const { downloads } = downloadsOf(
    {
      // oxlint-disable-next-line require-yield -- a call that only answers
      discard: async function* (_, id) {
        left = left.filter((other) => other.id !== id);
      },
    },
    () => left,
  );
  await downloads.load();
  expect(downloads.unfinished).toEqual([rest]);
  await downloads.discard(rest);
  expect(downloads.unfinished).toEqual([]);
});

test('speed is that of the last seconds, and is not told before there is something to tell', () => {
  const speed = new Speed();
  expect(speed.told(0, 0)).toBeNull();
  expect(speed.told(500, 1000)).toBeNull();
  expect(speed.told(1000, 2000)).toBe(2000);
  for (let second = 2; second <= 20; second++) speed.told(second * 1000, 2000);
  expect(speed.told(21_000, 2000)).toBe(0);
  // After a night's sleep it is measured anew.
  expect(speed.told(30_000_000, 3000)).toBeNull();
  expect(speed.told(30_001_000, 5000)).toBe(2000);
});

test('the catalogue leads to Hugging Face only, and says size and licence', () => {
  for (const { address, terms, bytes, licence } of catalogue) {
    expect([address, terms].every((url) => url.startsWith('https://huggingface.co/'))).toBe(true);
    expect(bytes).toBeGreaterThan(1e6);
    expect(licence).not.toBe('');
  }
});
