import { afterEach, expect, test, vi } from 'vitest';
import { Herald } from '../../../../src/ui/run/herald.svelte';

afterEach(() => vi.unstubAllGlobals());

test('whoever asks for notifications where none are allowed is told so, once they have asked', async () => {
  const stub = { permission: 'default', requestPermission: () => Promise.resolve('denied') };
  vi.stubGlobal('Notification', stub);
  const herald = new Herald();
  expect([herald.possible, herald.refused]).toEqual([true, false]);
  await herald.toggle();
  expect([herald.possible, herald.on, herald.refused]).toEqual([false, false, true]);

  vi.stubGlobal('Notification', { ...stub, permission: 'denied' });
  const later = new Herald();
  expect([later.possible, later.refused]).toEqual([false, false]);
});
