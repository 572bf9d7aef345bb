import { DrobeError } from '../errors';
import { get } from '../weights/download/remote';

/**
 * A file of the app, if it is what was built: no byte of it is given before all are known to be right. Where what a browser or
 * the service worker keeps of it is not, its server is asked.
 * @param sum as `?integrity` gives it: "sha384-…".
 * @throws DrobeError 'app-damaged' where the server's is another one, and those of `get`.
 */
export async function fetchVerified(url: string, sum: string, fetch = globalThis.fetch): Promise<Response> {
  const ask = (init: RequestInit) => get(url, init, fetch);
  try {
    return await ask({ integrity: sum }).catch(() => ask({ integrity: sum, cache: 'reload' }));
  } catch {
    // Browsers do not tell a wrong sum from a broken line. Without the sum only the latter fails.
    await (await ask({})).body?.cancel();
    throw new DrobeError('app-damaged', { file: url.slice(url.lastIndexOf('/') + 1) });
  }
}
