/** The headers that the app's files want. Our servers send them; where a host cannot, the service worker does, from the second visit on. */
import { courierPolicy, headerPolicy } from './policy.ts';

/**
 * A page has threads only where it is isolated from other origins, which two headers of its own answer and of its
 * workers' scripts ask for.
 */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Not 'credentialless', which Safari lacks: all that the page loads by tags is its own.
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/** What the app never asks for, no script of it can. */
const NEVER = ['camera', 'microphone', 'geolocation', 'usb', 'serial', 'hid', 'payment', 'display-capture'];

/** @param path of a built file, with or without the site's address before it. */
export function headersFor(path: string): Readonly<Record<string, string>> {
  return {
    ...isolation,
    'Content-Security-Policy': /\/courier-[\w-]+\.js$/.test(path) ? courierPolicy : headerPolicy,
    'Permissions-Policy': NEVER.map((feature) => `${feature}=()`).join(', '),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}

/** The same answer with those headers; what is not a whole file stays as it is. */
export function withHeaders(path: string, response: Response): Response {
  if (response.status !== 200) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(headersFor(path))) headers.set(name, value);
  return new Response(response.body, { status: 200, statusText: response.statusText, headers });
}
