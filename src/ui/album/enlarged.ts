import type { Redraw } from '../../engine/api';

/** By how much a picture was enlarged, and by which upscaler. */
export interface Enlarged {
  readonly name: string;
  readonly by: number;
  /** How it was redrawn afterwards, and with which net; absent where it was not. */
  readonly redrawn?: Redraw & { readonly strength: number; readonly net?: string };
}
