import { toDrobeError, type DrobeError } from '../../errors';
import type { Drawer } from './drawer/drawer';

/** The drawer, as long as there is one: where it is stuck, work goes on without. */
export class Storing {
  /** Why something was not kept. */
  failure = $state.raw<DrobeError | null>(null);
  /** Null where nothing is to be kept. */
  readonly drawer: Drawer | null;

  constructor(drawer: Drawer | null) {
    this.drawer = drawer;
  }

  /** What came of it; null where it failed, which is told, or where nothing is to be kept. */
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
