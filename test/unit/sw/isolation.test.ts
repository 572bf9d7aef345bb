import { expect, test } from 'vitest';
import { isolated } from '../../../src/sw/isolation';

test('a whole file is given with the headers that isolate a page, and those it had', async () => {
  const answer = isolated(new Response('page', { headers: { 'Content-Type': 'text/html' } }));
  expect(Object.fromEntries(answer.headers)).toEqual({
    'content-type': 'text/html',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  expect(await answer.text()).toBe('page');
});

test('an error stays as it is', () => {
  const missing = new Response('', { status: 404 });
  expect(isolated(missing)).toBe(missing);
});
