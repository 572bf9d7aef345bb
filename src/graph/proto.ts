/**
 * Protocol-buffer bytes, as much of the format as an ONNX model needs.
 * https://protobuf.dev/programming-guides/encoding/
 */

import { defined } from '../checked';

/** What stands in a message, one after the other: varints, ASCII, bytes as they are, other messages. */
type Part = number | bigint | string | Uint8Array | Message;

/**
 * A message in the making; fields are appended in the order they are written. Nothing is copied before all is there: an ONNX
 * graph is ten thousand messages within each other.
 */
export class Message {
  readonly #parts: Part[] = [];
  #length = 0;

  #varint(value: number | bigint): void {
    // Negatives take ten bytes, as int64 does.
    const part = value >= 0 && value < 2 ** 31 ? Number(value) : BigInt.asUintN(64, BigInt(value));
    this.#parts.push(part);
    this.#length += sizeOf(part);
  }

  #put(field: number, part: string | Uint8Array | Message, length: number): this {
    this.#varint((field << 3) | 2);
    this.#varint(length);
    this.#parts.push(part);
    this.#length += length;
    return this;
  }

  /** int32, int64, bool or enum. */
  int(field: number, value: number | bigint): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint((field << 3) | 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(bytes);
    this.#length += 4;
    return this;
  }

  /** @param value which stays as it is until the message is done. */
  bytes(field: number, value: Uint8Array): this {
    return this.#put(field, value, value.length);
  }

  /** @param value of names, which are ASCII in practice; anything else is written as proper UTF-8. */
  text(field: number, value: string): this {
    if (!isAscii(value)) return this.bytes(field, Uint8Array.from(utf8(value)));
    return this.#put(field, value, value.length);
  }

  /** @param value to which nothing more is written. */
  message(field: number, value: Message): this {
    return this.#put(field, value, value.#length);
  }

  /** All of its bytes. */
  done(): Uint8Array {
    const out = new Uint8Array(this.#length);
    this.#write(out, 0);
    return out;
  }

  /** Gives where it ends. */
  #write(out: Uint8Array, begin: number): number {
    let at = begin;
    for (const part of this.#parts) {
      if (typeof part === 'number') {
        let rest = part;
        for (; rest > 127; rest >>= 7) out[at++] = (rest & 127) | 128;
        out[at++] = rest;
      } else if (typeof part === 'string') {
        for (let i = 0; i < part.length; i++) out[at++] = part.charCodeAt(i);
      } else if (part instanceof Message) at = part.#write(out, at);
      else if (typeof part === 'bigint') {
        let rest = part;
        for (; rest > 127n; rest >>= 7n) out[at++] = Number(rest & 127n) | 128;
        out[at++] = Number(rest);
      } else {
        out.set(part, at);
        at += part.length;
      }
    }
    return at;
  }
}

/** Bytes of a varint: seven bits in each. */
function sizeOf(value: number | bigint): number {
  let size = 1;
  if (typeof value === 'number') for (let rest = value >> 7; rest > 0; rest >>= 7) size++;
  else for (let rest = value >> 7n; rest > 0n; rest >>= 7n) size++;
  return size;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** TextEncoder is the browser's, which the graph does not know. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const c = defined(char.codePointAt(0));
    if (c < 0x80) bytes.push(c);
    else if (c < 0x800) bytes.push(0xc0 | (c >> 6), 0x80 | (c & 63));
    else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    else bytes.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
  }
  return bytes;
}
