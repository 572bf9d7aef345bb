/** Who made a request: the app, or the downloader for what a person wants from another server. */
export type Asker = 'app' | 'downloader';

/** Requests to one server. */
export interface Asked {
  /** "https://huggingface.co" */
  readonly origin: string;
  readonly count: number;
  /** Whether it is the app's own server. */
  readonly own: boolean;
  /** Whether all of them were caused by a person who looked at an address or started a download. */
  readonly wanted: boolean;
}

/** The requests that page, engine, downloader and service worker have made since the page was opened. */
export class Outgoing {
  /** By origin. */
  #counts = $state.raw<Readonly<Record<string, Readonly<Record<Asker, number>>>>>({});
  readonly #own: string;
  /** By server, the own one first. */
  list = $derived.by((): Asked[] =>
    Object.entries(this.#counts)
      .map(([origin, { app, downloader }]) => ({
        origin,
        count: app + downloader,
        own: origin === this.#own,
        wanted: app === 0,
      }))
      .sort((a, b) => Number(b.own) - Number(a.own)),
  );
  own = $derived(sum(this.list.filter(({ own }) => own)));
  others = $derived(sum(this.list.filter(({ own }) => !own)));
  /** Whether a request that nobody asked for went to another server. */
  alarming = $derived(this.list.some(({ own, wanted }) => !own && !wanted));

  /** @param own the origin of the app. */
  constructor(own = globalThis.origin) {
    this.#own = own;
  }

  /** @param origins of requests, each as often as it made one. */
  add(origins: readonly string[], asker: Asker): void {
    const counts = { ...this.#counts };
    for (const origin of origins) {
      const before = counts[origin] ?? { app: 0, downloader: 0 };
      counts[origin] = { ...before, [asker]: before[asker] + 1 };
    }
    this.#counts = counts;
  }
}

const sum = (list: readonly Asked[]): number => list.reduce((total, { count }) => total + count, 0);
