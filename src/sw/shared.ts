/**
 * What other apps share with this one. The system posts it to an address of ours; the service worker takes it, so that it never
 * leaves the device, and keeps it until the page fetches it.
 */

/** Where it is posted to, beside the app; as the manifest says. */
export const SHARE_ADDRESS = 'share';
/** The names of its fields; as the manifest says. */
export const SHARE_FIELDS = { title: 'title', text: 'text', url: 'url', files: 'files' } as const;
/** After sharing, the page opens with this after #. */
export const SHARED = 'shared';

/** What another app shared with this one. */
export interface Shared {
  readonly files: readonly File[];
  /** In the order of title, text and address; none is empty. */
  readonly texts: readonly string[];
}

/** The part of Cache that is used here. */
export type ShareCache = Pick<Cache, 'put' | 'match' | 'delete' | 'keys'>;

/** @param scope of this copy of the app: others on the same origin have their own. */
export const sharedCache = (scope: string): string => `drobe-shared-${scope}`;

/**
 * Keeps what was shared, in place of anything that was not fetched. Any site may post a form here, so only texts and pictures are
 * taken: the page offers what to do with these, or can undo it, but a model it would import.
 */
export async function keepShared(cache: ShareCache, form: FormData): Promise<void> {
  await takeShared(cache);
  const { title, text, url } = SHARE_FIELDS;
  const texts = [title, text, url].map((name) => form.get(name)).filter((said) => typeof said === 'string');
  await cache.put(TEXTS, Response.json(texts.filter((said) => said.trim() !== '')));
  const files = form.getAll(SHARE_FIELDS.files).filter((entry) => entry instanceof File);
  for (const [n, file] of files.entries()) {
    // An empty field for files has an empty file.
    if (file.size === 0 || !file.type.startsWith('image/')) continue;
    const headers = { 'Content-Type': file.type, [NAME]: encodeURIComponent(file.name) };
    await cache.put(`${FILE}${n}`, new Response(file, { headers }));
  }
}

/** Returns what was kept, and removes it from the cache. */
export async function takeShared(cache: ShareCache): Promise<Shared> {
  const files: File[] = [];
  for (const request of await cache.keys()) {
    if (!new URL(request.url).pathname.startsWith(FILE)) continue;
    const response = await cache.match(request);
    if (!response) continue;
    const name = decodeURIComponent(response.headers.get(NAME) ?? '');
    const blob = await response.blob();
    files.push(new File([blob], name, { type: response.headers.get('Content-Type') ?? '' }));
    await cache.delete(request);
  }
  const texts = ((await (await cache.match(TEXTS))?.json()) ?? []) as string[]; // `keepShared` wrote it
  await cache.delete(TEXTS);
  return { files, texts };
}

/** Keys of entries. These addresses are never requested. */
const TEXTS = '/shared/texts';
const FILE = '/shared/file-';
const NAME = 'X-File-Name';
