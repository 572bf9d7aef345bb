/** The memory in which a tensor's pieces are put together for ONNX Runtime. */

/** Calls `put` with each piece of a tensor, in order. */
export type Fill = (put: (piece: Uint8Array<ArrayBuffer>) => void) => void;

export interface Passage {
  /** A tensor of `length` bytes. It is valid until the next one is taken. */
  readonly take: (fill: Fill, length: number) => Uint8Array;
  /** Frees the memory. */
  readonly close: () => void;
}

/**
 * The same bytes, again and again: ONNX Runtime copies each tensor before it asks for the next.
 * @param most bytes of a tensor.
 */
export function passageInMemory(most: number): Passage {
  const bytes = new Uint8Array(most);
  return {
    take(fill, length) {
      putTogether(fill, bytes);
      return bytes.subarray(0, length);
    },
    close: () => free(bytes),
  };
}

/** GPUBufferUsage.MAP_WRITE and COPY_SRC; the constants are not everywhere where devices are. */
const STAGING = 0x2 | 0x4;

/**
 * Memory that the tab and the device share. For each tensor ONNX Runtime creates a mapped buffer, copies the tensor into
 * it, and has the device copy it to its place; here it is given the buffer that contains the tensor already, which saves
 * the first copy. If it asks for another kind of buffer, or none, it copies as usual.
 */
export function passageTo(device: GPUDevice): Passage {
  let ready: GPUBuffer | null = null;
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    if (!descriptor.mappedAtCreation || descriptor.size !== ready?.size) return createBuffer(descriptor);
    const buffer = ready;
    ready = null; // ONNX Runtime destroys it
    return buffer;
  };
  const drop = (): void => {
    ready?.destroy();
    ready = null;
  };
  return {
    take(fill, length) {
      drop();
      const size = 16 * Math.ceil(length / 16); // as ONNX Runtime rounds
      ready = createBuffer({ size, usage: STAGING, mappedAtCreation: true });
      const range = ready.getMappedRange();
      ready.getMappedRange = () => range; // a mapped range can be asked for only once
      const bytes = new Uint8Array(range, 0, length);
      putTogether(fill, bytes);
      return bytes;
    },
    close() {
      drop();
      device.createBuffer = createBuffer;
    },
  };
}

function putTogether(fill: Fill, bytes: Uint8Array): void {
  let at = 0;
  fill((piece) => {
    bytes.set(piece, at);
    at += piece.length;
  });
}

/** Frees memory at once. The garbage collector might leave it for minutes while a net runs. */
export function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  if ('transfer' in ArrayBuffer.prototype) buffer.transfer(0);
  else structuredClone(null, { transfer: [buffer] }); // Node 20
}
