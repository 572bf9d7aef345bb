import type { Redraw } from '../../engine/api';

/** By how much a picture was made larger, and the name of what did it. */
export interface Enlarged {
  readonly name: string;
  readonly by: number;
  /** How it was drawn anew after that, where it was, and by the help of which net. */
  readonly redrawn?: Redraw & { readonly strength: number; readonly net?: string };
}
