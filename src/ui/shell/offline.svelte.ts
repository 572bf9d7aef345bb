import { ownScript } from '../../engine/scripts';

/** What is used of `navigator.serviceWorker`. */
export interface Host {
  readonly controller: object | null;
  register(address: string, options: { updateViaCache: 'none' }): Promise<Registration>;
  addEventListener(type: 'controllerchange', listener: () => void): void;
}

export interface Registration {
  readonly installing: Worker | null;
  readonly waiting: Worker | null;
  readonly active: object | null;
  update(): Promise<unknown>;
  addEventListener(type: 'updatefound', listener: () => void): void;
}

export interface Worker {
  readonly state: ServiceWorkerState;
  postMessage(message: string): void;
  addEventListener(type: 'statechange', listener: () => void): void;
}

const TRIES = 6;

const system = {
  reload: () => location.reload(),
  wait: (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds)),
};

/**
 * Whether the app opens without a network, and whether a newer version of it is at hand. A service worker only counts as
 * installed once everything is fetched, so its presence says both. Nothing is ever reloaded unasked.
 */
export class Offline {
  /** Whether the app is stored here, with the bundled model. */
  ready = $state(false);
  /** Whether a newer version is stored here, to be used after a reload. */
  newer = $state(false);

  readonly #host: Host | undefined;
  readonly #reload: () => void;
  readonly #wait: (milliseconds: number) => Promise<void>;
  #registration: Registration | null = null;
  #asked = false;
  #tries = 0;

  /** @param host undefined where there are no service workers. */
  constructor(host: Host | undefined, { reload, wait }: typeof system = system) {
    this.#host = host;
    this.#reload = reload;
    this.#wait = wait;
  }

  /** Begins to store the app, or finds that it is stored. */
  async start(): Promise<void> {
    if (!this.#host) return;
    let served = this.#host.controller !== null;
    this.#host.addEventListener('controllerchange', () => {
      // The very first worker serves this page as it is. Any later one took over because that was asked for, here or in
      // another tab.
      if (this.#asked) this.#reload();
      else if (served) this.newer = true;
      served = true;
    });
    await this.#register(this.#host);
  }

  /** Looks for a newer version, as the browser does whenever the page is opened. */
  async look(): Promise<void> {
    await this.#registration?.update().catch(() => undefined); // no network: no newer version
  }

  /** Lets the newer version take over, and then reloads the page. */
  takeOver(): void {
    this.#asked = true;
    const waiting = this.#registration?.waiting;
    if (waiting) waiting.postMessage('take over');
    else this.#reload(); // another tab has let it take over
  }

  async #register(host: Host): Promise<void> {
    try {
      // The script itself is never taken from the HTTP cache.
      const registration = await host.register(ownScript('./sw.js'), { updateViaCache: 'none' });
      this.#registration = registration;
      this.ready = registration.active !== null;
      this.newer ||= this.ready && registration.waiting !== null;
      registration.addEventListener('updatefound', () => this.#follow(host, registration.installing));
      this.#follow(host, registration.installing ?? registration.waiting);
    } catch {
      // No network, no room, or not allowed here: the app works without it, and the next visit tries again.
    }
  }

  #follow(host: Host, worker: Worker | null): void {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'activated') this.ready = true;
      else if (worker.state === 'installed' && this.ready) this.newer = true;
      else if (worker.state === 'redundant' && !this.ready) void this.#again(host);
    });
  }

  /** Tries again after a failure. What was fetched is kept, and the rest is fetched. */
  async #again(host: Host): Promise<void> {
    if (++this.#tries >= TRIES) return;
    await this.#wait(15_000 * 2 ** this.#tries);
    await this.#register(host);
  }
}
