import { afterEach, expect, test, vi } from 'vitest';
import { EntryStore } from '../../../src/ui/album/database/entry-store';
import { allKeys, read, transact } from '../../../src/weights/db';

afterEach(() => void vi.unstubAllGlobals());

test.each([
  ['forbidden', 'SecurityError', { code: 'storage', facts: { reason: 'SecurityError: not here' } }],
  ['full', 'QuotaExceededError', { code: 'quota', facts: { neededBytes: 0, freeBytes: 0 } }],
])(
  'storage that is %s from the start is told as such, whatever is asked of it',
  async (_, name, expected) => {
    const open = () => {
      throw new DOMException('not here', name);
    };
    vi.stubGlobal('indexedDB', { open });
    const entries = new EntryStore('drawer');
    const asked = [
      () => read(['a']),
      allKeys,
      () => transact(() => undefined),
      () => entries.read(['a']),
      () => entries.readMany([['a']]),
      () => entries.write(() => undefined),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject(expected);
  },
);
