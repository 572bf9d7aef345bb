import { afterEach, expect, test, vi } from 'vitest';
import { tabStorage } from '../../../../src/ui/settings/persisted.svelte';
import { fakeStorage } from '../fake';

afterEach(() => void vi.unstubAllGlobals());

test('a tab finds its own again, and a new one begins with what was put down last', () => {
  vi.stubGlobal('localStorage', fakeStorage());
  const inTab = (session: ReturnType<typeof fakeStorage>) => {
    vi.stubGlobal('sessionStorage', session);
    return tabStorage();
  };
  const [one, other] = [fakeStorage(), fakeStorage()];
  inTab(one)?.setItem('prompt', 'penguin');
  expect(inTab(other)?.getItem('prompt')).toBe('penguin');
  inTab(other)?.setItem('prompt', 'house');
  expect(inTab(one)?.getItem('prompt')).toBe('penguin');
  expect(inTab(fakeStorage())?.getItem('prompt')).toBe('house');
});
