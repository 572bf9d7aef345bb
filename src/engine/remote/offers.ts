/** What can be downloaded from an address, by the headers of the files there and nothing else of them. */
import { defined, mustGet } from '../../checked';
import { DrobeError } from '../../errors';
import { telling } from '../../nets/strangers/numbers';
import { isTokenizerFile } from '../../nets/t5-tokenizer';
import type { RemoteSource } from '../../weights/store/origin';
import { beginningOf, bytesOf, within, type Layout } from '../../weights/store/layout';
import { remoteFile, type Fetch, type RemoteFile } from '../../weights/download/remote';
import { parseHeader, peekHeader, type Header, type Slices } from '../../weights/safetensors';
import type { Offer } from '../api';
import { isSettings, toldHeader, type Beside } from '../files/beside';
import { modelsAmong } from '../files/models-among';
import { listFiles } from './hub';
import type { Listed } from './listing';
import { problemOf, verdictOn } from '../files/verdict';

/** The most files that are looked at: each costs a request or two. */
const MOST = 60;

interface Seen extends Listed {
  readonly remote: RemoteFile;
}

/**
 * Finds the models at an address: a file, or a repository on Hugging Face with single files, the parts of a diffusers
 * folder, or both. Those that can be used come first.
 * @throws DrobeError of `listFiles`, or why the only file there cannot be read.
 */
export async function offersAt(
  address: string,
  signal: AbortSignal,
  fetch: Fetch = globalThis.fetch,
): Promise<Offer[]> {
  const { files, repository, licence } = await listFiles(address, signal, fetch);
  const count = files.filter(({ path }) => !isSettings(path)).length;
  if (count > MOST) throw new DrobeError('too-many-there', { address, count });
  const seen = await Promise.all(
    files.map(async (file): Promise<Seen | null> => {
      const asked = remoteFile(file.url, fetch, signal);
      // Without its settings a model can be had all the same.
      const optional = repository !== null && files.length > 1 && isSettings(file.path);
      const remote = await (optional ? asked.catch(() => null) : asked);
      // A list of files has their names.
      return remote && { ...file, path: (repository === null && remote.called) || file.path, remote };
    }),
  );
  signal.throwIfAborted();
  const there = seen.filter((one) => one !== null);
  const { models, refused } = await modelsAmong(there, ({ remote }) => remote);
  const offers = await Promise.all(
    models.map(async ({ name, layout, bytes, beside }): Promise<Offer> => {
      const file = called(name, repository);
      try {
        const model = await withHead(layout);
        const header = await toldOf(model, beside, layout);
        const offer = { file, bytes, licence, verdict: verdictOn(header, file), model };
        return { ...offer, ...(beside && { beside }) };
      } catch (thrown) {
        if (models.length === 1) throw thrown;
        return { file, bytes, licence, verdict: { problem: problemOf(thrown) }, model: null };
      }
    }),
  );
  const incomplete = refused.filter(({ problem }) => problem.code !== 'settings-alone');
  const parts = incomplete.map(({ file, problem }): Offer => ({
    file,
    bytes: 0,
    licence,
    verdict: { problem },
    model: null,
  }));
  return [...offers, ...parts].sort(
    (a, b) => Number('problem' in a.verdict) - Number('problem' in b.verdict),
  );
}

/**
 * The header of a model as it is told by; what its marks hold is read of a file that is there as a whole.
 * @param layout where its numbers can be asked for, if need be.
 */
export async function toldOf(
  model: Layout<RemoteSource>,
  beside: Beside | undefined,
  layout?: Layout<Seen>,
): Promise<Header> {
  const header = parseHeader(model.head.subarray(8), bytesOf(model));
  const nothing = beginningOf(new Blob([model.head]), header.bytes);
  const canAsk = layout?.ranges.every(({ file }) => file.remote.ranged) ?? false;
  if (!layout || !canAsk || !telling(header.tensors)) return toldHeader(header, nothing, beside);
  // Two more requests can save a useless download.
  return toldHeader(header, askedFrom(layout), beside).catch(() => toldHeader(header, nothing, beside));
}

/** Bytes of files on servers: every read is a request. */
function askedFrom(layout: Layout<Seen>): Slices {
  return {
    size: bytesOf(layout),
    slice: (from, to) => ({
      arrayBuffer: async () => {
        const { head, ranges } = within(layout, from, to);
        const parts = ranges.map(({ file, begin, end }) => file.remote.slice(begin, end).arrayBuffer());
        return new Blob([head, ...(await Promise.all(parts))]).arrayBuffer();
      },
    }),
  };
}

/** A layout whose head is the whole header, and files that can be fetched later. */
async function withHead({ head, ranges }: Layout<Seen>): Promise<Layout<RemoteSource>> {
  const sources = new Map<Seen, RemoteSource>();
  for (const { file } of ranges) {
    const { url, sha256, remote } = file;
    const { size: bytes, tag, ranged } = remote;
    const head = isTokenizerFile(file.path) ? new Uint8Array() : await headOf(remote);
    // The sum is that of the whole file: without what follows its tensors it tells nothing.
    const end = Math.max(...ranges.map((range) => (range.file === file ? range.end : 0)));
    sources.set(file, { url, sha256: end < bytes ? null : sha256, bytes, tag, ranged, head });
  }
  const known = { head, ranges: ranges.map((range) => ({ ...range, file: mustGet(sources, range.file) })) };
  if (head.length > 0) return known;
  const only = defined(known.ranges[0]); // a file as it is
  return { head: only.file.head, ranges: [{ ...only, begin: only.file.head.length }] };
}

/** The bytes before a file's tensors. */
async function headOf(remote: RemoteFile): Promise<Uint8Array<ArrayBuffer>> {
  const [first] = (await peekHeader(remote)).header.tensors.values();
  return new Uint8Array(await remote.slice(0, first?.begin ?? remote.size).arrayBuffer());
}

/** The file's name, or the repository's where the file has a generic one, such as "model.safetensors". */
function called(name: string, repository: string | null): string {
  const known =
    /^(?:pytorch_lora_weights|pytorch_model|diffusion_pytorch_model|model|learned_embeds)(?:\.fp16)?\.safetensors$/i;
  if (repository && known.test(name)) return `${repository.slice(repository.indexOf('/') + 1)}.safetensors`;
  return /\.safetensors$/i.test(name) ? name : `${name.replace(/\.sft$/i, '')}.safetensors`;
}
