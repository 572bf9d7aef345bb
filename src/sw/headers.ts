/**
 * The headers that the app's files need. Our servers send them; where a host cannot, the service worker adds them, from the
 * second visit on.
 */
import { downloaderPolicy, headerPolicy } from './policy.ts';

/**
 * A page has threads only where it is isolated from other origins, which takes two headers, on the page and on its workers'
 * scripts.
 */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Not 'credentialless', which Safari lacks: all that the page loads by elements is its own.
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/** Features that the app never uses: no script of it may. */
const NEVER = ['camera', 'microphone', 'geolocation', 'usb', 'serial', 'hid', 'payment', 'display-capture'];

/** @param path of a built file, with or without the site's address before it. */
export function headersFor(path: string): Readonly<Record<string, string>> {
  return {
    ...isolation,
    'Content-Security-Policy': /\/downloader-[\w-]+\.js$/.test(path) ? downloaderPolicy : headerPolicy,
    'Permissions-Policy': NEVER.map((feature) => `${feature}=()`).join(', '),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}

/** The response with these headers; one that is not a whole file stays as it is. */
export function withHeaders(path: string, response: Response): Response {
  if (response.status !== 200) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(headersFor(path))) headers.set(name, value);
  return new Response(response.body, { status: 200, statusText: response.statusText, headers });
}
