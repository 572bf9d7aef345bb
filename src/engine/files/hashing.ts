import { toDrobeError } from '../../errors';
import { recognise } from '../../nets/detect/detect';
import { keepHashes, keepHashesElsewhere, keptHashes, type Hashes } from '../../weights/store/hashes';
import { readHeader, type Header } from '../../weights/safetensors';
import { inWorker } from '../in-worker';
import type { HasherApi } from './hasher';
import hasherAddress from './hasher?worker&url';

/** Milliseconds that a finished picture waits for hashes still being computed. */
const PATIENCE = 2000;

/** Hashes of models, computed once and in the background, one model after another. */
export class Hashing {
  readonly #open: (id: string) => Promise<Blob>;
  /** Null while they are computed, and where that failed: a model that cannot be read says so when it is used. */
  readonly #known = new Map<string, Hashes | null>();
  #work: Promise<unknown> = Promise.resolve();

  /** @param open gives a stored model's bytes. */
  constructor(open: (id: string) => Promise<Blob>) {
    this.#open = open;
  }

  /** The hashes of a stored model; null where they are not known yet: then they are computed in the background. */
  of(id: string): Promise<Hashes | null> {
    return this.#lookUp(id, async () => this.#compute(id, await this.#open(id), keepHashes));
  }

  /**
   * The same for a file that is served: it is hashed once it was fetched to be used.
   * @param version tells it from an earlier file of the same name.
   */
  elsewhere(version: string, file?: Blob): Promise<Hashes | null> {
    return this.#lookUp(version, file ? () => this.#compute(version, file, keepHashesElsewhere) : null);
  }

  /** Waits a moment for those of these that are being computed. @param ids or versions. @param patience milliseconds. */
  async soon(ids: readonly string[], patience = PATIENCE): Promise<void> {
    const late = new Promise((done) => setTimeout(done, patience));
    if (ids.some((id) => this.#known.get(id) === null)) await Promise.race([this.#work, late]);
  }

  async #compute(id: string, file: Blob, keep: typeof keepHashes): Promise<void> {
    const hashes = await hashesAside(file, loraBegins(await readHeader(file)));
    this.#known.set(id, hashes);
    await keep(id, hashes);
  }

  /** @param start computes them where they are not kept; null where that cannot be done yet. */
  async #lookUp(id: string, start: (() => Promise<void>) | null): Promise<Hashes | null> {
    const before = this.#known.get(id);
    if (before) return before;
    const kept = await keptHashes(id).catch(() => null);
    if (this.#known.has(id)) return this.#known.get(id) ?? null;
    if (kept || start) this.#known.set(id, kept);
    if (!kept && start) this.#work = this.#work.then(start).catch(() => undefined);
    return kept;
  }
}

/** Where the tensors of a LoRA begin; null where it is none. */
function loraBegins(header: Header): number | null {
  if (!isLora(header)) return null;
  return [...header.tensors.values()].reduce((first, { begin }) => Math.min(first, begin), header.bytes);
}

/** As `whatIs` would say, without the checks that it makes of a checkpoint. */
function isLora(header: Header): boolean {
  try {
    recognise(header);
    return false;
  } catch (thrown) {
    return toDrobeError(thrown).code === 'file-is-lora';
  }
}

const hashesAside = (file: Blob, tensorsFrom: number | null): Promise<Hashes> =>
  inWorker<HasherApi, Hashes>(
    hasherAddress,
    'drobe-hasher',
    new AbortController().signal,
    async (hasher, signal) => {
      const { value } = await hasher.hashes(signal, file, tensorsFrom).next();
      return value;
    },
  );
