/** Pages of Civitai, which no other site may read, and what its API offers for them: https://developer.civitai.com */
import { fieldsOf, itemsOf } from '../../objects';
import { DrobeError, isAbort } from '../../errors';
import { get, type Fetch } from '../../weights/download/remote';
import { isModel, type Listed, type Listing } from './listing';

const HOSTS = /^(?:www\.)?civitai\.(?:com|green|red)$/;

/** A model's page there. */
export interface Page {
  readonly url: URL;
  readonly model: string;
  /** The newest where the address names none. */
  readonly version: string | null;
}

/** /models/4384/dreamshaper?modelVersionId=128713 */
export function pageOf(url: URL): Page | null {
  const [, model] = /^\/models\/(\d+)(?:\/|$)/.exec(url.pathname) ?? [];
  if (!HOSTS.test(url.hostname) || !model) return null;
  return { url, model, version: url.searchParams.get('modelVersionId') };
}

/** @throws DrobeError 'page-closed' where its API cannot be read, 'no-model-there', and of `get`. */
export async function listPage(
  { url, model, version }: Page,
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Listing> {
  const answer = await askedOf(`${url.origin}/api/v1/models/${model}`, url, signal, fetch);
  const { name, modelVersions } = fieldsOf(answer);
  const versions = itemsOf(modelVersions).map(fieldsOf);
  const wanted = version === null ? versions[0] : versions.find(({ id }) => String(id) === version);
  const files = filesIn(wanted?.['files'], url.host);
  if (files.length === 0) throw new DrobeError('no-model-there', { address: url.href });
  return { files, repository: typeof name === 'string' ? name : null, licence: null };
}

async function askedOf(
  api: string,
  { href, host }: URL,
  signal: AbortSignal,
  fetch: Fetch,
): Promise<unknown> {
  try {
    return await (await get(api, { signal }, fetch)).json();
  } catch (thrown) {
    if (isAbort(thrown) || (thrown instanceof DrobeError && thrown.code !== 'no-answer')) throw thrown;
    throw new DrobeError('page-closed', { url: href, host }, { cause: thrown });
  }
}

/** Those that lie on the host that was named, and no other. */
function filesIn(files: unknown, host: string): Listed[] {
  return itemsOf(files).flatMap((file) => {
    const { name, downloadUrl, hashes } = fieldsOf(file);
    const { SHA256: sum } = fieldsOf(hashes);
    if (typeof name !== 'string' || typeof downloadUrl !== 'string') return [];
    if (!isModel(name) || URL.parse(downloadUrl)?.host !== host) return [];
    const sha256 = typeof sum === 'string' && /^[\da-f]{64}$/i.test(sum) ? sum : null;
    return [{ path: name, url: downloadUrl, sha256 }];
  });
}
