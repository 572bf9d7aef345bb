const NAME = 'drobe-engine';

/** Milliseconds to keep the turn after a picture: the next one of the same batch begins within them. */
const GRACE = 300;

/** Milliseconds after which a waiting tab asks again. */
const ASK = 1000;

/** Takes turns with other tabs: one engine at a time has nets on the device. Two might not fit, and would be slow. */
export class Turn {
  readonly #giveUp: () => Promise<void>;
  readonly #channel = new BroadcastChannel(NAME);
  #release: (() => void) | null = null;
  #busy = false;

  /** @param giveUp frees what this engine has on the device. It may have to load it again. */
  constructor(giveUp: () => Promise<void>) {
    this.#giveUp = giveUp;
    this.#channel.onmessage = () => void this.#giveWay();
  }

  /**
   * Waits until no other tab draws. What is on the device stays there between turns, until another tab wants to draw.
   * @param onWait told when another tab has the turn.
   * @throws AbortError
   */
  async take(signal: AbortSignal, onWait: () => void): Promise<void> {
    this.#busy = true;
    const locks = lockManager();
    if (this.#release || !locks) return;
    this.#release = await held(locks, { ifAvailable: true });
    if (this.#release) return;
    onWait();
    const turn = held(locks, { signal });
    // Repeatedly: the other tab may hear of it before the browser lists us as waiting.
    const asking = setInterval(() => this.#channel.postMessage('wanted'), ASK);
    this.#channel.postMessage('wanted');
    this.#release = await turn.finally(() => clearInterval(asking));
  }

  /** Ends the turn, soon, if another tab wants it. */
  end(): void {
    this.#busy = false;
    setTimeout(() => void this.#giveWay(), GRACE);
  }

  async #giveWay(): Promise<void> {
    const { pending = [] } = (await lockManager()?.query()) ?? {};
    const release = this.#release;
    if (this.#busy || !release || !pending.some(({ name }) => name === NAME)) return;
    this.#release = null; // the next picture here will wait
    await this.#giveUp().finally(release);
  }
}

/** @returns the function that releases the lock; null where it was asked for only if available, and is not. */
function held(locks: LockManager, options: LockOptions): Promise<(() => void) | null> {
  return new Promise((taken, failed) => {
    const work = (lock: Lock | null): Promise<void> | undefined => {
      if (lock) return new Promise(taken);
      taken(null);
    };
    locks.request(NAME, options, work).catch(failed);
  });
}

// Missing outside secure contexts, whatever the types say: there, nobody waits.
const lockManager = (): LockManager | undefined => navigator.locks;
