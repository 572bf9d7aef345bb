import type { Margins } from '../../canvas/frame';
import type { Mask } from '../../canvas/pixels';
import type { Unit } from '../control/unit';
import type { Original } from '../files/picture';
import type { Reference } from '../reference/reference';
import type { Mode } from '../settings/settings';

/** What a picture is drawn from, beside its settings. */
export interface Inputs {
  readonly mode: Mode;
  readonly original: Original | null;
  /** The mask painted over it, if any, and how far the frame reaches beyond it. */
  readonly mask: Mask | null;
  readonly margins: Margins;
  /** Pictures that guide; older versions had none. */
  readonly controls?: readonly Unit[];
  /** Pictures that are part of the prompt; older versions had none. */
  readonly references?: readonly Reference[];
}
