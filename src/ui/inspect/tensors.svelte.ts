import type { Inspection } from '../../engine/api';

export type Tensor = Inspection['tensors'][number];
export type Column = 'name' | 'shape' | 'dtype' | 'bytes';
export type Direction = 'ascending' | 'descending';

const PAGE = 100;

/** Blocks are numbered: 2 comes before 10. */
const { compare } = new Intl.Collator('en', { numeric: true });
const comparers: Record<Column, (a: Tensor, b: Tensor) => number> = {
  name: (a, b) => compare(a.name, b.name),
  shape: (a, b) => compareShapes(a.shape, b.shape),
  dtype: (a, b) => compare(a.dtype, b.dtype),
  bytes: (a, b) => a.bytes - b.bytes,
};
/** What one looks for first. */
const firsts: Record<Column, Direction> = {
  name: 'ascending',
  shape: 'ascending',
  dtype: 'ascending',
  bytes: 'descending',
};

/** A file's tensors as a table shows them: those that fit the filter, in some order, a page at a time. */
export class TensorRows {
  readonly all: readonly Tensor[];
  readonly #filter = $state({ text: '', page: 0 });
  /** Null: as they lie in the file. */
  order = $state.raw<{ readonly column: Column; readonly direction: Direction } | null>(null);
  found = $derived.by(() => this.all.filter(fits(this.#filter.text)));
  sorted = $derived.by(() => {
    if (!this.order) return this.found;
    const { column, direction } = this.order;
    const sign = direction === 'ascending' ? 1 : -1;
    return this.found.toSorted((a, b) => sign * comparers[column](a, b));
  });
  pages = $derived(Math.max(1, Math.ceil(this.found.length / PAGE)));
  /** Number of the first row on the page, from 0. */
  start = $derived(this.#filter.page * PAGE);
  rows = $derived(this.sorted.slice(this.start, this.start + PAGE));

  constructor(all: readonly Tensor[]) {
    this.all = all;
  }

  get filter(): string {
    return this.#filter.text;
  }
  set filter(text: string) {
    this.#filter.text = text;
    this.#filter.page = 0;
  }

  get page(): number {
    return this.#filter.page;
  }
  set page(page: number) {
    this.#filter.page = Math.min(Math.max(page, 0), this.pages - 1);
  }

  /** By this column, then the other way round, then as in the file again. */
  sort(column: Column): void {
    const first = firsts[column];
    if (this.order?.column !== column) this.order = { column, direction: first };
    else if (this.order.direction !== first) this.order = null;
    else this.order = { column, direction: first === 'ascending' ? 'descending' : 'ascending' };
    this.#filter.page = 0;
  }
}

/** [320, 4, 3, 3] → "320 × 4 × 3 × 3"; a tensor of no dimensions is one number. */
export const shapeWords = (shape: readonly number[]): string => shape.join(' × ') || 'scalar';

/** Every word must be in the name, the dtype or the shape, whose sides may stand apart or not: 320 × 320, 320x320. */
function fits(filter: string): (tensor: Tensor) => boolean {
  const words = filter
    .toLowerCase()
    .replace(/(\d)\s*[×x]\s*(?=\d)/g, '$1x')
    .split(/\s+/)
    .filter(Boolean);
  return ({ name, dtype, shape }) => {
    const text = `${name} ${dtype} ${shape.join('x') || 'scalar'}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

function compareShapes(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((side, i) => side !== b[i]);
  return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? -1); // found in a
}
