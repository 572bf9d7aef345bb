/** The chosen model is got ready while nothing is drawn, so that the first picture begins sooner. */
import type { DeviceInfo, EngineApi, Job, Parts } from '../../engine/api';
import type { Remote } from '../../engine/rpc';
import type { UsableModel } from '../models/entries';
import type { Desk } from '../paint/desk';
import type { Settings } from '../settings/settings';

/** Milliseconds without a change after which it begins. */
const PAUSE = 1500;

/** Up to so many bytes a model is got ready on the CPU, too, once there is a prompt: that takes a core a few seconds. */
const SMALL = 64 * 2 ** 20;

/** What tells the nets of a picture from words, and their sizes, from others; empty where they are not opened ahead. */
export function netsAhead(
  { id, bytes, origin }: UsableModel,
  device: DeviceInfo | null,
  { prompt, width, height, guidance, sampler, like, clipSkip, hires, ...settings }: Settings,
  parts: Parts,
  { mode, controls = [], references = [] }: Pick<Desk, 'mode' | 'controls' | 'references'>,
): string {
  if (mode !== 'text' || controls.length + references.length > 0) return '';
  // Others would keep the processor busy; and what is served, and large, is fetched when it is asked for.
  const onCard = origin === 'stored' && device?.backend === 'webgpu' && device.slow === null;
  const small = bytes <= SMALL && device?.backend === 'wasm' && prompt.trim() !== '';
  if (!onCard && !small) return '';
  const { rare, vae, taesd, decoder, tiling, backend } = settings;
  // Of samplers only CFG++ asks nets otherwise: what the negative prompt alone leads to, at any guidance.
  const size = [width, height, guidance > 1 || sampler.endsWith('CFG++'), like, clipSkip, hires];
  return JSON.stringify([id, backend, parts, size, rare.bits, vae, taesd, decoder, tiling]);
}

export class Readiness {
  /** Whether that is in work. */
  inWork = $state(false);
  readonly #engine: Remote<EngineApi>;
  readonly #spares: () => Promise<boolean>;
  /** What is ready. */
  #ready = '';
  /** Of what was begun last: what was broken off before may end later. */
  #last: AbortSignal | null = null;

  /** @param spares whether the device is to be spared: its battery is low. */
  constructor(engine: Remote<EngineApi>, spares: () => Promise<boolean>) {
    this.#engine = engine;
    this.#spares = spares;
  }

  /**
   * Begins in a moment, unless it is ready already.
   * @param nets what tells the nets of this job, and their sizes, from those of others.
   * @returns what breaks it off.
   */
  for(nets: string, job: Job): () => void {
    const stop = new AbortController();
    const timer = setTimeout(() => void this.#begin(nets, job, stop.signal), PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }

  /** A run has these nets opened. */
  opened(nets: string): void {
    this.#ready = nets;
  }

  async #begin(nets: string, job: Job, signal: AbortSignal): Promise<void> {
    const stopped = (): boolean => signal.aborted;
    if (nets === this.#ready || (await this.#spares()) || stopped()) return;
    this.#ready = ''; // others give way
    this.#last = signal;
    this.inWork = true;
    try {
      for await (const _ of this.#engine.prepare(signal, job));
    } catch {
      // A picture will tell what is wrong; it is not tried again before.
    } finally {
      if (this.#last === signal) this.inWork = false;
      if (!stopped()) this.#ready = nets;
    }
  }
}
