import type { Rect, Size } from './crop';
import type { Mask } from './pixels';

/** Changes are remembered in square tiles with this many pixels a side. */
const TILE = 128;

/** The oldest changes are forgotten once the history takes more. */
const HISTORY_BYTES = 256 * 2 ** 20;

/** A tile's bytes, or one number if all are equal. */
type Tile = number | Uint8Array;

/** What the tiles that an edit changed held before it. */
type Edit = Map<number, Tile>;

/** A mask that is being edited: every change can be undone, byte for byte. */
export class Sheet implements Mask {
  readonly width: number;
  readonly height: number;
  readonly alpha: Uint8Array<ArrayBuffer>;
  readonly #columns: number;
  readonly #most: number;
  #open: Edit | null = null;
  #done: Edit[] = [];
  #undone: Edit[] = [];
  #edits = 0;

  /** @param most bytes of history. */
  constructor({ width, height }: Size, most = HISTORY_BYTES) {
    this.width = width;
    this.height = height;
    this.alpha = new Uint8Array(width * height);
    this.#columns = Math.ceil(width / TILE);
    this.#most = most;
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** How many edits were ever made; undo does not count. */
  get edits(): number {
    return this.#edits;
  }

  /** Bytes that mask and history take. */
  get bytes(): number {
    return [...this.#done, ...this.#undone].reduce((sum, edit) => sum + bytesOf(edit), this.alpha.length);
  }

  /** Forgets what could be redone. */
  forgetUndone(): void {
    this.#undone = [];
  }

  /**
   * Changes pixels inside `rect`. All changes from one `commit` to the next are one edit.
   * @param change is given each pixel's position, its value, and its value when the edit began; returns the new value.
   * @returns the part of `rect` that lies on the sheet; null where none does.
   */
  change(rect: Rect, change: (x: number, y: number, now: number, before: number) => number): Rect | null {
    const part = clip(rect, this);
    if (!part) return null;
    const edit = (this.#open ??= new Map<number, Tile>());
    for (const index of this.#tilesIn(part)) {
      const tile = this.#rectOf(index);
      let before = edit.get(index);
      if (before === undefined) edit.set(index, (before = this.#read(index)));
      const [left, top] = [Math.max(part.x, tile.x), Math.max(part.y, tile.y)];
      const right = Math.min(part.x + part.width, tile.x + tile.width);
      const bottom = Math.min(part.y + part.height, tile.y + tile.height);
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = y * this.width + x;
          const was = typeof before === 'number' ? before : before[(y - tile.y) * tile.width + x - tile.x]!;
          this.alpha[at] = change(x, y, this.alpha[at]!, was); // inside the sheet
        }
      }
    }
    return part;
  }

  /** Ends the edit. One that changed nothing is not kept. */
  commit(): void {
    const edit = this.#open;
    this.#open = null;
    for (const [index, before] of edit ?? []) {
      if (same(before, this.#read(index))) edit!.delete(index); // it is being iterated
    }
    if (!edit?.size) return;
    this.#undone = [];
    this.#edits++;
    this.#done.push(edit);
    let bytes = this.#done.reduce((sum, one) => sum + bytesOf(one), 0);
    while (bytes > this.#most && this.#done.length > 1) bytes -= bytesOf(this.#done.shift()!);
  }

  /** Reverts the uncommitted edit. @returns the changed part. */
  cancel(): Rect | null {
    const edit = this.#open;
    this.#open = null;
    return edit && this.#swap(edit);
  }

  /** @returns the changed part; null where there is nothing to undo. */
  undo(): Rect | null {
    return this.#move(this.#done, this.#undone);
  }

  /** @returns the changed part; null where there is nothing to redo. */
  redo(): Rect | null {
    return this.#move(this.#undone, this.#done);
  }

  #move(from: Edit[], to: Edit[]): Rect | null {
    const edit = from.pop();
    if (!edit) return null;
    to.push(edit);
    return this.#swap(edit);
  }

  /** Swaps an edit's tiles with those of the sheet. */
  #swap(edit: Edit): Rect | null {
    let changed: Rect | null = null;
    for (const [index, tile] of edit) {
      edit.set(index, this.#read(index));
      this.#write(index, tile);
      changed = around(changed, this.#rectOf(index));
    }
    return changed;
  }

  *#tilesIn({ x, y, width, height }: Rect): Generator<number> {
    for (let row = Math.floor(y / TILE); row * TILE < y + height; row++) {
      for (let column = Math.floor(x / TILE); column * TILE < x + width; column++) {
        yield row * this.#columns + column;
      }
    }
  }

  #rectOf(index: number): Rect {
    const x = (index % this.#columns) * TILE;
    const y = Math.floor(index / this.#columns) * TILE;
    return { x, y, width: Math.min(TILE, this.width - x), height: Math.min(TILE, this.height - y) };
  }

  #read(index: number): Tile {
    const { x, y, width, height } = this.#rectOf(index);
    const bytes = new Uint8Array(width * height);
    for (let row = 0; row < height; row++) {
      const from = (y + row) * this.width + x;
      bytes.set(this.alpha.subarray(from, from + width), row * width);
    }
    return isEven(bytes) ? bytes[0]! : bytes; // a tile has pixels
  }

  #write(index: number, tile: Tile): void {
    const { x, y, width, height } = this.#rectOf(index);
    for (let row = 0; row < height; row++) {
      const to = (y + row) * this.width + x;
      if (typeof tile === 'number') this.alpha.fill(tile, to, to + width);
      else this.alpha.set(tile.subarray(row * width, (row + 1) * width), to);
    }
  }
}

function same(a: Tile, b: Tile): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i === a.length;
}

/** Whether all bytes are equal. A plain loop, as above: both run over every pixel near a stroke. */
function isEven(bytes: Uint8Array): boolean {
  let i = 1;
  while (i < bytes.length && bytes[i] === bytes[0]) i++;
  return i >= bytes.length;
}

const bytesOf = (edit: Edit): number =>
  [...edit.values()].reduce<number>((sum, tile) => sum + (typeof tile === 'number' ? 8 : tile.length), 0);

/** The part of a rectangle that lies on a picture, in whole pixels. */
export function clip({ x, y, width, height }: Rect, picture: Size): Rect | null {
  const left = Math.max(Math.floor(x), 0);
  const top = Math.max(Math.floor(y), 0);
  const right = Math.min(Math.ceil(x + width), picture.width);
  const bottom = Math.min(Math.ceil(y + height), picture.height);
  return left < right && top < bottom ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** The smallest rectangle around both. */
export function around(a: Rect | null, b: Rect | null): Rect | null {
  if (!a || !b) return a ?? b;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const width = Math.max(a.x + a.width, b.x + b.width) - x;
  return { x, y, width, height: Math.max(a.y + a.height, b.y + b.height) - y };
}
