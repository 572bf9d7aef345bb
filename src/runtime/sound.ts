import { DrobeError } from '../errors';
import { get } from '../weights/download/remote';

/**
 * A file of the app, if it is what was built.
 * @param sum as `?integrity` gives it: "sha384-…".
 * @throws DrobeError 'app-damaged' where it is another one, and those of `get`.
 */
export async function soundBytes(url: string, sum: string, fetch = globalThis.fetch): Promise<ArrayBuffer> {
  try {
    return await (await get(url, { integrity: sum }, fetch)).arrayBuffer();
  } catch {
    // Browsers do not tell a wrong sum from a broken line. Without the sum only the latter fails.
    await (await get(url, {}, fetch)).body?.cancel();
    throw new DrobeError('app-damaged', { file: url.slice(url.lastIndexOf('/') + 1) });
  }
}
