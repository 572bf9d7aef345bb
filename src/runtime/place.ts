/** Where nets run: on a device of their own, or on one they share. */
import type { InferenceSession } from 'onnxruntime-web';
import { watched, type Watch } from './failures';

/** Opens a GPU device of its own for a net, or nothing on the wasm backend. */
export type OpenDevice = () => Promise<GPUDevice | null>;

/**
 * A device and the sessions on it; or a session on the wasm backend. ONNX Runtime frees a device's memory only with the
 * last session on it, so all are closed together.
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

  /** Closes all sessions there. */
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

/**
 * A device for nets that pass values to each other. When one of them is closed, all are, and the next opens another device.
 */
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
