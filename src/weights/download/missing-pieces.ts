/** The pieces of a file that are still to come, and how they are put together from what arrives. */
import type { RemoteFile } from './remote';

/** A file on a server, as it was when it was first looked at. */
export interface RemoteRef extends Pick<RemoteFile, 'tag' | 'ranged'> {
  readonly url: string;
  readonly bytes: number;
}

/** A piece that is missing: the n-th of a model, from `begin` to before `end` in the file. */
export interface Wish {
  readonly n: number;
  readonly begin: number;
  readonly end: number;
  /** Its first bytes, where they have arrived before. */
  readonly have?: Uint8Array<ArrayBuffer>;
}

/** Pieces of one file, in its order. */
export interface Order {
  readonly file: RemoteRef;
  readonly wishes: readonly Wish[];
  /** A checksum decides in the end whether it is the right file: another tag from the server is no sign of a change then. */
  readonly proven: boolean;
}

/** A piece that is complete: the n-th of its model. */
export interface ArrivedPiece {
  readonly n: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of a piece that is not complete yet; `at` is where they begin in the piece. */
export interface Begun extends ArrivedPiece {
  readonly at: number;
}

/** What one request asks for, unless a single piece is larger. */
const SPAN_BYTES = 2 ** 24;

/** What is still to come of a file. Complete pieces leave it. */
export class MissingPieces {
  readonly file: RemoteRef;
  readonly proven: boolean;
  readonly #left: Wish[];
  /** The first piece, as far as it has arrived: a connection may break more often than a piece is long. */
  #piece: Uint8Array<ArrayBuffer> | null = null;
  #filled = 0;
  /** How much of it was given out by `begun`. */
  #kept = 0;

  constructor({ file, proven, wishes }: Order) {
    this.file = file;
    this.proven = proven;
    this.#left = [...wishes];
  }

  get isEmpty(): boolean {
    return this.#left.length === 0;
  }

  /** How many there are in all. */
  get bytes(): number {
    return this.#left.reduce((sum, { begin, end }) => sum + end - begin, -this.#filled);
  }

  /** Where in the file the first missing byte lies, and where the first piece and the last one end; null where none is missing. */
  get bounds(): { readonly begin: number; readonly firstEnd: number; readonly end: number } | null {
    const [first] = this.#left;
    const last = this.#left.at(-1);
    if (!first || !last) return null;
    this.#first(first);
    return { begin: first.begin + this.#filled, firstEnd: first.end, end: last.end };
  }

  /**
   * Takes what it can use of these bytes of the file.
   * @param at where in the file they begin.
   * @returns how many were new, and the piece that they completed, if they did; `rest` are the bytes behind that.
   */
  fill(
    bytes: Uint8Array<ArrayBuffer>,
    at: number,
  ): {
    readonly taken: number;
    readonly complete: ArrivedPiece | null;
    readonly rest: Uint8Array<ArrayBuffer>;
  } {
    const nothing = { taken: 0, complete: null, rest: bytes.subarray(bytes.length) };
    const [wish] = this.#left;
    if (!wish) return nothing;
    const piece = this.#first(wish);
    const skipped = Math.max(0, wish.begin + this.#filled - at);
    const part = bytes.subarray(skipped, skipped + piece.length - this.#filled);
    piece.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled < piece.length) return { ...nothing, taken: part.length };
    this.#left.shift();
    this.#piece = null;
    this.#filled = 0;
    const rest = bytes.subarray(skipped + part.length);
    return { taken: part.length, complete: { n: wish.n, bytes: piece }, rest };
  }

  /** What has arrived of the first piece since this was asked last. */
  begun(): Begun | null {
    const [wish] = this.#left;
    if (!wish || !this.#piece || this.#filled === this.#kept) return null;
    const at = this.#kept;
    this.#kept = this.#filled;
    return { n: wish.n, at, bytes: this.#piece.slice(at, this.#filled) };
  }

  /** All that is missing, each piece with what there is of it. */
  get wishes(): Wish[] {
    const [first, ...others] = this.#left;
    if (!first || !this.#piece) return [...this.#left];
    return [{ ...first, have: this.#piece.subarray(0, this.#filled) }, ...others];
  }

  /** The first piece, with what there is of it. */
  #first({ begin, end, have }: Wish): Uint8Array<ArrayBuffer> {
    if (this.#piece) return this.#piece;
    this.#piece = new Uint8Array(end - begin);
    this.#piece.set(have ?? []);
    this.#filled = this.#kept = have?.length ?? 0;
    return this.#piece;
  }
}

/** One for each request: pieces that lie one after another are asked for together. */
export function inSpans({ wishes, ...order }: Order): MissingPieces[] {
  const spans: Wish[][] = [];
  for (const wish of wishes) {
    const open = spans.at(-1);
    const follows = open?.at(-1)?.end === wish.begin && !wish.have;
    if (open && follows && wish.end - open[0]!.begin <= SPAN_BYTES) open.push(wish);
    else spans.push([wish]);
  }
  return spans.map((span) => new MissingPieces({ ...order, wishes: span }));
}

/** One for each file, of what is left of several. */
export function byFile(all: readonly MissingPieces[]): MissingPieces[] {
  const orders = new Map<RemoteRef, Order & { readonly wishes: Wish[] }>();
  for (const { file, proven, wishes } of all) {
    const order = orders.get(file) ?? { file, proven, wishes: [] };
    orders.set(file, order);
    order.wishes.push(...wishes);
  }
  return [...orders.values()].map(
    (order) => new MissingPieces({ ...order, wishes: order.wishes.toSorted((a, b) => a.begin - b.begin) }),
  );
}
