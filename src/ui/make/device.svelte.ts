import type { Backend, DeviceInfo, EngineApi } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import type { Persisted } from '../settings/persisted.svelte';
import type { Settings } from '../settings/settings';

/** Where nets run. */
export class Device {
  /** Null until it is known. */
  current = $state.raw<DeviceInfo | null>(null);
  /** Whether there was a graphics card in this visit, and it is gone. */
  lostCard = $state(false);
  readonly #engine: Remote<EngineApi>;
  readonly #settings: Persisted<Settings>;
  #hadCard = false;
  /** It may be asked again before the answer is there: the last answer counts. */
  #asking = new AbortController();

  constructor(engine: Remote<EngineApi>, settings: Persisted<Settings>) {
    this.#engine = engine;
    this.#settings = settings;
  }

  /** Asks the engine. After a failure it stays unknown: the first call that needs it will say what is wrong. */
  async ask(): Promise<void> {
    this.#asking.abort();
    const { signal } = (this.#asking = new AbortController());
    this.current = null;
    try {
      const { value } = await this.#engine.device(signal, this.#settings.current.backend).next();
      if (signal.aborted) return;
      this.current = value;
      this.lostCard = this.#hadCard && value.slow === 'no-gpu';
      this.#hadCard ||= value.backend === 'webgpu';
    } catch {
      // See above.
    }
  }

  /** Chooses where nets run from now on. */
  async runOn(backend: Backend): Promise<void> {
    this.#settings.current.backend = backend;
    await this.ask();
  }
}
