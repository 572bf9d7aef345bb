import { afterEach, expect, test, vi } from 'vitest';
import { Database } from '../../../src/ui/album/drawer/database';
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
    const drawer = new Database('drawer');
    const asked = [
      () => read(['a']),
      allKeys,
      () => transact(() => undefined),
      () => drawer.read(['a']),
      () => drawer.readMany([['a']]),
      () => drawer.write(() => undefined),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject(expected);
  },
);
