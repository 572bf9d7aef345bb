import { expect, test } from 'vitest';
import { headersFor, withHeaders } from '../../../src/sw/headers';

function policyOf(path: string): ReadonlyMap<string, string> {
  const { 'Content-Security-Policy': policy = '' } = headersFor(path);
  return new Map(policy.split('; ').map((rule) => rule.split(/ (.*)/, 2) as [string, string]));
}

test('a whole file is given with the headers that isolate and bind a page, and those it had', async () => {
  const answer = withHeaders(
    '/index.html',
    new Response('page', { headers: { 'Content-Type': 'text/html' } }),
  );
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/html',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(await answer.text()).toBe('page');
});

test('an error stays as it is', () => {
  const missing = new Response('', { status: 404 });
  expect(withHeaders('/index.html', missing)).toBe(missing);
});

test('nothing runs that is not a file of the app, and only one worker may ask other servers', () => {
  for (const path of ['/', '/index.html', '/assets/index-a1.js', '/assets/worker-a1.js', '/sw.js']) {
    const policy = policyOf(path);
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe("'self' 'wasm-unsafe-eval'");
    expect(policy.get('style-src')).toBe("'self'");
    expect(policy.get('connect-src')).toBe("'self'");
    expect(policy.get('require-trusted-types-for')).toBe("'script'");
    expect([...policy.values()].join(' ')).not.toMatch(/unsafe-inline|https?:|\*/);
  }
  const downloader = policyOf('https://example.org/some/folder/assets/downloader-D-x_1.js');
  expect(downloader.get('connect-src')).toBe('http: https:');
  expect(downloader.get('script-src')).toBe("'self' 'wasm-unsafe-eval'");
  expect(policyOf('/models/downloader-1.js/index.html').get('connect-src')).toBe("'self'");
});
