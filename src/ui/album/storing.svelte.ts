import { toDrobeError, type DrobeError } from '../../errors';
import type { Drawer } from './drawer/drawer';

/** The drawer, and its failures: where it fails, work goes on without it. */
export class Storing {
  /** Why something could not be stored. */
  failure = $state.raw<DrobeError | null>(null);
  /** Null where nothing is to be stored. */
  readonly drawer: Drawer | null;

  constructor(drawer: Drawer | null) {
    this.drawer = drawer;
  }

  /** The result; null where it failed, which sets `failure`, or where nothing is to be stored. */
  async attempt<T>(work: (drawer: Drawer) => Promise<T>): Promise<T | null> {
    if (!this.drawer) return null;
    try {
      return await work(this.drawer);
    } catch (thrown) {
      this.failure = toDrobeError(thrown);
      return null;
    }
  }
}
