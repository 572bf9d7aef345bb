import { afterEach, expect, test, vi } from 'vitest';
import { Notifier } from '../../../../src/ui/run/notifier.svelte';

afterEach(() => vi.unstubAllGlobals());

test('whoever asks for notifications where none are allowed is told so, once they have asked', async () => {
  const stub = { permission: 'default', requestPermission: () => Promise.resolve('denied') };
  vi.stubGlobal('Notification', stub);
  const notifier = new Notifier();
  expect([notifier.possible, notifier.refused]).toEqual([true, false]);
  await notifier.toggle();
  expect([notifier.possible, notifier.on, notifier.refused]).toEqual([false, false, true]);

  vi.stubGlobal('Notification', { ...stub, permission: 'denied' });
  const later = new Notifier();
  expect([later.possible, later.refused]).toEqual([false, false]);
});
