import type { DeviceInfo, EngineApi, Job, Parts } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import type { UsableModel } from '../models/entries';
import type { Inputs } from '../paint/inputs';
import type { Settings } from '../settings/settings';

/** Milliseconds to wait after the last change. */
const PAUSE = 1500;

/** Largest model, in bytes, that is opened ahead on the CPU too, once there is a prompt: it takes a core a few seconds. */
const SMALL = 64 * 2 ** 20;

/** Identifies the nets that a text-to-image run needs, and their sizes; empty where they are not to be opened ahead. */
export function netsAhead(
  { id, bytes, origin }: UsableModel,
  device: DeviceInfo | null,
  { prompt, width, height, guidance, sampler, like, clipSkip, hires, ...settings }: Settings,
  parts: Parts,
  { mode, controls = [], references = [] }: Pick<Inputs, 'mode' | 'controls' | 'references'>,
): string {
  if (mode !== 'text' || controls.length + references.length > 0) return '';
  // A large model would keep the CPU busy; a served one is only fetched when it is asked for.
  const onCard = origin === 'stored' && device?.backend === 'webgpu' && device.slow === null;
  const small = bytes <= SMALL && device?.backend === 'wasm' && prompt.trim() !== '';
  if (!onCard && !small) return '';
  const { rare, vae, taesd, decoder, tiling, backend } = settings;
  // Of samplers only CFG++ asks nets otherwise: what the negative prompt alone leads to, at any guidance.
  const size = [width, height, guidance > 1 || sampler.endsWith('CFG++'), like, clipSkip, hires];
  return JSON.stringify([id, backend, parts, size, rare.bits, vae, taesd, decoder, tiling]);
}

/** Opens the chosen model's nets while nothing is drawn, so that the first picture begins sooner. */
export class Readiness {
  /** Whether nets are being opened. */
  inWork = $state(false);
  readonly #engine: Remote<EngineApi>;
  readonly #spares: () => Promise<boolean>;
  /** The nets that are open. */
  #ready = '';
  /** Signal of the last attempt: one that was stopped before may end later. */
  #last: AbortSignal | null = null;

  /** @param spares whether to save power, as the battery is low. */
  constructor(engine: Remote<EngineApi>, spares: () => Promise<boolean>) {
    this.#engine = engine;
    this.#spares = spares;
  }

  /**
   * Begins in a moment, unless these nets are open already.
   * @param nets as `netsAhead` identifies them.
   * @returns a function that stops it.
   */
  for(nets: string, job: Job): () => void {
    const stop = new AbortController();
    const timer = setTimeout(() => void this.#begin(nets, job, stop.signal), PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }

  /** Notes that a run opened these nets. */
  opened(nets: string): void {
    this.#ready = nets;
  }

  async #begin(nets: string, job: Job, signal: AbortSignal): Promise<void> {
    const stopped = (): boolean => signal.aborted;
    if (nets === this.#ready || (await this.#spares()) || stopped()) return;
    this.#ready = ''; // the nets that were open give way
    this.#last = signal;
    this.inWork = true;
    try {
      for await (const _ of this.#engine.prepare(signal, job));
    } catch {
      // The next picture will say what is wrong; until then it is not tried again.
    } finally {
      if (this.#last === signal) this.inWork = false;
      if (!stopped()) this.#ready = nets;
    }
  }
}
