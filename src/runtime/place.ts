/** Where nets are: on a device of their own, or together with others. */
import type { InferenceSession } from 'onnxruntime-web';
import { watched, type Watch } from './failures';

/** Opens a GPU device of its own for a net, or nothing on the wasm backend. */
export type OpenDevice = () => Promise<GPUDevice | null>;

/**
 * A device and the sessions on it; or a session on the wasm backend. ONNX Runtime gives memory of a device back with the last
 * session on it, and not before: so all leave together.
 */
export class Place {
  readonly device: GPUDevice | null;
  readonly watch: Watch;
  readonly #sessions: InferenceSession[] = [];
  #isOpen = true;

  constructor(device: GPUDevice | null) {
    this.device = device;
    this.watch = device ? watched(device) : (work) => work();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  add(session: InferenceSession): void {
    this.#sessions.push(session);
  }

  /** Frees all that is there. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      for (const session of this.#sessions) await session.release();
    } finally {
      this.device?.destroy();
    }
  }
}

/** A device for nets that hand numbers to each other. Where one of them leaves it, all do, and the next opens another. */
export class SharedDevice {
  readonly #openDevice: OpenDevice;
  #place: Place | null = null;

  constructor(openDevice: OpenDevice) {
    this.#openDevice = openDevice;
  }

  /** Asked by one net at a time. On the wasm backend nothing is shared. */
  async place(): Promise<Place> {
    if (!this.#place?.isOpen || !this.#place.device) this.#place = new Place(await this.#openDevice());
    return this.#place;
  }
}
