import type { DownloadProgress, EngineApi, Offer, Unfinished } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { isAbort, toDrobeError, type DrobeError } from '../../errors';
import type { Failure, Library } from './library.svelte';
import { askToKeep } from '../settings/persisted.svelte';
import { Speed } from './speed';

/** What an address led to. */
export type Finding =
  | { readonly kind: 'none' }
  | { readonly kind: 'looking'; readonly address: string }
  | { readonly kind: 'found'; readonly address: string; readonly offers: readonly Offer[] }
  | { readonly kind: 'failed'; readonly address: string; readonly error: DrobeError };

export interface Coming extends DownloadProgress {
  readonly file: string;
  /** Bytes a second, and milliseconds left; null while not known. */
  readonly speed: number | null;
  readonly left: number | null;
}

/** Downloads of models: what an address offers, the current download, and interrupted ones. */
export class Downloads {
  /** The window for choosing one is open. */
  open = $state(false);
  /** The address in the window: typed there, or from elsewhere. It stays until something is downloaded. */
  address = $state('');
  finding = $state.raw<Finding>({ kind: 'none' });
  coming = $state.raw<Coming | null>(null);
  unfinished = $state.raw<readonly Unfinished[]>([]);
  failure = $state.raw<Failure | null>(null);

  readonly #engine: Remote<EngineApi>;
  readonly #library: Pick<Library, 'add' | 'nameFor' | 'choosing'>;
  readonly #now: () => number;
  #look = new AbortController();
  #stop = new AbortController();

  constructor(
    engine: Remote<EngineApi>,
    library: Pick<Library, 'add' | 'nameFor' | 'choosing'>,
    now = () => performance.now(),
  ) {
    this.#engine = engine;
    this.#library = library;
    this.#now = now;
  }

  /** Lists interrupted downloads. None is resumed by itself. */
  async load(): Promise<void> {
    try {
      const { value } = await this.#engine.unfinished(new AbortController().signal).next();
      this.unfinished = value;
    } catch (thrown) {
      this.#fail('', thrown);
    }
  }

  /** Opens the window with an address in it. No request is sent before a person presses a button there. */
  suggest(address: string): void {
    this.address = address;
    this.open = true;
  }

  /** Looks what there is at an address, in place of an earlier look. */
  async lookAt(address: string): Promise<void> {
    this.#look.abort();
    const { signal } = (this.#look = new AbortController());
    this.finding = { kind: 'looking', address };
    try {
      const { value } = await this.#engine.look(signal, address).next();
      if (!signal.aborted) this.finding = { kind: 'found', address, offers: value };
    } catch (thrown) {
      if (!signal.aborted && !isAbort(thrown))
        this.finding = { kind: 'failed', address, error: toDrobeError(thrown) };
    }
  }

  close(): void {
    this.#look.abort();
    this.open = false;
    this.finding = { kind: 'none' };
  }

  /** Downloads an offer, or resumes a download, and adds the model. */
  async start(what: Offer | Unfinished): Promise<void> {
    if (this.coming) return;
    this.close();
    this.address = '';
    void askToKeep();
    this.failure = null;
    this.#stop = new AbortController();
    const { file } = what;
    const choosing = this.#library.choosing();
    const coming = this.unfinished.map((rest) => rest.file);
    const wanted = 'id' in what ? what.id : { ...what, file: this.#library.nameFor(file, coming) };
    const speed = new Speed();
    this.coming = { file, stage: 'fetching', doneBytes: 0, totalBytes: 0, speed: null, left: null };
    try {
      const download = this.#engine.download(this.#stop.signal, wanted);
      for (;;) {
        const { done, value } = await download.next();
        if (done) {
          this.#library.add(value, file, choosing);
          break;
        }
        const rate = value.stage === 'fetching' ? speed.told(this.#now(), value.doneBytes) : null;
        const left = rate ? ((value.totalBytes - value.doneBytes) / rate) * 1000 : null;
        this.coming = { file, ...value, speed: rate, left };
      }
    } catch (thrown) {
      if (!isAbort(thrown)) this.#fail(file, thrown);
    }
    this.coming = null;
    await this.load();
  }

  /** Interrupts the download; it can be resumed. */
  stop(): void {
    this.#stop.abort();
  }

  /** Deletes what has arrived of a download. */
  async discard({ id, file }: Unfinished): Promise<void> {
    try {
      await this.#engine.discard(new AbortController().signal, id).next();
    } catch (thrown) {
      this.#fail(file, thrown);
    }
    await this.load();
  }

  #fail(file: string, thrown: unknown): void {
    this.failure = { file, error: toDrobeError(thrown) };
  }
}
