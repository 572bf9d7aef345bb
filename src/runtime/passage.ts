/** The bytes that a tensor's pieces are put together in, for ONNX Runtime to take. */

/** Calls back with all pieces of a tensor, one after the other. */
export type Fill = (put: (piece: Uint8Array<ArrayBuffer>) => void) => void;

export interface Passage {
  /** Gives a tensor of so many bytes, until the next one is taken. */
  readonly take: (fill: Fill, length: number) => Uint8Array;
  /** Frees what tensors went through. */
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
 * Memory that the tab and the device share. ONNX Runtime makes a buffer there for each tensor, copies the tensor into it, and
 * has it copied on to its place: it is given the buffer in which the tensor stands already. Where it asks for another one,
 * or for none, it copies what it was given as ever.
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
      ready.getMappedRange = () => range; // nobody gets it twice otherwise
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

/** Gives memory back at once. Left to the garbage collector it may stay for minutes, while a net runs. */
export function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  if ('transfer' in ArrayBuffer.prototype) buffer.transfer(0);
  else structuredClone(null, { transfer: [buffer] }); // Node 20
}
