/** So many Blobs are read as one stream. More would cost as much again wherever one of them cannot be read. */
const TOGETHER = 32;

/** Reads Blobs one after another into the same memory: with memory of its own for each, reading takes more than twice as long. */
export class Reading {
  readonly #blobs: readonly Blob[];
  /** How many were asked for. */
  #asked = 0;
  #room = new ArrayBuffer(0);
  #stream: ReadableStreamBYOBReader | null = null;
  /** The number of the first Blob that is not in the stream. */
  #end = 0;

  constructor(blobs: readonly Blob[]) {
    this.#blobs = blobs;
  }

  /** The next one's bytes, valid until the one after it is asked for. Where they cannot be read it throws, and can go on. */
  async next(): Promise<Uint8Array<ArrayBuffer>> {
    const n = this.#asked++;
    const blob = this.#blobs[n]!; // the caller knows how many there are
    try {
      return await this.#streamed(n, blob.size);
    } catch {
      // A stream breaks off somewhere before what cannot be read, and those of older browsers fill no given memory.
      await this.close();
      return new Uint8Array(await blob.arrayBuffer());
    }
  }

  async close(): Promise<void> {
    await this.#stream?.cancel().catch(() => undefined);
    this.#stream = null;
  }

  async #streamed(n: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (n >= this.#end) await this.close();
    this.#stream ??= this.#streamFrom(n);
    // Where a stream broke off, the memory that it was to fill is gone.
    if (this.#room.byteLength < bytes) this.#room = new ArrayBuffer(this.#mostFrom(n));
    for (let at = 0; at < bytes;) {
      const { value } = await this.#stream.read(new Uint8Array(this.#room, at, bytes - at));
      if (!value?.length) throw new RangeError(`it ends ${bytes - at} bytes early`);
      this.#room = value.buffer;
      at += value.length;
    }
    return new Uint8Array(this.#room, 0, bytes);
  }

  #streamFrom(n: number): ReadableStreamBYOBReader {
    this.#end = n + TOGETHER;
    return new Blob(this.#blobs.slice(n, this.#end)).stream().getReader({ mode: 'byob' });
  }

  /** Bytes of the largest one. */
  #mostFrom(n: number): number {
    return this.#blobs.slice(n).reduce((most, { size }) => Math.max(most, size), 0);
  }
}
