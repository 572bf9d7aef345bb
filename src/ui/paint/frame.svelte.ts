import { framed, type Margins, type Side } from '../../canvas/frame';
import type { Size } from '../../canvas/crop';
import type { Range } from '../controls/range';

const none: Margins = { left: 0, right: 0, top: 0, bottom: 0 };

export const sides: readonly Side[] = ['left', 'right', 'top', 'bottom'];

export const margins: Range = { min: 0, max: 2048, step: 8 };

/** The frame that outpainting fills: how far it reaches beyond the picture. */
export class Frame {
  margins = $state.raw<Margins>(none);
  /** Where the sides were before each time they were moved; and what was undone of that. */
  #before = $state.raw<readonly Margins[]>([]);
  #after = $state.raw<readonly Margins[]>([]);
  readonly isOpen = $derived(Object.values(this.margins).some((pixels) => pixels > 0));

  /** Sets the distance of some sides from the picture, in pixels, corrected into range. */
  pull(wish: Partial<Margins>): void {
    const settled = Object.entries(wish).map(([side, pixels]) => [
      side,
      Math.min(
        Math.max(Number.isFinite(pixels) ? Math.round(pixels) : this.margins[side as Side], 0),
        margins.max,
      ),
    ]);
    this.margins = { ...this.margins, ...(Object.fromEntries(settled) as Partial<Margins>) };
  }

  /** To be called before the sides are moved: what follows, until it is called again, is undone together. */
  mark(): void {
    this.#before = [...this.#before, this.margins];
    this.#after = [];
  }

  get canUndo(): boolean {
    return this.#before.some((margins) => !isSame(margins, this.margins));
  }

  get canRedo(): boolean {
    return this.#after.length > 0;
  }

  undo(): void {
    // Marks after which nothing was moved are no step.
    const place = this.#before.findLastIndex((margins) => !isSame(margins, this.margins));
    const back = this.#before[place];
    if (!back) return;
    this.#after = [...this.#after, this.margins];
    this.#before = this.#before.slice(0, place);
    this.margins = back;
  }

  redo(): void {
    const forth = this.#after.at(-1);
    if (!forth) return;
    this.#after = this.#after.slice(0, -1);
    this.#before = [...this.#before, this.margins];
    this.margins = forth;
  }

  /** Sets all sides; nothing before can be undone. */
  restore(margins: Margins): void {
    this.#before = this.#after = [];
    this.pull(margins);
  }

  close(): void {
    this.restore(none);
  }

  around(picture: Size): Size {
    return framed(picture, this.margins);
  }
}

const isSame = (one: Margins, other: Margins): boolean => sides.every((side) => one[side] === other[side]);
