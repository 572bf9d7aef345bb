/**
 * What other apps share with this one. The system posts it to an address of ours; the service worker takes it, so that
 * it never leaves the device, and keeps it until the page has come for it.
 */

/** Where it is posted to, beside the app; as the manifest says. */
export const SHARE_ADDRESS = 'share';
/** The names of its fields; as the manifest says. */
export const SHARE_FIELDS = { title: 'title', text: 'text', url: 'url', files: 'files' } as const;
/** Whoever shared is led to the page with this behind #. */
export const SHARED = 'shared';

export interface Shared {
  readonly files: readonly File[];
  /** In the order of title, text and address; none is empty. */
  readonly texts: readonly string[];
}

/** As much of a Cache as is used here. */
export type Shelf = Pick<Cache, 'put' | 'match' | 'delete' | 'keys'>;

/** @param scope of this copy of the app: others on the same origin have their own. */
export const sharedCache = (scope: string): string => `drobe-shared-${scope}`;

/**
 * Keeps what was shared; what nobody came for makes room. Any site may have a form posted here, so nothing but words and
 * pictures is taken: the page offers or undoes what it does with these, and would import a model.
 */
export async function keepShared(cache: Shelf, form: FormData): Promise<void> {
  await takeShared(cache);
  const { title, text, url } = SHARE_FIELDS;
  const texts = [title, text, url].map((name) => form.get(name)).filter((said) => typeof said === 'string');
  await cache.put(TEXTS, Response.json(texts.filter((said) => said.trim() !== '')));
  const files = form.getAll(SHARE_FIELDS.files).filter((entry) => entry instanceof File);
  for (const [n, file] of files.entries()) {
    // A field of files that was left empty has a file of nothing.
    if (file.size === 0 || !file.type.startsWith('image/')) continue;
    const headers = { 'Content-Type': file.type, [NAME]: encodeURIComponent(file.name) };
    await cache.put(`${FILE}${n}`, new Response(file, { headers }));
  }
}

/** What was kept, which is then no longer kept. */
export async function takeShared(cache: Shelf): Promise<Shared> {
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

/** Keys of entries. Nothing is ever asked of these addresses. */
const TEXTS = '/shared/texts';
const FILE = '/shared/file-';
const NAME = 'X-File-Name';
