import { framed, type Margins, type Side } from '../../canvas/frame';
import type { Size } from '../../canvas/crop';
import type { Range } from '../controls/range';

const none: Margins = { left: 0, right: 0, top: 0, bottom: 0 };

export const sides: readonly Side[] = ['left', 'right', 'top', 'bottom'];

export const margins: Range = { min: 0, max: 2048, step: 8 };

/** The frame that outpainting fills: how far it reaches beyond the picture. */
export class Frame {
  margins = $state.raw<Margins>(none);
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

  close(): void {
    this.margins = none;
  }

  around(picture: Size): Size {
    return framed(picture, this.margins);
  }
}
