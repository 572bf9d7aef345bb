/** Addresses as people paste them, and what Hugging Face says of a repository: https://huggingface.co/docs/hub/api. */
import { fieldsOf, itemsOf } from '../../objects';
import { withoutSecrets } from '../../address';
import { DrobeError, type ErrorCode } from '../../errors';
import { isTokenizerFile } from '../../nets/t5-tokenizer';
import { get, isPage, type Fetch } from '../../weights/download/remote';
import { mayTell, sameStem } from '../files/beside';
import { listPage, pageOf } from './civitai';
import { isModel, type Listed, type Listing } from './listing';

const HOSTS = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co']);
const HUB = 'https://huggingface.co';

/**
 * The files that an address stands for: one, those of a repository on Hugging Face ("owner/name" will do), or those that a
 * page of Civitai is about.
 * @throws DrobeError 'bad-address', 'no-model-there', 'file-unknown', 'download-is-page', 'page-closed', and those of `get`.
 */
export async function listFiles(address: string, signal: AbortSignal, fetch: Fetch): Promise<Listing> {
  const text = address.trim();
  const url = URL.parse(/^[\w.-]+\/[\w.-]+$/.test(text) ? `${HUB}/${text}` : text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new DrobeError('bad-address', { address: withoutSecrets(text) });
  const page = pageOf(url);
  if (page) return listPage(page, signal, fetch);
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

/** A part of an address, decoded; unchanged where it cannot be. */
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
  const answer = await get(about, { signal }, fetch);
  if (isPage(answer)) throw new DrobeError('download-is-page', { url: about });
  const info = infoIn(await answer.json().catch(() => null));
  const there = info.files.filter(
    ({ path: file }) => path === '' || file === path || file.startsWith(`${path}/`),
  );
  if (there.length === 0 && info.files.length > 0) throw new DrobeError('file-unknown', { repository, path });
  const models = there.filter((file) => isModel(file.path) || (isTokenizerFile(path) && file.path === path));
  if (models.length === 0) throw new DrobeError('no-model-there', { address: `${HUB}/${repository}` });
  // For a single file, only the settings of the same name.
  const beside = isModel(path) ? info.files.filter((file) => isBesideOf(file.path, path)) : there;
  const files = [...models, ...beside.filter((file) => mayTell(file.path) || isT5s(file.path))];
  // By commit: a file stays the same while it is downloaded.
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

/** Whether it is T5's: other tokenizers are not used, and so not fetched. */
const isT5s = (path: string): boolean => isTokenizerFile(path) && /(?:^|\/)tokenizer_3\//.test(path);

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

const isBesideOf = (settings: string, model: string): boolean =>
  sameStem(settings, model) && folderOf(settings) === folderOf(model);

interface Info {
  readonly commit: string | null;
  readonly licence: string | null;
  readonly files: readonly Omit<Listed, 'url'>[];
}

/** The used part of an answer, whatever it contains. */
function infoIn(answer: unknown): Info {
  const { sha, cardData, siblings } = fieldsOf(answer);
  const { license, license_name: name } = fieldsOf(cardData);
  const licence = license === 'other' ? name : license;
  return {
    commit: typeof sha === 'string' && /^[\da-f]{40}$/.test(sha) ? sha : null,
    licence: typeof licence === 'string' ? licence : null,
    files: itemsOf(siblings).flatMap((sibling) => {
      const { rfilename: path, lfs } = fieldsOf(sibling);
      const { sha256 } = fieldsOf(lfs);
      const sum = typeof sha256 === 'string' && /^[\da-f]{64}$/i.test(sha256) ? sha256 : null;
      return typeof path === 'string' ? [{ path, sha256: sum }] : [];
    }),
  };
}

/** What the hub calls these errors, in the header X-Error-Code. */
const CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['RepoNotFound', 'repository-unknown'],
  ['GatedRepo', 'repository-gated'],
  ['RevisionNotFound', 'revision-unknown'],
  ['EntryNotFound', 'file-unknown'],
]);

/** The meaning of an error that the hub answered with; null where it was not the hub, or nothing more is known. */
export function ofHub({ code, facts }: DrobeError): DrobeError | null {
  const url = URL.parse(String(facts['url'] ?? ''));
  if ((code !== 'network' && code !== 'download-refused') || !url || !HOSTS.has(url.hostname)) return null;
  const isListing = url.pathname.startsWith('/api/models/');
  const [owner = '', name = '', , revision = '', ...path] = url.pathname
    .replace(/^\/api\/models/, '')
    .split('/')
    .filter(Boolean)
    .map(decoded);
  // Only its owner can tell a private repository from a missing one: the hub answers both with 401.
  const refused = isListing && [401, 403, 404].includes(Number(facts['status']));
  const meant = CODES.get(String(facts['hub'] ?? '')) ?? (refused ? 'repository-unknown' : null);
  if (!meant) return null;
  return new DrobeError(meant, { ...facts, repository: `${owner}/${name}`, revision, path: path.join('/') });
}
