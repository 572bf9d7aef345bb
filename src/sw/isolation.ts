/**
 * A page has threads only where it is isolated from other origins, which two headers of its own answer and of its
 * workers' scripts ask for. Our servers send them; where a host cannot, the service worker does, from the second visit
 * on.
 */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Not 'credentialless', which Safari lacks: all that the page loads by tags is its own.
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/** The same answer with those headers; what is not a whole file stays as it is. */
export function isolated(response: Response): Response {
  if (response.status !== 200) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(isolation)) headers.set(name, value);
  return new Response(response.body, { status: 200, statusText: response.statusText, headers });
}
