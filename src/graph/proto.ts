/**
 * Protocol-buffer bytes, as much of the format as an ONNX model needs.
 * https://protobuf.dev/programming-guides/encoding/
 */

/** A message in the making; fields are appended in the order they are written. */
export class Message {
  /** Most messages are no larger, and up to this size V8 makes arrays cheaply. */
  #bytes = new Uint8Array(64);
  #length = 0;

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  #varint(value: number | bigint): void {
    this.#reserve(10);
    if (value >= 0 && value < 2 ** 31) {
      let rest = Number(value);
      for (; rest > 127; rest >>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
      this.#bytes[this.#length++] = rest;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value)); // negatives take ten bytes, as int64 does
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  /** int32, int64, bool or enum. */
  int(field: number, value: number | bigint): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint((field << 3) | 5);
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** @param value of names, which are ASCII in practice; anything else is written as proper UTF-8. */
  text(field: number, value: string): this {
    if (!isAscii(value)) return this.bytes(field, Uint8Array.from(utf8(value)));
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) this.#bytes[this.#length++] = value.charCodeAt(i);
    return this;
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.done());
  }

  /** The bytes so far (a view; write nothing more while holding it). */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** TextEncoder is the browser's, which the graph does not know. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const c = char.codePointAt(0)!; // a character of a string always has a code point
    if (c < 0x80) bytes.push(c);
    else if (c < 0x800) bytes.push(0xc0 | (c >> 6), 0x80 | (c & 63));
    else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    else bytes.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
  }
  return bytes;
}
