/** Addresses as people paste them, and what Hugging Face says of a repository: https://huggingface.co/docs/hub/api. */
import { DrobeError } from '../errors';
import { get, type Fetch } from '../weights/remote';

/** A file that can be downloaded. */
export interface Listed {
  /** Where it lies in its repository; of any other file its name. */
  readonly path: string;
  readonly url: string;
  /** What the hub states, in hexadecimal; null where nobody does. */
  readonly sha256: string | null;
}

export interface Listing {
  readonly files: readonly Listed[];
  /** The repository's name, for files whose own says nothing. */
  readonly repository: string | null;
  /** As the hub spells it: "creativeml-openrail-m". */
  readonly licence: string | null;
}

const HOSTS = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co']);
const HUB = 'https://huggingface.co';

/**
 * The files that an address stands for: one, or those of a repository on Hugging Face ("owner/name" will do).
 * @throws DrobeError 'bad-address', 'no-model-there', and those of `get`.
 */
export async function listFiles(address: string, signal: AbortSignal, fetch: Fetch): Promise<Listing> {
  const text = address.trim();
  const url = URL.parse(/^[\w.-]+\/[\w.-]+$/.test(text) ? `${HUB}/${text}` : text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new DrobeError('bad-address', { address: text });
  const place = HOSTS.has(url.hostname) ? placeOf(url) : null;
  if (place) return listRepository(place, signal, fetch);
  const path = decoded(url.pathname.slice(url.pathname.lastIndexOf('/') + 1)) || url.hostname;
  return { files: [{ path, url: url.href, sha256: null }], repository: null, licence: null };
}

interface Place {
  readonly repository: string;
  readonly revision: string;
  /** A file, a folder, or '' for all of it. */
  readonly path: string;
}

/** A part of an address as people read it; as it is where it is no text. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** /owner/name, /owner/name/tree/main/folder, /owner/name/blob/main/file, /owner/name/resolve/main/file */
function placeOf({ pathname }: URL): Place | null {
  const [owner, name, kind, revision = 'main', ...path] = pathname.split('/').filter(Boolean).map(decoded);
  if (!owner || !name || !/^(?:tree|blob|resolve|raw)?$/.test(kind ?? '')) return null;
  return { repository: `${owner}/${name}`, revision, path: path.join('/') };
}

async function listRepository(
  { repository, revision, path }: Place,
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Listing> {
  const about = `${HUB}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const info = infoIn(await (await get(about, { signal }, fetch)).json().catch(() => null));
  const files = info.files.filter(
    ({ path: file }) =>
      /\.safetensors$/i.test(file) && (path === '' || file === path || file.startsWith(`${path}/`)),
  );
  if (files.length === 0) throw new DrobeError('no-model-there', { address: `${HUB}/${repository}` });
  // Asked for by its commit, a file stays the same while it is downloaded.
  const base = `${HUB}/${repository}/resolve/${encodeURIComponent(info.commit ?? revision)}/`;
  return {
    files: files.map((file) => ({
      ...file,
      url: base + file.path.toWellFormed().split('/').map(encodeURIComponent).join('/'),
    })),
    repository,
    licence: info.licence,
  };
}

interface Info {
  readonly commit: string | null;
  readonly licence: string | null;
  readonly files: readonly Omit<Listed, 'url'>[];
}

/** As much of the answer as is used, whatever it is. */
function infoIn(answer: unknown): Info {
  const { sha, cardData, siblings } = fieldsOf(answer);
  const { license, license_name: name } = fieldsOf(cardData);
  const licence = license === 'other' ? name : license;
  return {
    commit: typeof sha === 'string' && /^[\da-f]{40}$/.test(sha) ? sha : null,
    licence: typeof licence === 'string' ? licence : null,
    files: (Array.isArray(siblings) ? siblings : []).flatMap((sibling: unknown) => {
      const { rfilename: path, lfs } = fieldsOf(sibling);
      const { sha256 } = fieldsOf(lfs);
      const sum = typeof sha256 === 'string' && /^[\da-f]{64}$/i.test(sha256) ? sha256 : null;
      return typeof path === 'string' ? [{ path, sha256: sum }] : [];
    }),
  };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
