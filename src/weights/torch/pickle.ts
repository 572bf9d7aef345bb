/**
 * Python's pickles, so far as they hold tensors and nothing else.
 *
 * A pickle is a program for a small stack machine, and one of its opcodes calls whatever function the pickle names: that is
 * how a model can hide a virus. Here no name is ever looked up and nothing is ever called. The machine knows the opcodes
 * that build numbers, texts, tuples, lists and dicts, and a closed list of names (`pickled.ts`), each of which makes a
 * plain record of its arguments; every other opcode and every other name ends the reading. What comes out is data that this file
 * made, whatever the pickle says. Time and memory are bounded by the pickle's length: no opcode repeats or copies what
 * others made, values are shared by reference and never walked in depth, and of containers there are so many at most.
 */
import { tuple } from '../../checked';
import { DrobeError } from '../../errors';
import { called, nameOf, Note, storageOf, Tuple, type Storage } from './pickled';

/** Bytes; a full checkpoint's has half a megabyte. */
export const MOST_PICKLE = 2 ** 23;
/** As many values may be put aside to be had again: ten thousand tensors need a hundred thousand. */
const MOST_PUT = 2 ** 20;
/** As many tuples, lists and dicts may there be: ten thousand tensors need fifty thousand. */
const MOST_CONTAINERS = 2 ** 18;
const HIGHEST_PROTOCOL = 5;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Stands on the stack where a tuple or a list of items begins. */
const MARK = Symbol('mark');

const bad = (reason: string) => new DrobeError('bad-pickle', { reason });

/** What a pickle holds. */
export interface Unpickled {
  readonly value: unknown;
  /** Every storage that it speaks of, by its key. */
  readonly storages: ReadonlyMap<unknown, Storage>;
  /** Where it ends among the bytes. */
  readonly end: number;
}

/**
 * Reads the pickle that begins at `at`.
 * @throws DrobeError 'bad-pickle', and 'pickle-asks' with what it wants to be run.
 */
export function unpickle(bytes: Uint8Array, at = 0): Unpickled {
  return new Machine(bytes, at).run();
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  readonly #storages = new Map<unknown, Storage>();
  #containers = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Unpickled {
    for (;;) {
      const opcode = this.#bytes[this.#take(1)]!;
      if (opcode === 0x2e) return { value: this.#pop(), storages: this.#storages, end: this.#at }; // STOP
      const run = OPCODES.get(opcode);
      if (!run) throw new DrobeError('pickle-asks', { name: `the opcode ${shownCode(opcode)}` });
      run(this);
    }
  }

  /** Passes over so many bytes, and gives where they begin. */
  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length) throw bad('it ends in the middle');
    this.#at += bytes;
    return at;
  }

  uint8 = (): number => this.#view.getUint8(this.#take(1));
  uint16 = (): number => this.#view.getUint16(this.#take(2), true);
  int32 = (): number => this.#view.getInt32(this.#take(4), true);
  uint32 = (): number => this.#view.getUint32(this.#take(4), true);
  float64 = (): number => this.#view.getFloat64(this.#take(8));

  /** A whole number of so many bytes, the lowest first. */
  long(bytes: number): number {
    if (bytes > 8) throw bad('a number above 2^53');
    let value = 0n;
    for (let i = 0; i < bytes; i++) value |= BigInt(this.uint8()) << BigInt(8 * i);
    const signed = Number(BigInt.asIntN(8 * bytes, value));
    if (!Number.isSafeInteger(signed)) throw bad('a number above 2^53');
    return signed;
  }

  text(bytes: number): string {
    const begin = this.#take(bytes);
    try {
      return utf8.decode(this.#bytes.subarray(begin, begin + bytes));
    } catch (cause) {
      throw new DrobeError('bad-pickle', { reason: 'a text that is not UTF-8' }, { cause });
    }
  }

  /** Up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw bad('it ends in the middle');
    const line = this.text(end - this.#at);
    this.#take(1);
    return line;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  /** Pushes a tuple, a list or a dict. */
  pushNew(container: Tuple | unknown[] | Map<unknown, unknown>): void {
    if (++this.#containers > MOST_CONTAINERS) throw bad('it has too many parts');
    this.#stack.push(container);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw bad('it takes what is not there');
    const value = this.#stack.pop();
    if (value === MARK) throw bad('it takes what is not there');
    return value;
  }

  /** The topmost values, the last one last. */
  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  /** Everything above the topmost mark, and the mark. */
  popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw bad('it takes what is not there');
    return this.#stack.splice(mark).slice(1);
  }

  /** The topmost value, which stays. */
  top(): unknown {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  put(place: number): void {
    this.#memo.set(place, this.top());
    if (this.#memo.size > MOST_PUT) throw bad('it has too many parts');
  }

  putNext(): void {
    this.put(this.#memo.size);
  }

  get(place: number): void {
    if (!this.#memo.has(place)) throw bad('it asks for what it never made');
    this.#stack.push(this.#memo.get(place));
  }

  /** Sets keys and values of the topmost value, a dict. */
  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) throw bad('keys of what is no dict');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw bad('items of what is no list');
    for (const item of items) list.push(item);
  }

  /** What a storage is called outside of the pickle: the only thing there that it may refer to. */
  persistent(): void {
    const storage = storageOf(this.#pop());
    const known = this.#storages.get(storage.key) ?? storage;
    if (storage.dtype !== known.dtype || storage.count !== known.count) throw bad('numbers of two kinds');
    this.#storages.set(storage.key, known);
    this.#stack.push(known);
  }

  name(module: unknown, name: unknown): void {
    this.#stack.push(nameOf(module, name));
  }

  call(): void {
    const [callee, args] = this.popMany(2);
    const made = called(callee, args);
    if (made instanceof Map) this.pushNew(made as Map<unknown, unknown>);
    else this.#stack.push(made);
  }

  /** Of what is to be set on a dict its parameters become items; the rest (torch notes versions there) is passed over. */
  build(): void {
    const state = this.#pop();
    const top = this.top();
    if (top instanceof Note) return;
    if (!(top instanceof Map)) throw bad('it sets what cannot be set');
    const parameters: unknown = state instanceof Map ? state.get('_parameters') : undefined;
    if (parameters instanceof Map && parameters !== top)
      for (const [key, value] of parameters) top.set(key, value);
  }
}

/** Opcodes as pickletools names them; a protocol of 2 is torch's own, the higher ones' are a few more. */
const OPCODES: ReadonlyMap<number, (machine: Machine) => void> = new Map<number, (machine: Machine) => void>([
  [0x80, (m) => protocol(m.uint8())], // PROTO
  [0x95, (m) => void m.float64()], // FRAME: its length, which says nothing new
  [0x28, (m) => m.push(MARK)], // MARK
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4b, (m) => m.push(m.uint8())], // BININT1
  [0x4d, (m) => m.push(m.uint16())], // BININT2
  [0x4a, (m) => m.push(m.int32())], // BININT
  [0x8a, (m) => m.push(m.long(m.uint8()))], // LONG1
  [0x47, (m) => m.push(m.float64())], // BINFLOAT
  [0x58, (m) => m.push(m.text(m.uint32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.text(m.uint8()))], // SHORT_BINUNICODE
  [0x29, (m) => m.pushNew(new Tuple([]))], // EMPTY_TUPLE
  [0x85, (m) => m.pushNew(new Tuple(m.popMany(1)))], // TUPLE1
  [0x86, (m) => m.pushNew(new Tuple(m.popMany(2)))], // TUPLE2
  [0x87, (m) => m.pushNew(new Tuple(m.popMany(3)))], // TUPLE3
  [0x74, (m) => m.pushNew(new Tuple(m.popToMark()))], // TUPLE
  [0x5d, (m) => m.pushNew([])], // EMPTY_LIST
  [0x61, (m) => m.append(m.popMany(1))], // APPEND
  [0x65, (m) => m.append(m.popToMark())], // APPENDS
  [0x7d, (m) => m.pushNew(new Map())], // EMPTY_DICT
  [0x73, (m) => m.setItems(m.popMany(2))], // SETITEM
  [0x75, (m) => m.setItems(m.popToMark())], // SETITEMS
  [0x71, (m) => m.put(m.uint8())], // BINPUT
  [0x72, (m) => m.put(m.uint32())], // LONG_BINPUT
  [0x94, (m) => m.putNext()], // MEMOIZE
  [0x68, (m) => m.get(m.uint8())], // BINGET
  [0x6a, (m) => m.get(m.uint32())], // LONG_BINGET
  [0x51, (m) => m.persistent()], // BINPERSID
  [0x63, (m) => m.name(m.line(), m.line())], // GLOBAL
  [0x93, (m) => m.name(...tuple(m.popMany(2), 2))], // STACK_GLOBAL
  [0x52, (m) => m.call()], // REDUCE
  [0x81, (m) => m.call()], // NEWOBJ: as if its class were called
  [0x62, (m) => m.build()], // BUILD
]);

function protocol(version: number): void {
  if (version > HIGHEST_PROTOCOL) throw bad(`a pickle of protocol ${version}`);
}

const shownCode = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;
