import type { ImporterApi } from './api';
import { lineTo, type EngineWorker, type Line } from './line';
import type { Remote } from './rpc';

/** The importer's worker: started with the first import, and ended some time after the last. */
export class Importers {
  readonly #start: () => EngineWorker;
  readonly #patience: number;
  #current: (Line<ImporterApi> & { users: number }) | undefined;

  /** @param patience milliseconds that a worker is kept without work: files come by the dozen, one after the other. */
  constructor(start: () => EngineWorker, patience: number) {
    this.#start = start;
    this.#patience = patience;
  }

  /** The importer, to be dismissed by each who has hired it. */
  hire(): { readonly remote: Remote<ImporterApi>; readonly dismiss: () => void } {
    const line = (this.#current ??= this.#open());
    line.users++;
    const dismiss = () => {
      line.users--;
      setTimeout(() => {
        if (this.#current !== line || line.users > 0) return;
        this.#current = undefined;
        line.end();
      }, this.#patience);
    };
    return { remote: line.remote, dismiss };
  }

  #open() {
    const line = {
      users: 0,
      ...lineTo<ImporterApi>(this.#start(), () => {
        if (this.#current === line) this.#current = undefined;
      }),
    };
    return line;
  }
}
