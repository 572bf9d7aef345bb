import type { EngineApi, Inspection, Offer } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import { isAbort, toDrobeError, type DrobeError } from '../../errors';

export type Look =
  | { readonly kind: 'closed' }
  | { readonly kind: 'reading'; readonly file: string }
  | { readonly kind: 'ready'; readonly file: string; readonly inspection: Inspection }
  | { readonly kind: 'failed'; readonly file: string; readonly error: DrobeError };

/** What the inspector looks at: one file at a time, of which nothing is kept. */
export class FileInspector {
  look = $state.raw<Look>({ kind: 'closed' });

  readonly #engine: Remote<EngineApi>;
  readonly #chosen: () => string;
  #stop = new AbortController();

  /** @param chosen gives the id of the chosen model, against which LoRAs are held; empty for none. */
  constructor(engine: Remote<EngineApi>, chosen: () => string = () => '') {
    this.#engine = engine;
    this.#chosen = chosen;
  }

  /** Looks at a file, at an offer or at the model with this id; whatever was looked at before makes room. */
  async open(what: File | Offer | { readonly id: string; readonly file: string }): Promise<void> {
    this.#stop.abort();
    const { signal } = (this.#stop = new AbortController());
    const file = what instanceof File ? what.name : what.file;
    const subject = 'id' in what ? what.id : what;
    this.look = { kind: 'reading', file };
    try {
      const { value } = await this.#engine.inspect(signal, subject, this.#chosen()).next();
      if (!signal.aborted) this.look = { kind: 'ready', file, inspection: value };
    } catch (thrown) {
      // The answer to a look that was given up comes late, or as an abort: neither is of interest.
      if (!signal.aborted && !isAbort(thrown))
        this.look = { kind: 'failed', file, error: toDrobeError(thrown) };
    }
  }

  close(): void {
    this.#stop.abort();
    this.look = { kind: 'closed' };
  }
}
