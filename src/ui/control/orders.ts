/** From the units to what the engine takes: each with its hint, of the size that is drawn. */
import type { Rect, Size } from '../../canvas/crop';
import type { Pixels } from '../../canvas/pixels';
import type { Control } from '../../engine/api';
import type { Original } from '../files/picture';
import type { HintOrder } from './hint';
import type { Unit } from './unit';

/** What is drawn, as far as hints are concerned. */
export interface Scene {
  readonly size: Size;
  /** Of the second pass, where there is one. */
  readonly large: Size | null;
  /** What is drawn over, of that size. */
  readonly source: Pixels | null;
  /** How much each pixel of it may change, 0 to 255. */
  readonly mask: Uint8Array | null;
  /** Where only a part of a larger picture is drawn: that one's size, and the part. */
  readonly part: { readonly whole: Size; readonly box: Rect } | null;
}

/** What makes hints, wherever it does so. @param signal stops what takes long. */
export type MakeHint = (order: HintOrder, signal?: AbortSignal) => Promise<Pixels>;

/** What is done beside the page (see `hint.ts`): all of a hint, or what comes before and after a net. */
export interface HintSteps {
  readonly hint: (order: HintOrder) => Promise<Pixels>;
  readonly shown: (order: HintOrder) => Promise<Pixels>;
  readonly fitted: (made: Pixels, order: HintOrder) => Promise<Pixels>;
}

/** All of a unit that its hint depends on. */
export type Hinting = Pick<
  Unit,
  'picture' | 'preprocessor' | 'a' | 'b' | 'resolution' | 'pixelPerfect' | 'resize'
>;

/** What is to be made for a unit; null where it has no picture, and none is drawn over. */
export async function orderOf(
  unit: Hinting,
  scene: Scene,
  whole: (picture: Original) => Promise<Pixels>,
): Promise<HintOrder | null> {
  const { preprocessor, a, b, pixelPerfect, resize } = unit;
  const picture = unit.picture ? await whole(unit.picture) : scene.source;
  if (!picture) return null;
  return {
    ...{ picture, preprocessor, a, b, resize },
    mask: scene.mask,
    resolution: pixelPerfect ? null : unit.resolution,
    size: scene.size,
    part: unit.picture && scene.part,
  };
}

/** Units with weight, as the engine takes them. Each must have a picture, its own or the one that is drawn over. */
export async function controlsOf(
  units: readonly Unit[],
  scene: Scene,
  whole: (picture: Original) => Promise<Pixels>,
  make: MakeHint,
  signal?: AbortSignal,
): Promise<readonly Control[]> {
  const controls: Control[] = [];
  for (const unit of units) {
    const order = await orderOf(unit, scene, whole);
    if (!order) continue;
    const { model, weight, start, end, mode, hintKind } = unit;
    controls.push({
      ...{ model, weight, start, end, mode, hint: await make(order, signal) },
      ...(scene.large && { large: await make({ ...order, size: scene.large }, signal) }),
      ...(hintKind && { hintKind }),
    });
  }
  return controls;
}
