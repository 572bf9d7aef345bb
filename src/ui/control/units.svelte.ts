import type { NetHintName } from '../../canvas/hints';
import type { Sheet } from '../../canvas/sheet';
import type { ModelEntry } from '../../engine/api';
import { PicturedList, type PictureReaders, type Undoable } from '../files/pictured.svelte';
import { words } from '../words/language.svelte';
import { isAtHand } from './net-hints';
import { fits, isControlNet, withNet, type ControlNet, type Guided } from './nets';
import type { MakeHint } from './orders';
import { initialUnit, mended, type Unit, type UnitObstacle } from './unit';

/** What units need of the browser. */
export interface Means extends PictureReaders {
  readonly hint: MakeHint;
}

/** The pictures that guide, in their order. Without one of its own, a unit has the one that is drawn over. */
export class Units extends PicturedList<Omit<Unit, 'key'>> {
  /** The one whose hint is being drawn by hand, and what had been drawn when that was left. */
  drawing = $state.raw<{ readonly unit: Unit; readonly left?: Sheet } | null>(null);
  readonly means: Means;

  /** @param changes told of what can be taken back. */
  constructor(means: Means, changes: Undoable) {
    super(means, { removed: words.control.removed, replaced: words.control.replaced }, changes);
    this.means = means;
  }

  /** One more, with this net where there is one. @param byNets the preprocessors whose nets are at hand. */
  add(net: ControlNet | null, byNets: readonly NetHintName[] = []): void {
    this.append({ ...initialUnit, picture: null, ...(net && withNet(net, byNets)) });
  }

  /** Units as they were left, or as somebody else had them: in the place of those that are there. */
  restore(units: readonly Omit<Unit, 'key'>[]): void {
    this.replaceAll(units.map(mended));
  }

  /**
   * What stands in the way of a picture.
   * @param here the files on this device. @param guided the model that is drawn with.
   * @param drawsOver there is a picture that is drawn over.
   */
  obstacle(here: readonly ModelEntry[], guided: Guided, drawsOver: boolean): UnitObstacle | null {
    for (const { model, picture, preprocessor } of this.all) {
      const net = here.filter(isControlNet).find(({ id }) => id === model);
      if (!net) return 'no-control-model';
      if (!fits(net, guided)) return 'control-misfit';
      if (!picture && !drawsOver) return 'no-control-picture';
      if (!isAtHand(preprocessor, here)) return 'no-hint-net';
    }
    return null;
  }
}
