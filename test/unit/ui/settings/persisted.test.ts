import { afterEach, expect, test, vi } from 'vitest';
import { tabShelf } from '../../../../src/ui/settings/persisted.svelte';
import { shelf } from '../fake';

afterEach(() => void vi.unstubAllGlobals());

test('a tab finds its own again, and a new one begins with what was put down last', () => {
  vi.stubGlobal('localStorage', shelf());
  const inTab = (session: ReturnType<typeof shelf>) => {
    vi.stubGlobal('sessionStorage', session);
    return tabShelf();
  };
  const [one, other] = [shelf(), shelf()];
  inTab(one)?.setItem('prompt', 'penguin');
  expect(inTab(other)?.getItem('prompt')).toBe('penguin');
  inTab(other)?.setItem('prompt', 'house');
  expect(inTab(one)?.getItem('prompt')).toBe('penguin');
  expect(inTab(shelf())?.getItem('prompt')).toBe('house');
});
