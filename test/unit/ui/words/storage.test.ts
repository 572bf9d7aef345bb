import { expect, test } from 'vitest';
import { DrobeError } from '../../../../src/errors';
import { en } from '../../../../src/ui/words/en';

test('a download says how far it is, how fast it comes and how long it will take, as far as that is known', () => {
  const coming = {
    file: 'a',
    stage: 'fetching',
    doneBytes: 1.2e9,
    totalBytes: 2.1e9,
    speed: 23.4e6,
    left: 38_000,
  } as const;
  expect(en.storage.coming(coming)).toBe('1.2 GB of 2.1 GB, 23.4 MB/s, about 40 s left');
  expect(en.storage.coming({ ...coming, speed: null, left: null })).toBe('1.2 GB of 2.1 GB');
  expect(en.storage.coming({ ...coming, speed: 0, left: null })).toBe(
    '1.2 GB of 2.1 GB, waiting for the server',
  );
  expect(en.storage.coming({ ...coming, left: 9e6 })).toMatch(/about 3 h left$/);
  expect(en.storage.coming({ ...coming, stage: 'checking', speed: null, left: null })).toBe(
    '1.2 GB of 2.1 GB checked',
  );
  expect(en.storage.coming({ ...coming, doneBytes: 0, totalBytes: 0 })).toBe('Starting');
});

test('of the storage it is said what it holds and whether it stays, as far as the browser tells', () => {
  const facts = { usedBytes: 4.2e9, freeBytes: 60e9, persisted: true, shared: new Map<string, number>() };
  expect(en.storage.kept(facts)).toBe(
    "This page uses 4.2 GB of the browser's storage; there is room for 60 GB more. The browser has promised not to clear it by itself.",
  );
  expect(en.storage.kept({ ...facts, usedBytes: null, freeBytes: null, persisted: false })).toBe(
    'When disk space runs low the browser may clear it.',
  );
});

test('a check says how far it is, and names what is damaged', () => {
  const words = (task: Parameters<typeof en.storage.task>[0]) => en.storage.task(task, 'a.safetensors');
  expect(words({ kind: 'verifying', doneBytes: 1e9, totalBytes: 2e9 })).toBe('1 GB of 2 GB read');
  expect(words({ kind: 'verified', damaged: [], unknown: 0, server: null })).toMatch(/^Sound/);
  expect(words({ kind: 'verified', damaged: [], unknown: 2e9, server: null })).toContain(
    'nothing to compare 2 GB',
  );
  expect(words({ kind: 'verified', damaged: null, unknown: 0, server: null })).toMatch(
    /^Damaged: its header\. Import/,
  );
  expect(words({ kind: 'verified', damaged: ['x'], unknown: 0, server: null })).toMatch(
    /^Damaged: x\. Import/,
  );
  expect(words({ kind: 'verified', damaged: ['x', 'y', 'z'], unknown: 0, server: null })).toContain(
    'x and 2 other tensors.',
  );
  const error = new DrobeError('model-gone', { model: 'a' });
  expect(words({ kind: 'failed', error })).toContain('no longer there');
});
